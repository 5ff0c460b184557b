"""From one file's bytes to its facts."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from itertools import accumulate

from msgspec import Struct

from statefence.facts import ir
from statefence.facts.lower import block, module, outer_functions, span
from statefence.model import Span
from statefence.source import declared_encoding

VERSION = 5
"""Raised whenever the records change, so that older caches are not read."""


class ModuleFacts(Struct, frozen=True):
    """What one file says, whatever the rest of the project says.

    Attributes:
        body: its statements; the bodies of functions and methods are left out.
        bodies: of those functions and methods that were wanted too, by where the function stands.
    """

    body: tuple[ir.Statement, ...]
    bodies: Mapping[Span, tuple[ir.Statement, ...]] = {}


def parsed(data: bytes) -> ast.Module:
    """The syntax tree of a file.

    Raises:
        SyntaxError: the bytes are not Python that this interpreter reads (its message says why).
        ValueError: the bytes hold a NUL.
        RecursionError: the code is nested too deeply.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def extract(data: bytes, words: re.Pattern[bytes] | None = None) -> ModuleFacts:
    """The facts of a file's bytes, with the bodies of the functions whose text holds one of the words.

    Raises what `parsed` raises.
    """
    tree = parsed(data)
    if words is None:
        return ModuleFacts(module(tree))
    starts = line_starts(data)
    bodies = {
        span(node): block(node.body)
        for node in outer_functions(tree.body)
        if words.search(data, *extent(starts, node.lineno, node.end_lineno or node.lineno))
    }
    return ModuleFacts(module(tree), bodies)


def body_at(data: bytes, starts: tuple[int, ...], place: Span) -> tuple[ir.Statement, ...]:
    """The body of one function or method, read alone: the rest of the file is not parsed again.

    Args:
        data: the file, which is known to parse.
        starts: its `line_starts`.
        place: where its outline puts the function.
    """
    if place.end_line < len(starts) and declared_encoding(data) in _UTF8:
        first, end = extent(starts, place.line, place.end_line)
        indented = b"if 1:\n" if place.column else b""
        blank = b"\n" * (place.line - 1 - len(indented.splitlines()))
        try:
            return _found(parsed(blank + indented + data[first:end]), place)
        except SyntaxError:
            pass  # its lines do not stand alone: they begin with a form feed
    return _found(parsed(data), place)


_UTF8 = frozenset({"utf-8", "utf-8-sig"})


def _found(tree: ast.Module, place: Span) -> tuple[ir.Statement, ...]:
    body = tree.body[0].body if isinstance(tree.body[0], ast.If) else tree.body
    for node in outer_functions(body):
        if node.lineno == place.line and node.col_offset == place.column:
            return block(node.body)
    raise LookupError(f"no function at line {place.line}")


def line_starts(data: bytes) -> tuple[int, ...]:
    """The offset at which each line of the file begins, one more than there are lines."""
    return (0, *accumulate(map(len, data.splitlines(keepends=True))))


def extent(starts: tuple[int, ...], first: int, last: int) -> tuple[int, int]:
    """The offsets of the lines from `first` to `last`, 1-based; everything where the lines are counted otherwise."""
    if last < len(starts):
        return starts[first - 1], starts[last]
    return 0, starts[-1]
