"""Add elements to a comma-separated list in brackets, in the style of those that are there. Bytes only, no syntax tree.

The new element copies the separator between the last two, trailing comma included; it never stands between an element
and that element's comment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from statefence.fix.records import Splice
from statefence.fix.text import Text

_COMMENT = re.compile(rb"#[^\r\n]*")
_COMMA = re.compile(rb"(?:[ \t\f\r\n\\]|#[^\r\n]*+)*+(?P<comma>,)")
_LAST_LINE = re.compile(rb"\r?\n[^\r\n]*\Z")


class Brackets(Struct, frozen=True):
    """A list in brackets, as offsets.

    Attributes:
        opening: just after the opening bracket.
        closing: at the closing bracket.
        elements: start and end of each element, with its own parentheses, without its comma.
    """

    opening: int
    closing: int
    elements: tuple[tuple[int, int], ...]


def append(text: Text, brackets: Brackets, new: Sequence[bytes]) -> tuple[Splice, ...]:
    """The splices that add the `new` elements, in order, after the last."""
    if not brackets.elements:
        return (_first(text, brackets, new),)
    end = brackets.elements[-1][1]
    tail = text.utf8[end : brackets.closing]
    comma = _COMMA.match(tail)
    before, after = _separator(text, brackets)
    start = end + (comma.end() if comma else 0)
    comment = _last_comment_end(text.utf8, start, brackets.closing)
    separator = before + b"," + after
    if comment is None:
        lead = after if comma else separator
        return (Splice(start, start, lead + separator.join(new) + (b"," if comma else b"")),)
    line = text.newline + _indentation(text, brackets, comment)
    addition = Splice(comment, comment, line + (b"," + line).join(new) + (b"," if comma else b""))
    return (addition,) if comma else (Splice(end, end, b","), addition)


def _first(text: Text, brackets: Brackets, new: Sequence[bytes]) -> Splice:
    """The splice that fills an empty list; a comment inside it stays above."""
    comment = _last_comment_end(text.utf8, brackets.opening, brackets.closing)
    if comment is None:
        return Splice(brackets.opening, brackets.opening, b", ".join(new))
    line = text.newline + _indentation(text, brackets, comment)
    return Splice(comment, comment, line + (b"," + line).join(new))


def separator(text: Text, brackets: Brackets) -> tuple[bytes, bytes, bytes]:
    """What stands between two elements: white space, the comma, white space."""
    before, after = _separator(text, brackets)
    return before, b",", after


def _separator(text: Text, brackets: Brackets) -> tuple[bytes, bytes]:
    """The white space before and after the comma between the last two elements, without comments and empty lines."""
    start = brackets.elements[-1][0]
    if len(brackets.elements) == 1:
        lead = text.utf8[brackets.opening : start]
        return b"", _last_line(lead) if b"\n" in lead else b" "
    gap = text.utf8[brackets.elements[-2][1] : start]
    comma = _COMMA.match(gap)
    place = comma.start("comma") if comma else 0
    return _last_line(gap[:place]), _last_line(gap[place + 1 :])


def _last_line(space: bytes) -> bytes:
    """White space from its last line end on; all of it when it has none."""
    found = _LAST_LINE.search(space)
    return found.group() if found else space


def _last_comment_end(utf8: bytes, start: int, end: int) -> int | None:
    found = list(_COMMENT.finditer(utf8, start, end))
    return found[-1].end() if found else None


def _indentation(text: Text, brackets: Brackets, comment: int) -> bytes:
    """How far to indent an element on a line of its own, below a comment that ends at `comment`."""
    if brackets.elements and text.line_start(brackets.elements[-1][0]) >= brackets.opening:
        return text.indentation(brackets.elements[-1][0])
    own_line = text.utf8[text.line_start(comment) : comment].lstrip().startswith(b"#")
    if own_line:
        return text.indentation(comment)
    outer = text.indentation(brackets.opening)
    return outer + (b"\t" if b"\t" in outer else b"    ")
