"""The repair of one finding as replacements of text, for the formats that other tools apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import Struct

from statefence.model import Finding, Span
from statefence.source import Source, decoded

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Replacement(Struct, frozen=True):
    """Text to put in place of a span, which is empty for a mere insertion."""

    span: Span
    text: str


def replacements(finding: Finding, sources: Mapping[str, Source]) -> tuple[Replacement, ...]:
    """What the finding's edits do to its file, top to bottom; empty when it has none or the fixer refuses them.

    Empty too when they make or change other files, of which half a repair would be no repair.

    Imports the fixer, and with it libcst, when there is something to repair.
    """
    source = sources.get(finding.place.path)
    if source is None or not finding.edits:
        return ()
    from statefence.fix import changed

    result = changed({source.path: source.data}.get, source.path, [finding.edits])
    if result.refusals != (None,) or list(result.contents) != [source.path]:
        return ()
    after = decoded(source.path, result.contents[source.path])
    return tuple(_changes(source.text, after.text)) if isinstance(after, Source) else ()


def _changes(before: str, after: str) -> Iterator[Replacement]:
    from difflib import SequenceMatcher

    old, new = _LINE.findall(before), _LINE.findall(after)
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _change(first + 1, old[first:last], new[start:end])


def _change(line: int, old: Sequence[str], new: Sequence[str]) -> Replacement:
    """The replacement of lines that begin at `line`, without what they have in common at both ends."""
    before, after = "".join(old), "".join(new)
    head = _shared(before, after)
    head -= _splits_line_end(before, head)
    tail = _shared(reversed(before[head:]), reversed(after[head:]))
    tail -= _splits_line_end(before, len(before) - tail)
    start, end = _position(line, before[:head]), _position(line, before[: len(before) - tail])
    return Replacement(Span(*start, *end), after[head : len(after) - tail])


def _shared(one: Iterable[str], other: Iterable[str]) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _splits_line_end(text: str, offset: int) -> bool:
    """Whether the offset lies between a carriage return and its line feed, where no line and column leads to."""
    return offset > 0 and text.startswith("\r\n", offset - 1)


def _position(line: int, passed: str) -> tuple[int, int]:
    """The line and the byte column after `passed`, which begins at the start of `line`."""
    *ended, rest = _LINE_END.split(passed)
    return line + len(ended), len(rest.encode())
