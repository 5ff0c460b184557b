"""Which files a process has mapped into memory to write them: such writes need not move any stamp. Linux only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def mapped_inodes(pids: Iterable[int]) -> frozenset[int]:
    """The inodes of the files that these processes share and may write by memory; see proc_pid_maps(5)."""
    return frozenset(inode for pid in pids for inode in _inodes(_maps(pid)))


def _maps(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/maps").read_text(errors="replace")
    except OSError:
        return ""


def _inodes(maps: str) -> Iterable[int]:
    for line in maps.splitlines():
        words = line.split(None, 5)
        if len(words) > 4 and words[1].startswith("rw-s") and words[4] != "0":
            yield int(words[4])
