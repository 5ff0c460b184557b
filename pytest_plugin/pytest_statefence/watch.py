"""Which watched files may have changed since the last look, by stat alone. No file is opened, no content is judged.

A stamp (inode, size, mtime, ctime) that did not move proves that nothing was written, unless it is *racy*: so young
when it was taken that a later write may have got the same one. A directory whose stamp did not move holds the same
names, so files that are not there cost nothing.
"""

# Paths are text here: this runs several times per test, and objects would cost more than the calls.
# ruff: noqa: PTH120

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from stat import S_ISDIR, S_ISLNK, S_ISREG

from msgspec import Struct

from pytest_statefence.locations import Location
from pytest_statefence.places import can_hold
from pytest_statefence.system import SYSTEM
from statefence.template import matches
from statefence.template.records import TREE

Stamp = tuple[int, int, int, int]
"""Inode, size in bytes, mtime and ctime in nanoseconds."""

RACY_NS = 20_000_000
"""Two ticks of the coarsest usual kernel clock."""

SIDECARS = ("-wal", "-journal")


class Known(Struct, frozen=True):
    """The stamps of a file or directory by path, only of what is there, and whether any of them was racy."""

    stamps: tuple[tuple[str, Stamp], ...]
    racy: bool


class Look(Struct, frozen=True):
    """What a look found: files that appeared, are gone, or may have been written; whether any directory moved."""

    appeared: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()
    directories_moved: bool = False


QUIET = Look()


class Watch:
    """The watched locations with the stamps of the last look.

    Attributes:
        other_names: hard links to watched databases, each with the path it is watched for. A log beside them is theirs.
    """

    def __init__(self) -> None:
        self.locations: set[Location] = set()
        self.files: dict[str, Known] = {}
        self.other_names: dict[str, str] = {}
        self._found: dict[Location, frozenset[str]] = {}
        self._directories: dict[str, Known] = {}
        self._users: dict[str, set[Location]] = {}

    def add(self, locations: Iterable[Location]) -> tuple[str, ...]:
        """Watches more locations: the files that are at them now and were not watched before."""
        new = set(locations) - self.locations
        self.locations |= new
        return tuple(sorted(self._expand(new)))

    def retain(self, locations: Iterable[Location]) -> tuple[str, ...]:
        """Drops all other locations: the files that are no longer watched."""
        gone = self.locations - set(locations)
        for location in gone:
            self._found.pop(location)
            for users in self._users.values():
                users.discard(location)
        self.locations -= gone
        self._users = {directory: users for directory, users in self._users.items() if users}
        self._directories = {directory: self._directories[directory] for directory in self._users}
        dropped = self.files.keys() - self._all_found()
        for path in dropped:
            del self.files[path]
        return tuple(sorted(dropped))

    def look(self) -> Look:
        """What may have changed since the last look."""
        stirred = _moved(self._directories)
        if stirred:
            return self._look_closely(stirred)
        touched = _moved(self.files)
        return self._look_at(touched) if touched else QUIET

    def changed_since(self, path: str, moment: int) -> bool:
        """Whether a watched file came to be after `moment`, in nanoseconds since the epoch, or barely before."""
        return _latest(self.files[path].stamps[:1]) > moment - RACY_NS // 2

    def moved_since(self, path: str, moment: int) -> bool:
        """The same of a change to the file, its log, or what it links to."""
        return _latest(self.files[path].stamps) > moment - RACY_NS // 2

    def files_of(self, inodes: Collection[int]) -> tuple[str, ...]:
        """The watched files with one of these inodes."""
        return tuple(
            path for path, known in self.files.items() if any(stamp[0] in inodes for _, stamp in known.stamps[:2])
        )

    def has_unknown_names(self, path: str) -> bool:
        """Whether the file has hard links that are nowhere near."""
        known = sum(original == path for original in self.other_names.values())
        return path not in self.other_names and _names(path) > known + 1

    def directories(self) -> dict[str, int]:
        """The directories in which names are looked for, with their inodes; 0 for those that are not there."""
        return {path: known.stamps[0][1][0] if known.stamps else 0 for path, known in self._directories.items()}

    def _look_closely(self, stirred: list[str]) -> Look:
        """A look when names may have come or gone in the directories `stirred`."""
        before = {directory: self._directories[directory].stamps for directory in stirred}
        appeared = self._expand(set().union(*(self._users[directory] for directory in stirred)))
        vanished = self.files.keys() - self._all_found()
        for path in vanished:
            del self.files[path]
        look = self._look_at([path for path in self.files if path not in appeared])
        moved = any(self._directories[directory].stamps != stamps for directory, stamps in before.items())
        return Look(tuple(sorted(appeared)), tuple(sorted(vanished)), look.suspect, moved)

    def _look_at(self, paths: Iterable[str]) -> Look:
        """Stamps files anew: suspect are those that moved, and those whose last stamps were racy."""
        suspect = []
        for path in paths:
            known = self.files[path]
            self.files[path] = known_file(path)
            if known.racy or self.files[path].stamps != known.stamps:
                suspect.append(path)
        return Look(suspect=tuple(sorted(suspect)))

    def _expand(self, locations: Iterable[Location]) -> frozenset[str]:
        """Looks the files of `locations` up anew; those that were not known before."""
        for location in locations:
            directories: dict[str, Known] = {}
            found = _files_at(location, directories)
            if location.clause.is_of_databases:
                found |= self._add_other_names(found, {*directories, *self._directories})
            self._found[location] = frozenset(found)
            for directory, known in directories.items():
                self._directories[directory] = known
                self._users.setdefault(directory, set()).add(location)
        appeared = self._all_found() - self.files.keys()
        for path in appeared:
            self.files[path] = known_file(path)
        return frozenset(appeared)

    def _add_other_names(self, paths: Iterable[str], directories: Iterable[str]) -> set[str]:
        """Finds further hard links of databases in `directories` and beside them."""
        found = {other: path for path in paths if _names(path) > 1 for other in _links(path, directories)}
        self.other_names |= {other: path for other, path in found.items() if other not in paths}
        return {*found}

    def _all_found(self) -> set[str]:
        return set().union(*self._found.values())


def known_file(path: str) -> Known:
    """The stamps of a database and of its log; of what a link leads to as well."""
    real = os.path.realpath(path) if _is_link(path) else path
    return _known(dict.fromkeys((path, real, *(real + sidecar for sidecar in SIDECARS))))


def _moved(known: Mapping[str, Known]) -> list[str]:
    """Those whose stamps are not what they were, or are not to be trusted."""
    # This loop is what a test that touches nothing pays for.
    lstat = SYSTEM.lstat
    moved = []
    for path, last in known.items():
        if last.racy:
            moved.append(path)
            continue
        try:
            for part, stamp in last.stamps:
                found = lstat(part)
                if (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) != stamp:
                    moved.append(path)
                    break
            else:
                if not last.stamps and _stamp(path):
                    moved.append(path)
        except OSError:
            moved.append(path)
    return moved


def _known(paths: Iterable[str]) -> Known:
    least = SYSTEM.next_stamp_ns()
    stamps = tuple((path, stamp) for path in paths if (stamp := _stamp(path)))
    return Known(stamps, any(stamp[3] >= least for _, stamp in stamps))


def _latest(stamps: Iterable[tuple[str, Stamp]]) -> int:
    return max((stamp[3] for _, stamp in stamps), default=0)


def _stamp(path: str) -> Stamp | None:
    try:
        found = SYSTEM.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _files_at(location: Location, directories: dict[str, Known]) -> set[str]:
    """The files at a location; notes the directories it depends on, each stamped before it is read."""
    _note_directory(location.prefix, directories)
    if location.path is not None:
        return {location.path} if _is_file(location.path) else set()
    found: set[str] = set()
    pending = [location.prefix]
    is_tree = TREE in location.template.segments
    while pending:
        directory = pending.pop()
        directories[directory] = _known((directory,))
        for entry in _entries(directory):
            if entry.is_dir(follow_symlinks=not is_tree) and can_hold(location.template, entry.path):
                pending.append(entry.path)
            if matches(location.template, entry.path) and _is_file(entry.path):
                found.add(entry.path)
    return {path for path in found if not _is_sidecar(path, found)}


def _note_directory(directory: str, directories: dict[str, Known]) -> None:
    """Stamps a directory, and its parents up to the first that is there."""
    known = _known((directory,))
    directories[directory] = known
    if not known.stamps and os.path.dirname(directory) != directory:
        _note_directory(os.path.dirname(directory), directories)


def _entries(directory: str) -> list[os.DirEntry[str]]:
    try:
        with SYSTEM.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []


def _names(path: str) -> int:
    """How many hard links a file has; 0 when it is not there."""
    try:
        return SYSTEM.stat(path).st_nlink
    except OSError:
        return 0


def _links(path: str, directories: Iterable[str]) -> list[str]:
    try:
        inode = SYSTEM.stat(path).st_ino
    except OSError:
        return []
    real = os.path.realpath(path)
    entries = (entry for directory in {*directories, os.path.dirname(real)} for entry in _entries(directory))
    return [entry.path for entry in entries if entry.inode() == inode and entry.path != real and entry.is_file()]


def _is_sidecar(path: str, found: set[str]) -> bool:
    base, _, word = path.rpartition("-")
    return word in {"wal", "journal", "shm"} and base in found


def _is_file(path: str) -> bool:
    """Whether a file, or a link to anything but a directory, is there."""
    try:
        mode = SYSTEM.lstat(path).st_mode
    except OSError:
        return False
    return S_ISREG(mode) or (S_ISLNK(mode) and not _is_directory(path))


def _is_directory(path: str) -> bool:
    try:
        return S_ISDIR(SYSTEM.stat(path).st_mode)
    except OSError:
        return False


def _is_link(path: str) -> bool:
    try:
        return S_ISLNK(SYSTEM.lstat(path).st_mode)
    except OSError:
        return False
