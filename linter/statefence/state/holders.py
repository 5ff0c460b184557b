"""Which processes have a database open, as far as that can be known."""

# Paths are text here: names in any encoding.
# ruff: noqa: PTH116, PTH208

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec import Struct

from statefence.copies import LOG
from statefence.state.headers import INDEX

_PROCESSES = "/proc"

_FILE_LOCKS = (0x4000_0000, 512)
"""Where SQLite locks a database: PENDING, RESERVED and SHARED bytes. Source: sqlite.org/lockingv3.html, os_unix.c."""

_INDEX_LOCKS = (120, 9)
"""Where it locks the index of a log, the last byte for as long as a connection is open. Source: wal.c, os_unix.c."""


class Holders(Struct, frozen=True):
    """Who has files open.

    Attributes:
        found: `process 12 (python3)`, or what else tells that somebody has.
        unknown: what cannot be known here; empty when nothing is left open.
    """

    found: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def holders(path: str) -> Holders:
    """Who has the database at `path`, its log or its index open, other than this process.

    This process must not have any of them open: its locks would go.
    """
    parts = [part for part in (path, path + LOG, path + INDEX) if os.path.lexists(part)]
    processes = holders_of_files(parts)
    locks = tuple(_lock_holders(parts))
    return Holders(tuple(dict.fromkeys((*processes.found, *locks))), processes.unknown)


def holders_of_files(paths: Iterable[str]) -> Holders:
    """The processes other than this that have one of the files open. Opens none of them."""
    wanted = {identity for path in paths if (identity := _identity(path)) is not None}
    if os.path.isdir(f"{_PROCESSES}/self/fd"):  # noqa: PTH112 # as text, as the system names it
        return _from_proc(wanted)
    return _from_lsof(tuple(paths))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _from_proc(wanted: set[tuple[int, int]]) -> Holders:
    found: list[str] = []
    hidden = 0
    for name in os.listdir(_PROCESSES):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            if any(identity in wanted for identity in _opened(name)):
                found.append(f"process {name} ({_command(name)})")
        except PermissionError:
            hidden += 1
        except OSError:
            continue
    unknown = (f"what {hidden} processes of other users have open",) if hidden else ()
    return Holders(tuple(found), unknown)


def _opened(process: str) -> Iterator[tuple[int, int]]:
    directory = f"{_PROCESSES}/{process}/fd"
    for descriptor in os.listdir(directory):
        identity = _identity(f"{directory}/{descriptor}")
        if identity is not None:
            yield identity


def _command(process: str) -> str:
    try:
        with open(f"{_PROCESSES}/{process}/comm", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 # as text, as the system names it
            return file.read().strip()
    except OSError:
        return "gone meanwhile"


def _from_lsof(paths: tuple[str, ...]) -> Holders:
    program = shutil.which("lsof")
    if program is None:
        return Holders(unknown=("which processes have it open: there is neither /proc nor lsof",))
    done = subprocess.run([program, "-t", "--", *paths], capture_output=True, text=True, check=False)
    own = str(os.getpid())
    found = tuple(f"process {number}" for number in done.stdout.split() if number != own)
    return Holders(found, ("what processes of other users have open",) if os.geteuid() else ())


def _lock_holders(parts: list[str]) -> Iterator[str]:
    for part in parts:
        start, length = _INDEX_LOCKS if part.endswith(INDEX) else _FILE_LOCKS
        with suppress(OSError):
            holder = _lock_holder(part, start, length)
            if holder is not None:
                yield f"process {holder} ({_command(str(holder))})" if holder > 0 else "a process that cannot be named"


def _lock_holder(path: str, start: int, length: int) -> int | None:
    """The process with a lock in that range; None when there is none. Takes no lock itself; raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, _packed(start, length))
    finally:
        os.close(descriptor)
    kind, holder = _unpacked(answer)
    return None if kind == fcntl.F_UNLCK else holder


# The order of the fields of `struct flock` differs: Linux has the kind first, macOS and the BSDs the range.
_LINUX = sys.platform.startswith("linux")
_LAYOUT = struct.Struct("hhqqi4x" if _LINUX else "qqihh")


def _packed(start: int, length: int) -> bytes:
    if _LINUX:
        return _LAYOUT.pack(fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
    return _LAYOUT.pack(start, length, 0, fcntl.F_WRLCK, os.SEEK_SET)


def _unpacked(answer: bytes) -> tuple[int, int]:
    if _LINUX:
        kind, _, _, _, holder = _LAYOUT.unpack(answer)
    else:
        _, _, holder, kind, _ = _LAYOUT.unpack(answer)
    return kind, holder
