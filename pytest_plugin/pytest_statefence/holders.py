"""Which programs have a file open: those beside this run, and children of it. Linux only."""

# Paths are text here, as the system gives them.
# ruff: noqa: PTH115, PTH208

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_SIDECARS = ("", "-wal", "-shm", "-journal")


def other_holders(path: str) -> tuple[str, ...]:
    """The processes that have the file, or its log, open and were not started by this one, each in a few words."""
    wanted, parents = _names(path), _parents()
    return tuple(
        f"process {pid} (`{_name(pid)}`), which this run did not start, has it open"
        for pid in sorted(parents)
        if not _descends(pid, os.getpid(), parents) and not wanted.isdisjoint(_open_files(pid))
    )


def may_hold(ancestor: int, path: str) -> bool:
    """Whether a process, or one that descends from it, has the file or its log open; True where that is not told."""
    wanted, parents = _names(path), _parents()
    return not parents or any(
        _descends(pid, ancestor, parents) and (not _is_told(pid) or not wanted.isdisjoint(_open_files(pid)))
        for pid in parents
    )


def _names(path: str) -> set[str]:
    """What the descriptors of the file and its log are called, also when it has been removed."""
    real = os.path.realpath(path)
    return {real + sidecar + end for sidecar in _SIDECARS for end in ("", " (deleted)")}


def _parents() -> dict[int, int]:
    return {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}


def _is_told(pid: int) -> bool:
    return os.access(f"/proc/{pid}/fd", os.R_OK | os.X_OK)


def _pids() -> Iterator[int]:
    try:
        names = os.listdir("/proc")
    except OSError:
        return iter(())
    return (int(name) for name in names if name.isdigit())


def _parent(pid: int) -> int | None:
    """The parent's id; the second word after the name in parentheses of proc_pid_stat(5)."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid:
        if pid == ancestor:
            return True
        pid = parents.get(pid, 0)
    return False


def _open_files(pid: int) -> Iterator[str]:
    directory = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(directory)
    except OSError:
        return
    for descriptor in descriptors:
        try:
            yield os.readlink(f"{directory}/{descriptor}")
        except OSError:
            continue


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return "?"
