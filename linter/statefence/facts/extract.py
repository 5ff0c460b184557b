"""From one file's bytes to its facts."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import accumulate

from msgspec import Struct

from statefence.facts import ir
from statefence.facts.lower import module

VERSION = 2
"""Raised whenever the records change, so that older caches are not read."""


class ModuleFacts(Struct, frozen=True):
    """What one file says, whatever the rest of the project says.

    Attributes:
        relevant: whether any of the words that were looked for stands in the file.
    """

    body: tuple[ir.Statement, ...]
    relevant: bool = True


def extract(data: bytes, words: re.Pattern[bytes] | None = None, *, complete: bool = True) -> ModuleFacts:
    """The facts of a file's bytes.

    Args:
        data: the whole file.
        words: unless `complete`, only functions whose text holds one of these are lowered; None: none are.
        complete: lower every function.

    Raises:
        SyntaxError: the bytes are not Python that this interpreter reads (its message says why).
        ValueError: the bytes hold a NUL.
        RecursionError: the code is nested too deeply.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(data)
    if complete:
        return ModuleFacts(module(tree, lambda _first, _last: True))
    if words is None:
        return ModuleFacts(module(tree, lambda _first, _last: False), relevant=False)
    starts = line_starts(data)
    search = words.search

    def wanted(first: int, last: int | None) -> bool:
        return search(data, *extent(starts, first, last or first)) is not None

    return ModuleFacts(module(tree, wanted), relevant=search(data) is not None)


def line_starts(data: bytes) -> tuple[int, ...]:
    """The offset at which each line of the file begins, one more than there are lines."""
    return (0, *accumulate(map(len, data.splitlines(keepends=True))))


def extent(starts: tuple[int, ...], first: int, last: int) -> tuple[int, int]:
    """The offsets of the lines from `first` to `last`, 1-based; everything where the lines are counted otherwise."""
    if last < len(starts):
        return starts[first - 1], starts[last]
    return 0, starts[-1]
