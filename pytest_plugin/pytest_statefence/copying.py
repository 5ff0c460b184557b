"""Private copies of databases and their logs, each of one moment. Reader process only; standard library, no site.

A test process must never open a database that the application may hold: closing any descriptor of a file cancels all
POSIX locks its process has on it (`How To Corrupt An SQLite Database File`, section 2.2). Here nothing else is open.
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH108, PTH110, PTH116, PTH118, PTH123

from __future__ import annotations

import json
import os
import shutil
import stat
import time

from pytest_statefence import snapshots
from pytest_statefence.system import SYSTEM
from statefence.copies import SIDECARS, UnreadableError

_PARTS = (*SIDECARS, "")
"""The small ones first."""

_ATTEMPTS = 20
_TICK = 0.02
"""Seconds; the coarsest file stamp of the usual kernels is 10 ms."""

_MOMENT = 0.001
"""Seconds."""

_WORTH_WAITING = 16 << 20
"""Bytes; reading more takes longer than a tick of the usual kernels."""

_LARGEST = 8 << 30
"""Bytes; copying more takes longer than anybody waits for a test."""

_SHARE_OF_FREE = 0.5
"""Of the room for temporary files, how much one copy may take."""

_Stamps = dict[str, list[int]]
"""Inode, size, mtime and ctime of the parts that are there, by what their names end in."""


def copy_database(path: str, directory: str, earlier: str | None = None) -> str:
    """Copies the database at `path` and its log into `directory` until nothing moves meanwhile; the copy's path.

    What is still as in the copy `earlier` is shared with it. Raises UnreadableError when the file is gone, is no
    regular file, may not be read, never holds still, or when there is no room for a copy.
    """
    path = os.path.realpath(path)
    copy = os.path.join(directory, "database")
    for _ in range(_ATTEMPTS):
        before = _stamps(path)
        _check_room(before, directory)
        if _size(before) > _WORTH_WAITING and _await_next_tick(before):
            before = _stamps(path)
        settled = _settled(before)
        _copy_parts(path, copy, earlier, before)
        if all(part in settled or _is_same(path + part, copy + part) for part in before) and _stamps(path) == before:
            with open(copy + "-stamps", "w") as file:
                json.dump(settled, file)
            return copy
        time.sleep(_TICK)
    raise UnreadableError("it was written without a pause while it was read")


def holds_still(path: str, copy: str, *, by_stamp: bool) -> bool:
    """Whether the database at `path` and its log are still, byte for byte, what was copied.

    With `by_stamp` a part whose stamp did not move is not read; pages that are mapped into memory may differ all the
    same.
    """
    path = os.path.realpath(path)
    stamps = _stamps(path)
    unmoved = _unmoved(stamps, copy) if by_stamp else ()
    return all(
        (part in stamps) == os.path.exists(copy + part)
        and (part not in stamps or part in unmoved or _is_same(path + part, copy + part))
        for part in _PARTS
    )


def _stamps(path: str) -> _Stamps:
    return {part: stamp for part in _PARTS if (stamp := _stamp(path + part)) is not None}


def _stamp(path: str) -> list[int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("it is no regular file")
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _settled(stamps: _Stamps) -> _Stamps:
    """The stamps that are old enough for a later change to get another one."""
    least = SYSTEM.next_stamp_ns()
    return {part: stamp for part, stamp in stamps.items() if stamp[3] < least}


def _await_next_tick(stamps: _Stamps) -> bool:
    """Waits until all stamps are old enough, so that a large file is read once only; False where they were."""
    waited = 0.0
    while len(_settled(stamps)) < len(stamps) and waited < _TICK:
        time.sleep(_MOMENT)
        waited += _MOMENT
    return waited > 0


def _size(stamps: _Stamps) -> int:
    return sum(size for _, size, _, _ in stamps.values())


def _unmoved(stamps: _Stamps, copy: str) -> set[str]:
    """The parts that have the settled stamp they had when they were copied."""
    try:
        with open(copy + "-stamps") as file:
            copied = json.load(file)
    except FileNotFoundError:
        return set()
    return {part for part, stamp in stamps.items() if copied.get(part) == stamp}


def _check_room(stamps: _Stamps, directory: str) -> None:
    needed = _size(stamps)
    free = shutil.disk_usage(directory).free
    if needed > _LARGEST or needed > free * _SHARE_OF_FREE:
        raise UnreadableError(f"it is too large to be copied ({needed >> 20} MB, {free >> 20} MB free)")


def _copy_parts(path: str, copy: str, earlier: str | None, stamps: _Stamps) -> None:
    if "" not in stamps:
        raise UnreadableError("it is gone")
    unmoved = set() if earlier is None else _unmoved(stamps, earlier)
    for part in _PARTS:
        for beside in ("", "-changes"):
            _remove(copy + part + beside)
        try:
            if part in unmoved:
                snapshots.share(str(earlier) + part, copy + part)
            elif part in stamps:
                snapshots.take(path + part, copy + part, None if earlier is None else earlier + part)
        except FileNotFoundError:
            continue  # the stamps will differ
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error


def _is_same(path: str, copy: str) -> bool:
    """Whether a part still holds what was copied: what a stamp too fresh to be trusted cannot tell."""
    try:
        return snapshots.is_same(path, copy)
    except OSError:
        return False


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
