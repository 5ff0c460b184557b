"""Who did it: the lines of the project that are on the stack, and the modules they belong to."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pytest_statefence.frames import told_stack


class Stack(Struct, frozen=True):
    """The project's part of a call stack, innermost first.

    Attributes:
        lines: `src/app/spawn.py:12 in launch`, relative to the project's root.
        modules: the dotted names of the modules those lines are in.
        places: the path and the line of each.
    """

    lines: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    places: tuple[tuple[str, int], ...] = ()


def project_stack(root: str) -> Stack:
    """The stack of the caller, without frames outside the directory `root`, which ends in a separator."""
    return Stack(*told_stack(root))


def stack_of(told: Any) -> Stack:  # noqa: ANN401 -- from a journal
    """The stack that was written to a journal."""
    return Stack(*told)
