"""The frames of the project on the stack. Light: Python children that report to the run import it as they start."""

# Paths are text here, as the interpreter gives them.
# ruff: noqa: PTH120

from __future__ import annotations

import os
import sys
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    Told = tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, int], ...]]
    Position = tuple[str, int, int, int, str]

_MOST_LINES = 6
_NOT_THE_PROJECT = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_OWN = os.path.dirname(__file__) + os.sep


def told_stack(root: str) -> Told:
    """The stack of the caller below the directory `root`, which ends in a separator, innermost first.

    Its lines in words, the modules these are in, and path and number of each.
    """
    frames = tuple(islice(_project_frames(root), _MOST_LINES))
    places = tuple((_relative(frame, root), frame.f_lineno) for frame in frames)
    lines = tuple(f"{path}:{line} in {f.f_code.co_name}" for f, (path, line) in zip(frames, places, strict=True))
    return lines, tuple(map(module_of, frames)), places


def positions(root: str) -> tuple[Position, ...]:
    """The expression that each frame of the caller's stack below `root` is evaluating, innermost first.

    Path relative to `root`, 1-based first and last line, 0-based end column in UTF-8 bytes as `ast` counts, function.
    The end, unlike the start, is that of the call in every version of Python.
    """
    return tuple(_position(frame, root) for frame in _project_frames(root))


def library(root: str) -> str:
    """The module outside the project and the standard library that did it for the project; empty when there is none."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None and not _is_project(frame.f_code.co_filename, root):
        name = frame.f_code.co_filename
        if any(part in name for part in _NOT_THE_PROJECT):
            return module_of(frame)
        frame = frame.f_back
    return ""


def caller() -> FrameType | None:
    """The innermost frame outside this package: for an audit event, the one that raised it."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return frame


def is_our_own(frame: FrameType | None) -> bool:
    """Whether this package called the function of `subprocess` that a frame is in."""
    while frame is not None and module_of(frame) == "subprocess":
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OWN)


def module_of(frame: FrameType | None) -> str:
    """The dotted name of the module a frame is in, empty without a frame."""
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def _project_frames(root: str) -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None:
        if _is_project(frame.f_code.co_filename, root):
            yield frame
        frame = frame.f_back


def _is_project(path: str, root: str) -> bool:
    return path.startswith(root) and not path.startswith(_OWN) and not any(part in path for part in _NOT_THE_PROJECT)


def _relative(frame: FrameType, root: str) -> str:
    return os.path.normpath(frame.f_code.co_filename[len(root) :])


def _position(frame: FrameType, root: str) -> Position:
    code = frame.f_code
    line, end_line, _, end_column = next(islice(code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    number = line or frame.f_lineno
    return _relative(frame, root), number, end_line or number, end_column or 0, code.co_name
