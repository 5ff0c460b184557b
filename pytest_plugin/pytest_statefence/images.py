"""Private copies of databases, and what is in them. Runs in the reader process only; standard library, no site.

A test process must never open a database that the application may hold: closing any descriptor of a file cancels all
POSIX locks its process has on it (`How To Corrupt An SQLite Database File`, section 2.2). Here nothing else is open.
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH108, PTH110, PTH116, PTH118, PTH123

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterable
from contextlib import closing
from hashlib import blake2b

SIDECARS = ("-wal", "-journal")
"""What belongs to a database's committed content; `-shm` is an index that SQLite rebuilds."""

_ATTEMPTS = 20
_TICK = 0.02
"""Seconds; the coarsest file stamp of the usual kernels is 10 ms."""

_MASK = (1 << 128) - 1


class UnreadableError(Exception):
    """A file of which no faithful copy can be made; the message says why."""


def copy_database(path: str, directory: str) -> str:
    """Copies the database at `path` and its log into `directory` until nothing moves meanwhile; the copy's path.

    Raises UnreadableError when the file is gone, is no regular file, may not be read, or never holds still.
    """
    path = os.path.realpath(path)
    copy = os.path.join(directory, "database")
    for _ in range(_ATTEMPTS):
        before = _stamps(path)
        _copy_parts(path, copy)
        if (_settled(before) or _same_parts(path, copy)) and _stamps(path) == before:
            return copy
        time.sleep(_TICK)
    raise UnreadableError("it was written without a pause while it was read")


def holds_still(path: str, copy: str) -> bool:
    """Whether the database at `path` and its log are still, byte for byte, what was copied."""
    path = os.path.realpath(path)
    return all(
        (_stamp(path + sidecar) is not None) == os.path.exists(copy + sidecar) for sidecar in ("", *SIDECARS)
    ) and _same_parts(path, copy)


def digest(copy: str, wanted: Iterable[str] | None) -> dict[str, tuple[int, str, str]]:
    """For every table of the copied database, or those `wanted` (in any case): its rows, their digest, its SQL.

    The digest is that of a multiset: neither row order nor rowids count, so VACUUM changes nothing. The copy stays as
    it is. Raises UnreadableError when SQLite cannot read the file.
    """
    names = None if wanted is None else {name.casefold() for name in wanted}
    try:
        with closing(sqlite3.connect(_expendable(copy), isolation_level=None)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
            tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: (*_rows(connection, name), sql or "")
                for name, sql in tables
                if not name.startswith("sqlite_") and (names is None or name.casefold() in names)
            }
    except sqlite3.Error as error:
        raise UnreadableError(f"SQLite cannot read it: {error}") from error


def _expendable(copy: str) -> str:
    """A file that SQLite may change: a copy of the copy where there is a log, which reading plays back or folds in."""
    if not any(os.path.exists(copy + sidecar) for sidecar in SIDECARS):
        return copy
    _copy_parts(copy, copy + "-expendable")
    return copy + "-expendable"


def fingerprint(copy: str) -> str:
    """A digest of the bytes of the copy and its log, for files that are no database SQLite can read."""
    total = blake2b(digest_size=16)
    for part in (copy, *(copy + sidecar for sidecar in SIDECARS)):
        if os.path.exists(part):
            with open(part, "rb") as file:
                while block := file.read(1 << 20):
                    total.update(block)
    return total.hexdigest()


def _rows(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    quoted = '"' + table.replace('"', '""') + '"'
    count = total = 0
    try:
        rows = connection.execute(f"SELECT * FROM {quoted}")
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
        rows = connection.execute("SELECT 1 WHERE 0")  # a virtual table: its content is in tables beside it
    for row in rows:
        count += 1
        line = repr(row).encode("utf-8", "surrogatepass")
        total += int.from_bytes(blake2b(line, digest_size=16).digest())
    return count, f"{total & _MASK:032x}"


def _stamps(path: str) -> tuple[tuple[int, int, int, int] | None, ...]:
    return tuple(_stamp(path + sidecar) for sidecar in ("", *SIDECARS))


def _stamp(path: str) -> tuple[int, int, int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("it is no regular file")
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _settled(stamps: tuple[tuple[int, int, int, int] | None, ...]) -> bool:
    """Whether the last change is old enough for a later one to get another stamp."""
    latest = max((found[3] for found in stamps if found), default=0)
    return not 0 <= time.time_ns() - latest < _TICK * 1e9


def _copy_parts(path: str, copy: str) -> None:
    for sidecar in ("", *SIDECARS):
        try:
            shutil.copyfile(path + sidecar, copy + sidecar)
        except FileNotFoundError:
            if not sidecar:
                raise UnreadableError("it is gone") from None
            _remove(copy + sidecar)
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error


def _same_parts(path: str, copy: str) -> bool:
    """Whether the file still holds what was copied: what a stamp too fresh to be trusted cannot tell."""
    try:
        return all(
            filecmp.cmp(path + sidecar, copy + sidecar, shallow=False)
            for sidecar in ("", *SIDECARS)
            if os.path.exists(copy + sidecar)
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
