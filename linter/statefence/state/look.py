"""Looking at the files of a directory: which are databases, and what is in them."""

# Paths are text here: thousands of files, and names in any encoding.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable

from msgspec import Struct

from statefence.copies import JOURNAL, LOG, UnreadableError, copy_database
from statefence.state.headers import Kind, beginning, header_of, is_companion, kind_of, main_of
from statefence.state.reading import Contents, read
from statefence.state.walk import File, Unseen

_MEMORY = "/dev/shm"
"""Files here are in memory on Linux: removing a copy from a disk takes ten times as long as reading it."""

_SMALL = 1 << 23
"""Bytes; a database up to this size is copied to memory."""

Advance = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


class Companion(Struct, frozen=True):
    """A file that SQLite keeps beside a database: of which, and of which kind."""

    file: File
    main: str
    suffix: str


class Sorted(Struct, frozen=True):
    """The files of a directory by what they are.

    Attributes:
        databases: files with the header of a database; of several names of one file the first that is no link.
        others: every other file, with what it is.
        companions: what SQLite keeps beside databases.
        links: for the path of a database, its other names; `hard` tells which of these are no symbolic links.
    """

    databases: tuple[File, ...]
    others: tuple[tuple[File, Kind], ...]
    companions: tuple[Companion, ...]
    links: dict[str, tuple[File, ...]]
    unseen: tuple[Unseen, ...]


class Looked(Struct, frozen=True):
    """A database and what is in it; `contents` is None when no faithful copy of it could be made."""

    file: File
    log: int
    written: float
    contents: Contents | None
    reason: str = ""


def sort(files: Iterable[File], advance: Advance) -> Sorted:
    """Tells databases from other files by their first bytes."""
    every = tuple(files)
    names: dict[tuple[int, int], list[File]] = {}
    others: list[tuple[File, Kind]] = []
    companions: list[Companion] = []
    unseen: list[Unseen] = []
    for number, file in enumerate(every):
        advance("files", number, len(every))
        try:
            start = beginning(file.path) if file.size else b""
        except FileNotFoundError:
            continue
        except OSError as error:
            unseen.append(Unseen(file.path, error.strerror or str(error)))
            continue
        kind = kind_of(start)
        beside = main_of(file.path)
        if kind is Kind.DATABASE:
            names.setdefault((file.device, file.inode), []).append(file)
        elif beside is not None and (os.path.lexists(beside[0]) or is_companion(start, *beside)):
            companions.append(Companion(file, *beside))
        else:
            others.append((file, kind))
    first = {key: sorted(found, key=lambda file: (file.link, file.path)) for key, found in names.items()}
    return Sorted(
        databases=tuple(sorted((found[0] for found in first.values()), key=lambda file: file.path)),
        others=tuple(others),
        companions=tuple(companions),
        links={found[0].path: tuple(found[1:]) for found in first.values() if len(found) > 1},
        unseen=tuple(unseen),
    )


def look(files: tuple[File, ...], with_copy: Callable[[File, str], None], advance: Advance) -> tuple[Looked, ...]:
    """What each database holds, from a private copy that `with_copy` gets to see too, before anything changed it."""
    looked = []
    with _room(None) as large, _room(_memory()) as small:
        for number, file in enumerate(files):
            advance("databases", number, len(files))
            place = os.path.join(small if file.size <= _SMALL else large, str(number))
            os.mkdir(place)  # noqa: PTH102 # names are texts here
            found = _looked(file, place, with_copy)
            if found is not None:
                looked.append(found)
            shutil.rmtree(place, ignore_errors=True)
    return tuple(looked)


def _memory() -> str | None:
    """The directory in memory, when there is one with room for several copies."""
    try:
        return _MEMORY if shutil.disk_usage(_MEMORY).free > 4 * _SMALL else None
    except OSError:
        return None


def _room(parent: str | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="statefence-", dir=parent, ignore_cleanup_errors=True)


def _looked(file: File, room: str, with_copy: Callable[[File, str], None]) -> Looked | None:
    """What the database holds; None when it is gone."""
    log = _size(file.path + LOG)
    written = max(file.modified, _modified(file.path + LOG) if log else 0.0)
    try:
        copy = copy_database(file.path, room)
    except UnreadableError as error:
        gone = not os.path.lexists(file.path)
        return None if gone else Looked(file, log, written, None, f"not read: {error}")
    contents = _truncation(copy) or read(copy)
    if not contents.faults:
        with_copy(file, copy)
    return Looked(file, log, written, contents)


def _truncation(copy: str) -> Contents | None:
    """That pages are missing, as the header and the length of the copy tell; None when none are."""
    start = beginning(copy)
    header = header_of(start)
    if header is None:
        return Contents(faults=("the header is damaged",))
    pages = _size(copy) // header.page_size
    if header.pages > pages and not _size(copy + LOG) and not _size(copy + JOURNAL):
        return Contents(faults=(f"truncated: {pages} of {header.pages} pages are there",))
    return None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 # names are texts here
    except OSError:
        return 0


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 # names are texts here
    except OSError:
        return 0.0
