"""Colours, and text that is safe to print on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Role(StrEnum):
    """What a piece of a report is; its value is the ANSI attributes it gets on a terminal."""

    ERROR = "1;31"
    WARNING = "1;33"
    NAME = "1"
    FRAME = "34"
    NOTE = "36"
    QUIET = "2"


Paint = Callable[[str, Role], str]


def plain(text: str, role: Role) -> str:  # noqa: ARG001 - has the signature of `Paint`
    """The text without any colour."""
    return text


def ansi(text: str, role: Role) -> str:
    """The text between the escape sequences of its role."""
    return f"\x1b[{role.value}m{text}\x1b[0m" if text else text


def visible(text: str) -> str:
    """The text with its control characters escaped, so that no analysed file can drive the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)
