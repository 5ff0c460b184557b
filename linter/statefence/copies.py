"""Private copies of databases that other processes may be writing.

Standard library only: also processes that are started without site import it. Never to be used in a process that has
the database open itself: closing any descriptor of a file cancels all POSIX locks its process has on it (`How To
Corrupt An SQLite Database File`, section 2.2).
"""

# Paths are text, and nothing here may cost a start-up: no pathlib.
# ruff: noqa: PTH108, PTH110, PTH116, PTH118, PTH123

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import stat
import time
from typing import BinaryIO

LOG = "-wal"
JOURNAL = "-journal"
SIDECARS = (LOG, JOURNAL)
"""What belongs to a database's committed content; `-shm` is an index that SQLite rebuilds."""

_ATTEMPTS = 20
_TICK = 0.02
"""Seconds; the coarsest file stamp of the usual kernels is 10 ms."""

_COMPARABLE = 1 << 25
_LOG_HEADER = 32
_BLOCK = 512

Stamp = tuple[int, int, int, int]


class UnreadableError(Exception):
    """A file of which no faithful copy can be made; the message says why."""


def copy_database(path: str, directory: str) -> str:
    """Copies the database at `path` and its log into `directory` as it was at one moment; the copy's path.

    A write-ahead log may grow meanwhile: what follows the last commit that was copied whole does not count.
    Raises UnreadableError when the file is gone, is no regular file, may not be read, never holds still, or is larger
    than the room there is.
    """
    path = os.path.realpath(path)
    copy = os.path.join(directory, "database")
    for _ in range(_ATTEMPTS):
        before = _stamps(path)
        _check_room(path, directory)
        copy_parts(path, copy)
        if _is_one_moment(path, copy, before):
            return copy
        time.sleep(_TICK)
    raise UnreadableError("it was written without a pause while it was read")


def copy_parts(path: str, copy: str) -> None:
    """Copies the file and its sidecars, whatever happens to them meanwhile; raises UnreadableError."""
    for sidecar in ("", *SIDECARS):
        try:
            copy_file(path + sidecar, copy + sidecar)
        except FileNotFoundError:
            if not sidecar:
                raise UnreadableError("it is gone") from None
            _remove(copy + sidecar)
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error


def copy_file(source: str, target: str) -> None:
    """Copies the bytes of a file; holes stay holes."""
    found = os.stat(source)
    if found.st_blocks * _BLOCK >= found.st_size:
        shutil.copyfile(source, target)
        return
    with open(source, "rb") as reading, open(target, "wb") as writing:
        _copy_extents(reading, writing)
        writing.truncate(found.st_size)


def holds_still(path: str, copy: str) -> bool:
    """Whether the database at `path` and its log are still, byte for byte, what was copied."""
    path = os.path.realpath(path)
    return all(
        (_stamp(path + sidecar) is not None) == os.path.exists(copy + sidecar) for sidecar in ("", *SIDECARS)
    ) and _same_parts(path, copy, ("", *SIDECARS))


def _is_one_moment(path: str, copy: str, before: dict[str, Stamp | None]) -> bool:
    """Whether what was copied is what the file held at some moment since the stamps `before` were taken."""
    still = ("", JOURNAL)
    if not all(_is_settled(before[part]) for part in still) and not _is_same(path, copy, still):
        return False
    after = _stamps(path)
    return all(after[part] == before[part] for part in still) and _log_only_grew(path, copy, before[LOG], after[LOG])


def _is_same(path: str, copy: str, parts: tuple[str, ...]) -> bool:
    """Whether the parts are what was copied; also not when that would take longer than waiting for a settled stamp."""
    return sum(_size(copy + part) for part in parts) <= _COMPARABLE and _same_parts(path, copy, parts)


def _log_only_grew(path: str, copy: str, before: Stamp | None, after: Stamp | None) -> bool:
    """Whether the copied log is a beginning of the present one: its checksums then tell where it is whole."""
    if before is None or after is None:
        return before is after and not os.path.exists(copy + LOG)
    if before == after and _is_settled(before):
        return True
    return before[0] == after[0] and _beginning(copy + LOG) == _beginning(path + LOG)


def _beginning(path: str) -> bytes | None:
    """A log's header, whose salts change whenever it is begun anew."""
    try:
        with open(path, "rb") as file:
            return file.read(_LOG_HEADER)
    except OSError:
        return None


def _copy_extents(source: BinaryIO, target: BinaryIO) -> None:
    end = 0
    while True:
        try:
            start = os.lseek(source.fileno(), end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = os.lseek(source.fileno(), start, os.SEEK_HOLE)
        source.seek(start)
        target.seek(start)
        while (position := source.tell()) < end and (block := source.read(min(1 << 20, end - position))):
            target.write(block)


def _check_room(path: str, directory: str) -> None:
    needed = sum(_allocated(path + sidecar) for sidecar in ("", *SIDECARS))
    room = shutil.disk_usage(directory).free
    if needed > room:
        raise UnreadableError(f"a copy needs {needed:,} bytes, and there are {room:,} free in {directory}")


def _allocated(path: str) -> int:
    try:
        return os.stat(path).st_blocks * _BLOCK
    except OSError:
        return 0


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _stamps(path: str) -> dict[str, Stamp | None]:
    return {sidecar: _stamp(path + sidecar) for sidecar in ("", *SIDECARS)}


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("it is no regular file")
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_settled(stamp: Stamp | None) -> bool:
    """Whether the last change is old enough for a later one to get another stamp."""
    return stamp is None or not 0 <= time.time_ns() - stamp[3] < _TICK * 1e9


def _same_parts(path: str, copy: str, parts: tuple[str, ...]) -> bool:
    """Whether the file still holds what was copied: what a stamp too fresh to be trusted cannot tell."""
    try:
        return all(
            filecmp.cmp(path + part, copy + part, shallow=False) for part in parts if os.path.exists(copy + part)
        )
    except OSError:
        return False
    finally:
        filecmp.clear_cache()


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
