"""A file to which several processes append one record per line, written as Python's own literals, in ASCII.

It is opened for every record: a program may close all its descriptors, and reuse their numbers, whenever it likes.
Light: Python children that report to the run import it as they start.
"""

from __future__ import annotations

import os

from pytest_statefence.system import SYSTEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Record = dict[str, Any]

_WRITE = os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC
_BLOCK = 1 << 20


def create(path: str) -> None:
    """Makes an empty journal."""
    SYSTEM.close(os.open(path, os.O_CREAT | os.O_EXCL | _WRITE, 0o600))


def append(path: str, record: Record) -> None:
    """Adds a record of texts, numbers and collections of them; does nothing when the journal and its run are gone."""
    try:
        descriptor = SYSTEM.open(path, _WRITE)
    except OSError:
        return
    try:
        SYSTEM.write(descriptor, ascii(record).encode() + b"\n")  # in one piece: others write too
    finally:
        SYSTEM.close(descriptor)


class Tail:
    """What has been added to a journal since the last look."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen = 0

    def records(self) -> Iterator[Record]:
        """The whole records added since the last call."""
        from ast import literal_eval

        for line in self._lines():
            yield literal_eval(line.decode())

    def _lines(self) -> list[bytes]:
        try:
            if SYSTEM.stat(self._path).st_size == self._seen:
                return []
            descriptor = SYSTEM.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return []
        try:
            data = b""
            while block := SYSTEM.pread(descriptor, _BLOCK, self._seen + len(data)):
                data += block
        finally:
            SYSTEM.close(descriptor)
        whole, end, _ = data.rpartition(b"\n")
        self._seen += len(whole) + len(end)
        return whole.splitlines()
