"""A progress bar on standard error, for work that takes over a second in front of a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
"""Seconds before anything is shown."""

Advance = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Advance]:
    """A function to be told what is being done, how much of it is done and of how much; it draws when that is due."""
    if not sys.stderr.isatty():
        yield _silent
        return
    with ExitStack() as stack:
        yield _drawing(stack, time.monotonic() + _PATIENCE)


def _silent(what: str, done: int, of: int) -> None:
    """Tells nobody."""


def _drawing(stack: ExitStack, due: float) -> Advance:
    bars: list[Progress] = []
    tasks: dict[str, TaskID] = {}

    def advance(what: str, done: int, of: int) -> None:
        if not bars:
            if time.monotonic() < due:
                return
            bars.append(stack.enter_context(_bar()))
        if what not in tasks:
            tasks[what] = bars[0].add_task(what, total=of)
        bars[0].update(tasks[what], completed=done, total=of)

    return advance


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
