"""One run of one program, measured from outside by what the system says of it when it ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Timer
from typing import NamedTuple

UNIT = 1 if sys.platform == "darwin" else 1024
"""Of `ru_maxrss`, in bytes."""


class Cost(NamedTuple):
    """What a run took.

    Attributes:
        cpu: seconds of processor time, of the user and the system, with those of all children.
        wall: seconds that passed.
        peak: memory of its largest process, in megabytes. One below the benchmark's own size cannot be told.
    """

    cpu: float
    wall: float
    peak: float


class Failure(NamedTuple):
    """Why there is no cost."""

    reason: str


Outcome = Cost | Failure


def measured(
    command: Sequence[str], directory: Path, environ: Mapping[str, str], *, fine: frozenset[int], limit: float
) -> Outcome:
    """Run a program to its end, or for `limit` seconds; what it says is thrown away."""
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=directory, env=environ, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
        )
        timer = Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == -signal.SIGKILL and wall >= limit:
            return Failure(f"killed after {limit:g} s")
        if process.returncode not in fine:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().rpartition("\n")[2]
            return Failure(f"exit {process.returncode}: {last[:80]}")
    return _cost(usage, wall)


def _cost(usage: resource.struct_rusage, wall: float) -> Cost:
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * UNIT / 1e6)
