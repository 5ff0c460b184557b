"""A file at one moment, kept as what differs from a whole copy of an earlier one. Reader process only; no site.

A snapshot is a file that is never written again, `NAME`, with the blocks that differ beside it in `NAME-changes`.
Snapshots of one file share the first by hard links, so that the next of a large database costs no copy of it.
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH110, PTH123

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from statefence.copies import copy_file

BLOCK = 4096
_AT_ONCE = 64 * BLOCK
_MOST_CHANGES = 4096
"""Blocks; with more of them a whole copy is the better one."""

_RECORD = struct.Struct("<QI")
Changes = dict[int, bytes]


class Snapshot(NamedTuple):
    """An open snapshot: the file it stands on, its own size in bytes, and its blocks that differ, by number."""

    descriptor: int
    size: int
    changes: Changes

    def read(self, size: int, offset: int) -> bytes:
        """At most so many bytes from `offset` on; fewer at the end."""
        size = max(0, min(size, self.size - offset))
        if not self.changes:
            return os.pread(self.descriptor, size, offset)
        first, last = offset // BLOCK, (offset + size - 1) // BLOCK
        content = b"".join(self._block(number) for number in range(first, last + 1))
        return content[offset - first * BLOCK :][:size]

    def _block(self, number: int) -> bytes:
        changed = self.changes.get(number)
        return os.pread(self.descriptor, BLOCK, number * BLOCK) if changed is None else changed


@contextmanager
def opened(name: str) -> Iterator[Snapshot]:
    """The snapshot of that name; raises OSError when there is none."""
    descriptor = os.open(name, os.O_RDONLY)
    try:
        yield Snapshot(descriptor, *_load(name, os.fstat(descriptor).st_size))
    finally:
        os.close(descriptor)


def take(path: str, name: str, earlier: str | None) -> None:
    """Makes a snapshot of the file at `path`, on top of an earlier one of it where that is cheaper."""
    if earlier is not None and os.path.exists(earlier):
        with opened(earlier) as base, open(path, "rb", buffering=0) as file:
            found = _differences(file.fileno(), base.descriptor)
        if found is not None:
            os.link(earlier, name)
            _save(name, *found)
            return
    copy_file(path, name)


def share(earlier: str, name: str) -> None:
    """Makes a snapshot of what another one holds."""
    os.link(earlier, name)
    if os.path.exists(earlier + "-changes"):
        os.link(earlier + "-changes", name + "-changes")


def is_same(path: str, name: str) -> bool:
    """Whether the file at `path` holds what the snapshot does."""
    with opened(name) as snapshot, open(path, "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size != snapshot.size:
            return False
        for number, content in _differing_blocks(file.fileno(), snapshot.descriptor):
            if snapshot.changes.get(number) != content:
                return False
        return all(_read_block(file.fileno(), number) == content for number, content in snapshot.changes.items())


def write_out(name: str, path: str) -> None:
    """Writes the whole of a snapshot to `path`."""
    copy_file(name, path)
    with opened(name) as snapshot, open(path, "r+b") as file:
        for number, content in snapshot.changes.items():
            file.seek(number * BLOCK)
            file.write(content)
        file.truncate(snapshot.size)


def _differences(file: int, base: int) -> tuple[int, Changes] | None:
    """The size of a file and its blocks that differ from another's; None when they are too many."""
    changes: Changes = {}
    for number, content in _differing_blocks(file, base):
        changes[number] = content
        if len(changes) > _MOST_CHANGES:
            return None
    return os.fstat(file).st_size, changes


def _differing_blocks(file: int, base: int) -> Iterator[tuple[int, bytes]]:
    buffers = bytearray(_AT_ONCE), bytearray(_AT_ONCE)
    offset = 0
    while read := os.preadv(file, [buffers[0]], offset):
        known = os.preadv(base, [buffers[1]], offset)
        if not (read == known == _AT_ONCE and buffers[0] == buffers[1]):
            first, second = bytes(buffers[0][:read]), bytes(buffers[1][:known])
            for at in range(0, read, BLOCK):
                if first[at : at + BLOCK] != second[at : at + BLOCK]:
                    yield (offset + at) // BLOCK, first[at : at + BLOCK]
        offset += read


def _read_block(file: int, number: int) -> bytes:
    return os.pread(file, BLOCK, number * BLOCK)


def _save(name: str, size: int, changes: Changes) -> None:
    with open(name + "-changes", "wb") as file:
        file.write(_RECORD.pack(size, len(changes)))
        file.writelines(_RECORD.pack(number, len(content)) + content for number, content in changes.items())


def _load(name: str, size: int) -> tuple[int, Changes]:
    try:
        with open(name + "-changes", "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return size, {}
    size, count = _RECORD.unpack_from(data)
    changes, offset = {}, _RECORD.size
    for _ in range(count):
        number, length = _RECORD.unpack_from(data, offset)
        offset += _RECORD.size + length
        changes[number] = data[offset - length : offset]
    return size, changes
