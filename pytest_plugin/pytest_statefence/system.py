"""The system calls that judging depends on, as they were before any test replaced them.

Tests replace `os.stat`, `time.time` and the like, by hand or by libraries that search every module for such functions.
They do not find them in an object. Standard library only: Python children that report to the run import it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class System(NamedTuple):
    """What the names say, as in `os` and `time`."""

    lstat: Callable[[str], os.stat_result]
    stat: Callable[[str], os.stat_result]
    scandir: Callable[[str], AbstractContextManager[Iterator[os.DirEntry[str]]]]
    open: Callable[[str, int], int]
    close: Callable[[int], None]
    read: Callable[[int, int], bytes]
    pread: Callable[[int, int, int], bytes]
    write: Callable[[int, bytes], int]
    rename: Callable[[str, str], None]
    realpath: Callable[[str], str]
    time: Callable[[], float]
    time_ns: Callable[[], int]


SYSTEM = System(
    lstat=os.lstat,
    stat=os.stat,
    scandir=os.scandir,
    open=os.open,
    close=os.close,
    read=os.read,
    pread=os.pread,
    write=os.write,
    rename=os.replace,
    realpath=os.path.realpath,
    time=time.time,
    time_ns=time.time_ns,
)
