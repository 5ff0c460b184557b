"""Who did it: the lines of the project that are on the stack, and the modules they belong to."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH120

from __future__ import annotations

import os
import sys
from types import FrameType

from msgspec import Struct

_MOST_LINES = 6
_NOT_THE_PROJECT = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_OWN = os.path.dirname(__file__) + os.sep


class Stack(Struct, frozen=True):
    """The project's part of a call stack, innermost first.

    Attributes:
        lines: `src/app/spawn.py:12 in launch`, relative to the project's root.
        modules: the dotted names of the modules those lines are in.
    """

    lines: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


def project_stack(root: str) -> Stack:
    """The stack of the caller, without frames outside the directory `root`, which ends in a separator."""
    lines: list[str] = []
    modules: list[str] = []
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None and len(lines) < _MOST_LINES:
        name = frame.f_code.co_filename
        if name.startswith(root) and not name.startswith(_OWN) and not any(part in name for part in _NOT_THE_PROJECT):
            lines.append(f"{name[len(root) :]}:{frame.f_lineno} in {frame.f_code.co_name}")
            modules.append(module_of(frame))
        frame = frame.f_back
    return Stack(tuple(lines), tuple(modules))


def caller() -> FrameType | None:
    """The innermost frame outside this package: for an audit event, the one that raised it."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return frame


def module_of(frame: FrameType | None) -> str:
    """The dotted name of the module a frame is in, empty without a frame."""
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))
