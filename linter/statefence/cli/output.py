"""Writing to standard output, in colour where that is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from statefence.report.style import Paint, ansi, plain


def write_lines(lines: Iterable[str]) -> None:
    """Write each line, ended, to standard output."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def in_colour() -> bool:
    """Whether to colour: never with NO_COLOR, always with FORCE_COLOR, else on a terminal that is not dumb."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def paint() -> Paint:
    """How pieces of a report are coloured on standard output."""
    return ansi if in_colour() else plain
