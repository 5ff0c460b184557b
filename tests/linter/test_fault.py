"""A fault of statefence itself is told apart from findings."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import statefence.cli

def fail(arguments):
    raise ZeroDivisionError("a fault")

statefence.cli.main = fail
from statefence.__main__ import run
run()
"""


def test_a_fault_exits_with_2_and_shows_where_it_happened() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "ZeroDivisionError: a fault" in ended.stderr
    assert ended.stderr.endswith("please report it.\n")
