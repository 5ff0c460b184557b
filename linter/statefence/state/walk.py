"""Every regular file of a directory, whatever its name is and whatever happens to it meanwhile."""

# Paths are text here: thousands of files, and names in any encoding.
# ruff: noqa: PTH115

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from msgspec import Struct

ROOM = ".statefence"
"""The directory below a state directory in which `state repair` keeps its own files; it is not looked into."""


class File(Struct, frozen=True):
    """A regular file, or a symbolic link that leads to one.

    Attributes:
        path: absolute, without a link among its directories below the one walked.
        link: whether the last name is a symbolic link.
        device, inode: of the file itself, behind any link.
        size: bytes.
        modified: seconds since the epoch.
        mode: permissions, without the kind of file.
        hard_links: how many names it has.
    """

    path: str
    link: bool
    device: int
    inode: int
    size: int
    modified: float
    mode: int
    hard_links: int


class Unseen(Struct, frozen=True):
    """What was not looked at. `failed` tells a fault from what is left out on purpose."""

    path: str
    reason: str
    failed: bool = True


class Tree(Struct, frozen=True):
    """What a directory holds, sorted by path. `directories` has the modes of those looked into."""

    root: str
    files: tuple[File, ...]
    unseen: tuple[Unseen, ...]
    directories: dict[str, int]


def walk(root: str) -> Tree:
    """Every file below an absolute directory. Links to directories are not followed, but told."""
    files: list[File] = []
    unseen: list[Unseen] = []
    directories: dict[str, int] = {}
    waiting = [root]
    while waiting:
        directory = waiting.pop()
        try:
            directories[directory] = stat.S_IMODE(os.lstat(directory).st_mode)
            with os.scandir(directory) as entries:
                for found in map(_looked_at, entries):
                    match found:
                        case File():
                            files.append(found)
                        case Unseen():
                            unseen.append(found)
                        case str():
                            waiting.append(found)
                        case None:
                            pass
        except FileNotFoundError:
            directories.pop(directory, None)
        except OSError as error:
            unseen.append(Unseen(directory, error.strerror or str(error)))
    return Tree(root, tuple(sorted(files, key=_path)), tuple(sorted(unseen, key=_path)), directories)


def parents(path: str, root: str) -> Iterator[str]:
    """The directories above `path`, nearest first, up to `root` and with it."""
    while path != root:
        path = path.rpartition("/")[0] or "/"
        yield path


def _path(found: File | Unseen) -> str:
    return found.path


def _looked_at(entry: os.DirEntry[str]) -> File | Unseen | str | None:
    """The file, the directory to go into, why neither, or None for what is gone, a pipe or the like."""
    try:
        if entry.is_symlink():
            return _link(entry)
        if entry.is_dir(follow_symlinks=False):
            return None if entry.name == ROOM else entry.path
        return _file(entry.path, entry.stat(follow_symlinks=False), link=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unseen(entry.path, error.strerror or str(error))


def _link(entry: os.DirEntry[str]) -> File | Unseen | None:
    try:
        found = entry.stat()
    except FileNotFoundError:
        return Unseen(entry.path, "a link to nothing", failed=False)
    except OSError as error:
        return Unseen(entry.path, f"a link that leads nowhere ({error.strerror})", failed=False)
    if stat.S_ISDIR(found.st_mode):
        return Unseen(entry.path, f"a link to the directory {os.readlink(entry.path)}: not followed", failed=False)
    return _file(entry.path, found, link=True)


def _file(path: str, found: os.stat_result, *, link: bool) -> File | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    return File(
        path=path,
        link=link,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified=found.st_mtime,
        mode=stat.S_IMODE(found.st_mode),
        hard_links=found.st_nlink,
    )
