"""The pages of a copied database, as its last commit left them. Reader process only; standard library, no site.

Facts: "Database File Format" of the SQLite documentation, sections 1.3 (header), 1.5 (freelist), 1.6 (b-tree pages),
1.8 (pointer map) and 4 (write-ahead log).
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH110, PTH123

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import NamedTuple

from pytest_statefence import snapshots
from pytest_statefence.snapshots import BLOCK, Snapshot

_WAL_HEADER, _FRAME_HEADER = 32, 24
_WAL_MAGIC = {0x377F0682, 0x377F0683}
_HOT_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_LONGEST_CHAIN = 1 << 20
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value, by its type in a record, but for texts and blobs."""


class PagesError(Exception):
    """The file is not laid out as a database is."""


class Pages(NamedTuple):
    """The pages of one database, numbered from 1. `frames` says where in the log the newest content of a page is."""

    main: Snapshot
    log: Snapshot | None
    size: int
    usable: int
    total: int
    frames: dict[int, int]

    def read(self, number: int) -> bytes:
        """The content of a page; raises PagesError where there is none."""
        place = self.frames.get(number)
        if place is None or self.log is None:
            content = self.main.read(self.size, (number - 1) * self.size)
        else:
            content = self.log.read(self.size, place)
        if number < 1 or len(content) != self.size:
            raise PagesError(f"page {number} is missing")
        return content


@contextmanager
def opened(copy: str) -> Iterator[Pages]:
    """The pages of the copied database and its log.

    Raises PagesError when it is no database, or holds a transaction that is still to be rolled back.
    """
    with ExitStack() as stack:
        main = stack.enter_context(snapshots.opened(copy))
        log = stack.enter_context(snapshots.opened(copy + "-wal")) if os.path.exists(copy + "-wal") else None
        if _is_hot(copy + "-journal"):
            raise PagesError("a transaction is to be rolled back")
        yield _pages(main, log)


def changed_pages(before: Pages, after: Pages) -> set[int]:
    """The numbers of the pages that differ, or are in one of them only.

    Raises PagesError when the two copies do not stand on the same file, or their pages are not of the same size.
    """
    if not os.path.sameopenfile(before.main.descriptor, after.main.descriptor) or before.size != after.size:
        raise PagesError("nothing is known of what they have in common")
    blocks = {
        number
        for number in {*before.main.changes, *after.main.changes}
        if before.main.changes.get(number) != after.main.changes.get(number)
    }
    suspects = {*before.frames, *after.frames, *_pages_of(blocks, before.size)}
    shorter, longer = sorted((before.total, after.total))
    suspects.update(range(shorter + 1, longer + 1))
    return {number for number in suspects if _content(before, number) != _content(after, number)}


def tree_levels(pages: Pages, root: int) -> Iterator[list[int]]:
    """The pages of the b-tree at `root`, level by level, without those that rows overflow into. Leaves are not read."""
    level = [root]
    for _ in range(_levels(pages, root)):
        yield level
        level = [child for number in level for child in _children(pages.read(number), 100 if number == 1 else 0)]
    yield level


def rows(pages: Pages, root: int) -> Iterator[bytes]:
    """The records of the table at `root`, whole, as `record` takes them."""
    for number in list(tree_levels(pages, root))[-1]:
        content = pages.read(number)
        for cell in _cells(content, 100 if number == 1 else 0, pages.usable):
            record = content[cell.start : cell.start + min(cell.local, cell.payload)]
            for overflow in _chain(pages, cell.overflow):
                record += pages.read(overflow)[4 : pages.usable]
            yield record[: cell.payload]


def overflow_pages(pages: Pages, number: int) -> Iterator[int]:
    """The pages that the rows of one b-tree page overflow into."""
    for cell in _cells(pages.read(number), 100 if number == 1 else 0, pages.usable):
        yield from _chain(pages, cell.overflow)


def record(content: bytes, encoding: str) -> tuple[str | int | None, ...]:
    """The texts and whole numbers of a record; None for values of other types. Section 2.1 of the file format."""
    end, place = varint(content, 0)
    values: list[str | int | None] = []
    offset = end
    while place < end:
        kind, place = varint(content, place)
        size = (kind - 12) // 2 if kind >= 12 else _SIZES[kind]
        field = content[offset : offset + size]
        offset += size
        if kind >= 12:
            values.append(field.decode(encoding, "surrogateescape") if kind % 2 else None)
        else:
            values.append(int.from_bytes(field, signed=True) if 0 < kind < 7 else {8: 0, 9: 1}.get(kind))
    return tuple(values)


def free_pages(pages: Pages) -> Iterator[int]:
    """The pages that belong to no table: those of the freelist, of the pointer map, and the one for locks."""
    header = pages.read(1)
    trunk, largest_root = (int.from_bytes(header[at : at + 4]) for at in (32, 52))
    yield (1 << 30) // pages.size + 1
    for _ in range(pages.total if trunk else 0):
        content = pages.read(trunk)
        yield trunk
        following, leaves = struct.unpack_from(">II", content)
        yield from struct.unpack_from(f">{min(leaves, len(content) // 4 - 2)}I", content, 8)
        trunk = following
        if not trunk:
            break
    if largest_root:
        yield from range(2, pages.total + 1, pages.usable // 5 + 1)


def _pages(main: Snapshot, log: Snapshot | None) -> Pages:
    header = main.read(100, 0)
    frames, count = _frames(log)
    if log is not None and 1 in frames:
        header = log.read(100, frames[1])
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise PagesError("it has no header of a database")
    size = int.from_bytes(header[16:18])
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1):
        raise PagesError(f"pages of {size} bytes")
    total = count or main.size // size
    if total > main.size // size + len(frames):
        raise PagesError(f"{total} pages, of which most are missing")
    return Pages(main, log, size, size - header[20], total, frames)


def _frames(log: Snapshot | None) -> tuple[dict[int, int], int]:
    """Where the committed pages of a log are, and how many pages the database has by it; 0 when it says nothing."""
    header = b"" if log is None else log.read(_WAL_HEADER, 0)
    if log is None or len(header) < _WAL_HEADER or int.from_bytes(header[:4]) not in _WAL_MAGIC:
        return {}, 0
    size = int.from_bytes(header[8:12])
    committed: dict[int, int] = {}
    pending: dict[int, int] = {}
    count = 0
    offset = _WAL_HEADER
    while len(head := log.read(_FRAME_HEADER, offset)) == _FRAME_HEADER and head[8:16] == header[16:24]:
        number, after_commit = struct.unpack_from(">II", head)
        pending[number] = offset + _FRAME_HEADER
        if after_commit:
            committed.update(pending)
            pending.clear()
            count = after_commit
        offset += _FRAME_HEADER + size
    return committed, count


def _is_hot(journal: str) -> bool:
    try:
        with open(journal, "rb") as file:
            return file.read(len(_HOT_JOURNAL)) == _HOT_JOURNAL
    except FileNotFoundError:
        return False


def _content(pages: Pages, number: int) -> bytes:
    return pages.read(number) if number <= pages.total else b""


def _pages_of(blocks: Iterable[int], size: int) -> Iterator[int]:
    for block in blocks:
        first, last = block * BLOCK // size, (block * BLOCK + BLOCK - 1) // size
        yield from range(first + 1, last + 2)


def _levels(pages: Pages, root: int) -> int:
    """How many levels of interior pages lie above the leaves: the same on every way down."""
    number = root
    for level in range(64):
        content = pages.read(number)
        start = 100 if number == 1 else 0
        if content[start] not in {_INTERIOR_INDEX, _INTERIOR_TABLE}:
            return level
        number = int.from_bytes(content[start + 8 : start + 12])
    raise PagesError("a b-tree without leaves")


@lru_cache(maxsize=8192)
def _children(content: bytes, start: int) -> tuple[int, ...]:
    if content[start] not in {_INTERIOR_INDEX, _INTERIOR_TABLE}:
        raise PagesError("no interior page")
    last = int.from_bytes(content[start + 8 : start + 12])
    return (*(int.from_bytes(content[offset : offset + 4]) for offset in _offsets(content, start)), last)


def _offsets(content: bytes, start: int) -> Iterator[int]:
    """Where the cells of a page are."""
    array = start + (12 if content[start] in {_INTERIOR_INDEX, _INTERIOR_TABLE} else 8)
    number = int.from_bytes(content[start + 3 : start + 5])
    return (offset for (offset,) in struct.iter_unpack(">H", content[array : array + 2 * number]))


class _Cell(NamedTuple):
    """Where the record of a row, or the key of an index, begins; how much of it is there; where the rest is, or 0."""

    start: int
    payload: int
    local: int
    overflow: int


def _cells(content: bytes, start: int, usable: int) -> Iterator[_Cell]:
    kind = content[start]
    if kind not in {_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE}:
        return
    most = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    least = (usable - 12) * 32 // 255 - 23
    for offset in _offsets(content, start):
        payload, place = varint(content, offset + (4 if kind == _INTERIOR_INDEX else 0))
        if kind == _LEAF_TABLE:
            _, place = varint(content, place)
        if payload <= most:
            yield _Cell(place, payload, payload, 0)
            continue
        local = least + (payload - least) % (usable - 4)
        local = local if local <= most else least
        yield _Cell(place, payload, local, int.from_bytes(content[place + local : place + local + 4]))


def _chain(pages: Pages, number: int) -> Iterator[int]:
    for _ in range(_LONGEST_CHAIN):
        if not number:
            return
        yield number
        number = int.from_bytes(pages.read(number)[:4])


def varint(content: bytes, offset: int) -> tuple[int, int]:
    """The number at `offset` in its variable length, and where it ends."""
    value = 0
    for index in range(9):
        byte = content[offset + index]
        if index == 8:
            return value << 8 | byte, offset + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, offset + index + 1
    raise PagesError("no such number")
