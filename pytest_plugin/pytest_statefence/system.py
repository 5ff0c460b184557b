"""The system calls that judging depends on, as they were before any test replaced them.

Tests replace `os.stat`, `time.time` and the like, by hand or by libraries that search every module for such functions.
They do not find them in an object. Light: Python children that report to the run import it as they start.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


_CLOCK_REALTIME_COARSE = 5
"""Of linux/time.h: the clock that the kernel takes the stamps of files from."""

_COARSEST_TICK_NS = 20_000_000
"""Two ticks of the coarsest usual kernel clock."""


class System:
    """What the names say, as in `os` and `time`."""

    def __init__(self) -> None:
        self.lstat: Callable[[str], os.stat_result] = os.lstat
        self.stat: Callable[[str], os.stat_result] = os.stat
        self.scandir: Callable[[str], AbstractContextManager[Iterator[os.DirEntry[str]]]] = os.scandir
        self.open: Callable[[str, int], int] = os.open
        self.close: Callable[[int], None] = os.close
        self.read: Callable[[int, int], bytes] = os.read
        self.pread: Callable[[int, int, int], bytes] = os.pread
        self.write: Callable[[int, bytes], int] = os.write
        self.replace: Callable[[str, str], None] = os.replace
        self.realpath: Callable[[str], str] = os.path.realpath
        self.time: Callable[[], float] = time.time
        self.time_ns: Callable[[], int] = time.time_ns
        self.clock_gettime_ns: Callable[[int], int] = time.clock_gettime_ns

    def next_stamp_ns(self) -> int:
        """The least time stamp that a change of a local file gets from now on, in nanoseconds since the epoch."""
        if sys.platform == "linux":
            return self.clock_gettime_ns(_CLOCK_REALTIME_COARSE)
        return self.time_ns() - _COARSEST_TICK_NS


SYSTEM = System()


def own_directory() -> str:
    """The working directory; the file system's root when the working directory was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 -- paths are text here
    except FileNotFoundError:
        return os.sep
