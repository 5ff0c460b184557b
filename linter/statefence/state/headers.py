"""What the first bytes of a file tell. Source: the file format of SQLite, https://www.sqlite.org/fileformat2.html."""

# Paths are text here: thousands of files, and names in any encoding.
# ruff: noqa: PTH123

from __future__ import annotations

import os
from enum import StrEnum

from msgspec import Struct

from statefence.copies import JOURNAL, LOG

INDEX = "-shm"
"""The index of a write-ahead log, in shared memory."""

COMPANIONS = (LOG, INDEX, JOURNAL)
"""What SQLite keeps beside a database, under the database's name and one of these."""

ENCODINGS = {1: "UTF-8", 2: "UTF-16le", 3: "UTF-16be"}

_SUFFIXES = (".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".sl3")
_DATABASE = b"SQLite format 3\0"
_LOG = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_INDEX = ((3_007_000).to_bytes(4, "little"), (3_007_000).to_bytes(4, "big"))
_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_LENGTH = 100
_LONGEST_NAME = 8192


class Kind(StrEnum):
    """What a file is by its first bytes."""

    DATABASE = "database"
    EMPTY = "empty"
    LOG = "log"
    INDEX = "index"
    JOURNAL = "journal"
    OTHER = "other"


class Header(Struct, frozen=True):
    """The header of a database.

    Attributes:
        page_size: bytes.
        pages: how many pages there should be; 0 when the header does not say.
        encoding: of its text, as `PRAGMA encoding` writes it.
        logs_ahead: whether it is in WAL mode.
    """

    page_size: int
    pages: int
    encoding: str
    logs_ahead: bool


def beginning(path: str) -> bytes:
    """The first 100 bytes of a regular file; raises OSError. A pipe put in its place meanwhile gives nothing."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _LENGTH)
    except BlockingIOError:
        return b""
    finally:
        os.close(descriptor)


def super_journal(path: str) -> str | None:
    """The journal by which the databases of one transaction are committed together, as the journal at `path` names it.

    None when that is the journal of a single database, or is not whole; raises OSError. At its end stand the name, its
    length and checksum in four bytes each, and the magic number again.
    """
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_NAME))
        end = file.read()
    if size < _LENGTH or not end.endswith(_JOURNAL):
        return None
    length = int.from_bytes(end[-16:-12])
    name = end[-16 - length : -16]
    whole = 0 < length <= len(end) - 16 and sum(name) & 0xFFFFFFFF == int.from_bytes(end[-12:-8])
    return os.fsdecode(name) if whole else None


def kind_of(start: bytes) -> Kind:
    """What a file is that begins so."""
    if not start:
        return Kind.EMPTY
    if start.startswith(_DATABASE):
        return Kind.DATABASE
    if start.startswith(_LOG):
        return Kind.LOG
    if start.startswith(_INDEX):
        return Kind.INDEX
    return Kind.JOURNAL if start.startswith(_JOURNAL) else Kind.OTHER


def header_of(start: bytes) -> Header | None:
    """The header of a database that begins so; None when it is too short or makes no sense."""
    if len(start) < _LENGTH or not start.startswith(_DATABASE):
        return None
    size = int.from_bytes(start[16:18])
    page_size = 65536 if size == 1 else size
    if page_size < 512 or page_size & (page_size - 1):
        return None
    counted = start[24:28] == start[92:96]
    pages = int.from_bytes(start[28:32]) if counted else 0
    encoding = ENCODINGS.get(int.from_bytes(start[56:60]), "UTF-8")
    return Header(page_size, pages, encoding, logs_ahead=start[19] == 2)


def main_of(path: str) -> tuple[str, str] | None:
    """The database that a file by this name is the companion of, with the kind of companion; None for any other."""
    for suffix in COMPANIONS:
        if path.endswith(suffix) and not path.endswith("/" + suffix):
            return path.removesuffix(suffix), suffix
    return None


def is_companion(start: bytes, main: str, suffix: str) -> bool:
    """Whether a file that is named like a companion of `main` and begins so is really one.

    Without a telling beginning the name of the database decides.
    """
    kinds = {LOG: Kind.LOG, INDEX: Kind.INDEX, JOURNAL: Kind.JOURNAL}
    return kind_of(start) is kinds[suffix] or main.endswith(_SUFFIXES)
