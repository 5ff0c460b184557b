"""What append-only stores held at the last scan, so that the next can tell whether they only grew.

The record is kept outside the directory that is scanned, per user: `$XDG_STATE_HOME/statefence/scans`, by default
`~/.local/state/statefence/scans`, one file for each directory. It holds sizes and digests, never content.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from array import array
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from statefence.errors import StatefenceError
from statefence.state.reading import connect, is_virtual, own_tables, quoted

_VERSION = 1
_BLOCK = 1 << 20


class FileRecord(Struct, frozen=True):
    """How long a file was, in bytes, and a digest of all of them."""

    size: int
    digest: str


class TableRecord(Struct, frozen=True):
    """The digests of a table's rows, eight bytes each, sorted."""

    rows: bytes


class History(Struct, frozen=True):
    """What was there: files, and the tables of databases, by their path relative to the directory."""

    directory: str
    version: int = _VERSION
    files: dict[str, FileRecord] = {}
    databases: dict[str, dict[str, TableRecord]] = {}


def record_path(directory: str, environ: Mapping[str, str]) -> Path:
    """Where the record of an absolute directory is kept."""
    base = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    name = blake2b(os.fsencode(directory), digest_size=12).hexdigest()
    return Path(base) / "statefence" / "scans" / f"{name}.json"


def load(path: Path, directory: str) -> History | None:
    """The record; None when there is none. Raises StatefenceError when it cannot be used."""
    try:
        history = msgspec.json.decode(path.read_bytes(), type=History)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise StatefenceError(f"{path}: the record of the last scan cannot be used ({error}): remove it") from error
    return history if (history.version, history.directory) == (_VERSION, shown(directory)) else None


def save(path: Path, history: History) -> None:
    """Replaces the record at once; raises StatefenceError when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".scan-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(history))
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StatefenceError(f"{path}: the record of this scan cannot be kept: {error.strerror}") from error


def shown(path: str) -> str:
    """The path as text that can be written in any encoding: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def file_record(path: str, before: FileRecord | None) -> tuple[FileRecord, bool]:
    """The record of a file as it is now, and whether it still begins with all that it was `before`; raises OSError."""
    total = blake2b(digest_size=16)
    size = 0
    begins = before is None
    with open(path, "rb") as file:  # noqa: PTH123 - a name in any encoding
        while block := file.read(_BLOCK):
            if before is not None and size <= before.size <= size + len(block):
                beginning = total.copy()
                beginning.update(block[: before.size - size])
                begins = beginning.hexdigest() == before.digest
            total.update(block)
            size += len(block)
    if before is not None and before.size == 0:
        begins = True
    return FileRecord(size, total.hexdigest()), begins


def table_records(copy: str, tables: tuple[str, ...]) -> dict[str, TableRecord]:
    """The records of these tables of a copied database (in any case), of all when none are named.

    Raises sqlite3.Error.
    """
    wanted = {table.casefold() for table in tables}
    with closing(connect(copy)) as connection:
        return {
            name: TableRecord(_digests(connection, name))
            for name, sql in own_tables(connection)
            if not is_virtual(sql) and (not wanted or name.casefold() in wanted)
        }


def lost_rows(before: TableRecord, now: TableRecord | None) -> int:
    """How many rows that were there are there no more, changed ones too."""
    left = Counter(array("Q", now.rows)) if now is not None else Counter()
    return (Counter(array("Q", before.rows)) - left).total()


def _digests(connection: sqlite3.Connection, table: str) -> bytes:
    rows = connection.execute(f"SELECT * FROM {quoted(table)}")
    digests = (blake2b(repr(row).encode(), digest_size=8).digest() for row in rows)
    return array("Q", sorted(int.from_bytes(digest, "little") for digest in digests)).tobytes()
