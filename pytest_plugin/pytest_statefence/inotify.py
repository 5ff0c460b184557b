"""Names of files made in watched directories, also of those removed again at once. Linux only; reader process only."""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH118, PTH120

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

_MADE, _MOVED_HERE = 0x100, 0x80
_GONE, _OVERFLOW, _IS_DIRECTORY = 0x8000, 0x4000, 0x40000000
_ONLY_DIRECTORY = 0x01000000
_HEAD = struct.Struct("iIII")
"""`struct inotify_event` of inotify(7): watch, mask, cookie, length of the name."""

_CALLS = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Notices:
    """One inotify instance, which tells of what was made since the last `take`.

    Attributes:
        descriptor: readable when there is news; -1 where the system has no inotify.
        made: paths of files and links.
        unseen: paths of directories that were gone again before it could be told what was made in them.
        lost: why anything else may be missing; empty while nothing can be.
    """

    def __init__(self) -> None:
        self.descriptor = -1 if _CALLS is None else _CALLS.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.made: set[str] = set()
        self.unseen: set[str] = set()
        self.lost = "" if self.descriptor >= 0 else "this system tells of no file that is gone again"
        self._directories: dict[int, str] = {}
        self._depths: dict[str, int] = {}
        self._missing: dict[str, int] = {}

    def watch_only(self, wanted: dict[str, int]) -> None:
        """Watches these directories, each to so many levels, and no others."""
        self._missing = {path: depth for path, depth in self._missing.items() if path in wanted}
        for watch, directory in list(self._directories.items()):
            if not any(_is_on_the_way(directory, path) for path in wanted):
                assert _CALLS is not None
                _CALLS.inotify_rm_watch(self.descriptor, watch)
                self._depths.pop(self._directories.pop(watch), None)
        for path, depth in wanted.items():
            self.watch(path, depth)

    def watch(self, directory: str, depth: int) -> None:
        """Watches `directory`, and directories made in it to `depth` levels; while it is not there, for its making."""
        if self.descriptor >= 0 and self._depths.get(directory, -1) < depth and not self._add(directory, depth):
            self._missing[directory] = depth
            self._add_nearest_parent(directory)

    def read(self) -> None:
        """Takes in what the kernel has to tell."""
        while True:
            try:
                data = os.read(self.descriptor, 1 << 16)
            except BlockingIOError:
                return
            position = 0
            while position < len(data):
                watch, mask, _, length = _HEAD.unpack_from(data, position)
                position += _HEAD.size + length
                name = os.fsdecode(data[position - length : position].rstrip(b"\0"))
                self._note(watch, mask, name)

    def take(self) -> tuple[list[str], list[str], str]:
        """The files made since the last call, the directories unseen, and why anything else may be missing."""
        if self.descriptor >= 0:
            self.read()
        taken = sorted(self.made), sorted(self.unseen), self.lost
        self.made.clear()
        self.unseen.clear()
        if self.descriptor >= 0:
            self.lost = ""
        return taken

    def _add(self, directory: str, depth: int) -> bool:
        assert _CALLS is not None
        mask = _MADE | _MOVED_HERE | _ONLY_DIRECTORY
        watch = _CALLS.inotify_add_watch(self.descriptor, os.fsencode(directory), mask)
        if watch >= 0:
            self._directories[watch] = directory
            self._depths[directory] = max(depth, self._depths.get(directory, 0))
            return True
        if ctypes.get_errno() == errno.ENOSPC:
            self.lost = "the system's limit of watched directories is reached (fs.inotify.max_user_watches)"
            return True
        return False

    def _note(self, watch: int, mask: int, name: str) -> None:
        if mask & _OVERFLOW:
            self.lost = "more files were made at once than the system keeps in mind"
        elif mask & _GONE:
            self._depths.pop(self._directories.pop(watch, ""), None)
        elif watch in self._directories:
            self._found(self._directories[watch], name, is_directory=bool(mask & _IS_DIRECTORY))

    def _found(self, directory: str, name: str, *, is_directory: bool) -> None:
        path = os.path.join(directory, name)
        depth = self._depths.get(directory, 0)
        if not is_directory:
            self.made.add(path)
            return
        if depth > 0:
            self._descend(path, depth - 1)
        if path in self._missing:
            self._descend(path, self._missing.pop(path))
        elif any(missing.startswith(path + os.sep) for missing in self._missing):
            self._descend(path, 0)

    def _descend(self, directory: str, depth: int) -> None:
        """Watches a directory that was just made, and takes what is already in it for made as well."""
        if not self._add(directory, depth):
            self.unseen.add(directory)
            return
        try:
            entries = list(os.scandir(directory))
        except OSError:
            self.unseen.add(directory)
            return
        for entry in entries:
            self._found(directory, entry.name, is_directory=entry.is_dir(follow_symlinks=False))

    def _add_nearest_parent(self, directory: str) -> None:
        parent = os.path.dirname(directory)
        if parent != directory and parent not in self._depths and not self._add(parent, 0):
            self._add_nearest_parent(parent)


def _is_on_the_way(directory: str, wanted: str) -> bool:
    """Whether one of the two is the other, or lies below it."""
    return directory == wanted or directory.startswith(wanted + os.sep) or wanted.startswith(directory + os.sep)
