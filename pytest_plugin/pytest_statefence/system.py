"""The system calls that judging depends on, as they were before any test replaced them.

Tests replace `os.stat`, `time.time` and the like, by hand or by libraries that search every module for such functions.
They do not find them in an object. Light: Python children that report to the run import it as they start.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


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


SYSTEM = System()


def own_directory() -> str:
    """The working directory; the file system's root when the working directory was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 -- paths are text here
    except FileNotFoundError:
        return os.sep
