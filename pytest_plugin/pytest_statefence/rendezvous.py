"""Where a run announces itself, and how a process finds the run that it belongs to: through its ancestors.

An environment can be emptied on the way to a child, its ancestors cannot. For each run there is a symbolic link in one
directory of the user, named after the process and the moment it was born, so that no later process with the same id is
taken for it. Light: every Python process imports this as it starts, while a run is on.

Linux tells the ancestors of a process; elsewhere only a run's own children find it.
"""

# Children pay for every import: no pathlib.
# ruff: noqa: PTH102, PTH106, PTH108, PTH115, PTH118, PTH208, PTH211

from __future__ import annotations

import os
import stat

_MOST_ANCESTORS = 64
_ATTEMPTS = 1000


def meeting_place() -> str:
    """The directory of the links; `statefence-child.pth` names it too."""
    return f"/tmp/.statefence-{os.getuid()}"


class Announcement:
    """A run's link, for as long as it is on. A run inside a run of the same process stands in for the outer one."""

    def __init__(self, directory: str) -> None:
        self._link = ""
        self._outer = ""
        for _ in range(_ATTEMPTS):
            try:
                self._make(directory)
            except FileNotFoundError:
                continue  # another run ended and took the directory away in between
            except OSError:
                pass  # then children tell nothing
            return

    def _make(self, directory: str) -> None:
        place = meeting_place()
        _make_directory(place)
        if not _can_only_we_write(os.lstat(place)):
            return
        _sweep(place)
        link = _link_of(os.getpid())[0]
        self._outer = _target(link)
        _point(link, directory)
        self._link = link

    @property
    def is_made(self) -> bool:
        """Whether children can find it."""
        return bool(self._link)

    def withdraw(self) -> None:
        """Takes the link away, and the directory with the last one."""
        if not self._link:
            return
        if self._outer:
            _point(self._link, self._outer)
        else:
            _remove(self._link)
            _remove_if_empty(meeting_place())
        self._link = ""


def find() -> tuple[str, tuple[int, ...]] | None:
    """The directory of the nearest run among the ancestors of this process; None when there is none.

    With it the processes from this one to the run's child, nearest first.
    """
    if not _is_ours(meeting_place()):
        return None
    family = [os.getpid()]
    process = os.getppid()
    while process > 0 and len(family) < _MOST_ANCESTORS:
        link, parent = _link_of(process)
        directory = _target(link)
        if directory:
            return directory, tuple(family)
        family.append(process)
        process = parent
    return None


def _sweep(place: str) -> None:
    """Takes away the links of runs that were killed."""
    for name in os.listdir(place):
        process, _, born = name.partition("-")
        if process.isdecimal() and _birth(int(process))[1] != born:
            _remove(os.path.join(place, name))


def _link_of(process: int) -> tuple[str, int]:
    """The link that a run in this process has, and the process's parent; 0 where nobody tells."""
    parent, born = _birth(process)
    return os.path.join(meeting_place(), f"{process}-{born}"), parent


def _birth(process: int) -> tuple[int, str]:
    try:
        descriptor = os.open(f"/proc/{process}/stat", os.O_RDONLY)
    except OSError:
        return 0, ""
    try:
        fields = os.read(descriptor, 4096).rpartition(b")")[2].split()
    finally:
        os.close(descriptor)
    return int(fields[1]), fields[19].decode()  # proc_pid_stat(5): ppid and starttime, counted after the name


def _make_directory(place: str) -> None:
    try:
        os.mkdir(place, 0o700)
    except FileExistsError:
        return


def _is_ours(place: str) -> bool:
    """Whether nobody else can have put anything there."""
    try:
        return _can_only_we_write(os.lstat(place))
    except OSError:
        return False


def _can_only_we_write(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _point(link: str, directory: str) -> None:
    _remove(link)
    os.symlink(directory, link)


def _remove_if_empty(directory: str) -> None:
    try:
        os.rmdir(directory)
    except OSError:
        return  # other runs are on


def _remove(link: str) -> None:
    try:
        os.unlink(link)
    except FileNotFoundError:
        return
