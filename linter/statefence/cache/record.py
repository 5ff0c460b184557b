"""The file of one remembered run: what it was asked, what it depends on, what it said.

The format is flat and its own, since reading it is most of what a warm run does: four numbers in text, the stamps as
64-bit numbers, the digests as bytes, then texts ended by NUL. Nothing in it is ever executed.
"""

from __future__ import annotations

import os
import zlib
from struct import Struct

from statefence import __version__

DIGEST = 16
"""In bytes; a digest of zeros stands for a file whose content is not known."""
STAMP = 4
"""Numbers in a stamp: inode, size, time of the last change of the content, of the entry, in nanoseconds."""
UNKNOWN = bytes(DIGEST)
LISTING = b"\xff" * DIGEST
"""Stands for a directory, or a file of git's, that only decides which files the project has."""
PLAIN = b"\xfe" * DIGEST
"""Stands for a file that is no database; what else is in it does not matter."""
DATABASE = b"\xfd" * DIGEST
"""Stands for a file that is one."""
_MAGIC = f"statefence {__version__} report 3\n".encode()


class Outcome:
    """What a run says: on standard output, on standard error, and by its exit code."""

    __slots__ = ("code", "log", "output")

    def __init__(self, output: str, log: str, code: int) -> None:
        self.output = output
        self.log = log
        self.code = code


class Record:
    """A remembered run; a plain class, since a named tuple imports `typing`.

    Attributes:
        question: what was asked: the arguments, and whatever else decides the answer but the files.
        started: when it began to read, in nanoseconds since the epoch.
        listing: the digest of the project's list of files.
        paths: what the answer depends on, the project's root first; a missing one has a stamp of zeros.
        stamps: `STAMP` numbers a path.
        digests: `DIGEST` bytes a path, of the content that was read.
        outcome: what it said.
    """

    __slots__ = ("digests", "listing", "outcome", "paths", "question", "stamps", "started")

    def __init__(
        self,
        question: bytes,
        listing: bytes,
        paths: tuple[str, ...],
        digests: bytes,
        outcome: Outcome,
        *,
        started: int,
        stamps: tuple[int, ...],
    ) -> None:
        self.question = question
        self.listing = listing
        self.paths = paths
        self.digests = digests
        self.outcome = outcome
        self.started = started
        self.stamps = stamps

    def restamped(self, started: int, stamps: tuple[int, ...]) -> Record:
        """The record of the same run, seen to hold still."""
        return Record(
            self.question, self.listing, self.paths, self.digests, self.outcome, started=started, stamps=stamps
        )


def encoded(record: Record) -> bytes:
    """The bytes of a record."""
    paths = b"\0".join(map(os.fsencode, record.paths))
    said = (text.encode(errors="surrogatepass") for text in (record.outcome.output, record.outcome.log))
    texts = (record.question, record.listing, paths, *said)
    numbers = (record.started, len(record.paths), record.outcome.code, *map(len, texts))
    body = b"".join(
        (
            " ".join(map(str, numbers)).encode(),
            b"\n",
            _packing(len(record.paths)).pack(*record.stamps),
            record.digests,
            *texts,
        )
    )
    return b"".join((_MAGIC, zlib.crc32(body).to_bytes(4, "big"), body))


def decoded(data: bytes) -> Record | None:
    """The record that the bytes hold; None for anything that is not a whole one of this version."""
    body = data[len(_MAGIC) + 4 :]
    if not data.startswith(_MAGIC) or zlib.crc32(body).to_bytes(4, "big") != data[len(_MAGIC) :][:4]:
        return None
    head, _, rest = body.partition(b"\n")
    started, count, code, *lengths = map(int, head.split())
    packing = _packing(count)
    stamps = packing.unpack_from(rest)
    at = packing.size
    parts = []
    for length in (count * DIGEST, *lengths):
        parts.append(rest[at : at + length])
        at += length
    digests, question, listing, paths, *said = parts
    output, log = (text.decode(errors="surrogatepass") for text in said)
    names = tuple(map(os.fsdecode, paths.split(b"\0"))) if paths else ()
    return Record(question, listing, names, digests, Outcome(output, log, code), started=started, stamps=stamps)


def _packing(count: int) -> Struct:
    """How the stamps of so many paths are written; `array` would import `collections`, a tenth of a warm run."""
    return Struct(f"<{count * STAMP}Q")
