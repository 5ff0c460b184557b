"""The progress bar: on a terminal when work takes long, nowhere else and not before."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress

import pytest

PROGRAM = """
import sys, time
from statefence.cli import progress as module
module._PATIENCE = float(sys.argv[1])
with module.progress() as advance:
    for number in range(3):
        advance("databases", number, 3)
        time.sleep(0.15)
"""


def written(patience: str) -> str:
    """What the program writes to a standard error that is a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    running = subprocess.Popen([sys.executable, "-c", PROGRAM, patience], stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while data := os.read(ours, 1 << 16):
            shown += data
    os.close(ours)
    assert running.wait() == 0
    return shown.decode(errors="replace")


@pytest.mark.parametrize(("patience", "is_drawn"), [("0", True), ("100", False)])
def test_a_terminal_gets_a_bar_when_it_takes_long(patience: str, is_drawn: bool) -> None:
    assert ("databases" in written(patience)) is is_drawn


def test_a_pipe_gets_none() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, "0"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
