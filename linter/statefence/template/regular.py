"""A template as a regular expression over paths, in which values known by name only are single code points.

Those code points come from the last private-use plane, where no path has business; `is_spellable` says whether one has.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from statefence.template.records import ABSOLUTE, TREE, UP, Glob, Segment, Symbol, SymbolKind, Template, Text

_UNKNOWN_TEXT = 0x100000  # from here on: a value that is some text without a slash, never empty
_PLACE = 0x108000  # from here on: a value that no wildcard covers, such as a directory
_PARENT = "\U0010f000"
_MAYBE_EMPTY = "\U0010f001"
_SUBTREE = "\U0010f002"

_IN_SEGMENT = f"[^/\U00108000-{_PARENT}{_SUBTREE}]"
_NOT_EMPTY = f"[^/\U00108000-{_SUBTREE}]"
_ONE_CHARACTER = "[^/\U00100000-\U0010ffff]"
_ANY_SEGMENTS = f"(?:/[^/\U00108000-{_PARENT}]+)*"
_ANY_PLACE = "[\U00108000-\U0010efff]?"

Key = tuple[bool, SymbolKind, str]
"""A symbol's identity: whether it is the first piece of the path, its kind and its name."""


class Expression(Struct, frozen=True):
    """A compiled pattern, and the code point of each symbol that only itself can match."""

    pattern: re.Pattern[str]
    codes: dict[Key, str]


@lru_cache(maxsize=4096)
def expression(pattern: Template) -> Expression:
    """The expression that `spelled` paths lying on `pattern` match in full. Defaults must be substituted before."""
    codes: dict[Key, str] = {}
    groups: dict[str, str] = {}
    root, *rest = pattern.segments
    source = _ANY_PLACE if not root and rest[:1] == [TREE] else _segment_source(root, codes, groups, first=True)
    for segment in rest:
        source += _ANY_SEGMENTS if segment == TREE else "/" + _segment_source(segment, codes, groups, first=False)
    return Expression(re.compile(source, re.DOTALL), codes)


def spelled(path: Template, codes: dict[Key, str]) -> str:
    """The path as the text that an `expression` with these `codes` is matched against."""
    known = dict(codes)
    return "/".join(_segment_text(segment, known, first=number == 0) for number, segment in enumerate(path.segments))


def is_spellable(template: Template) -> bool:
    """Whether no literal text of it holds a code point that stands for a value here."""
    return not any(
        isinstance(piece, Text) and not piece.text.isascii() and max(piece.text) >= "\U00100000"
        for segment in template.segments
        for piece in segment
    )


def _segment_source(segment: Segment, codes: dict[Key, str], groups: dict[str, str], *, first: bool) -> str:
    if segment == UP:
        return _PARENT
    if segment == (Glob("*"),):
        return _IN_SEGMENT + "+"
    if segment.count(Glob("*")) > 1 and not any(isinstance(piece, Symbol) for piece in segment):
        return _glob_source(segment)
    return "".join(
        _symbol_source(piece, codes, groups, first=first and number == 0)
        if isinstance(piece, Symbol)
        else _text_source(piece)
        for number, piece in enumerate(segment)
    )


def _glob_source(segment: Segment) -> str:
    """The source of text and globs alone, without backtracking: between two `*` the first place that fits will do."""
    parts: list[str] = [""]
    for piece in segment:
        if piece == Glob("*"):
            parts.append("")
        elif not isinstance(piece, Symbol):
            parts[-1] += _text_source(piece)
    first, *between, last = parts
    return first + "".join(f"(?>{_IN_SEGMENT}*?{part})" for part in between) + f"{_IN_SEGMENT}*{last}"


def _text_source(piece: Text | Glob) -> str:
    if isinstance(piece, Text):
        return re.escape(piece.text)
    return _ONE_CHARACTER if piece.sign == "?" else _IN_SEGMENT + "*"


def _symbol_source(symbol: Symbol, codes: dict[Key, str], groups: dict[str, str], *, first: bool) -> str:
    if symbol.kind is SymbolKind.ANY:
        return ".*" if first else _NOT_EMPTY + "+"
    if symbol.kind is not SymbolKind.NAMED:
        return _code(symbol, codes, first=first)
    if symbol.name in groups:
        return f"(?P={groups[symbol.name]})"
    groups[symbol.name] = f"n{len(groups)}"
    return f"(?P<{groups[symbol.name]}>{_NOT_EMPTY}+)"


def _segment_text(segment: Segment, codes: dict[Key, str], *, first: bool) -> str:
    if segment == UP:
        return _PARENT
    if segment == TREE:
        return _SUBTREE
    return "".join(
        piece.text
        if isinstance(piece, Text)
        else _code(piece, codes, first=first and number == 0)
        if isinstance(piece, Symbol)
        else _glob_text(piece, codes, alone=len(segment) == 1)
        for number, piece in enumerate(segment)
    )


def _glob_text(glob: Glob, codes: dict[Key, str], *, alone: bool) -> str:
    if glob.sign == "*" and not alone:
        return _MAYBE_EMPTY
    return _code(Symbol(SymbolKind.ANY), codes, first=False)


def _code(symbol: Symbol, codes: dict[Key, str], *, first: bool) -> str:
    """The code point of a symbol; every unnamed value has one of its own."""
    name = symbol.name if symbol.kind is not SymbolKind.ANY else str(len(codes))
    is_place = first or symbol.kind in ABSOLUTE
    key = (first, symbol.kind, name)
    return codes.setdefault(key, chr((_PLACE if is_place else _UNKNOWN_TEXT) + len(codes)))
