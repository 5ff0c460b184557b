"""A piece of source with its line number and carets below what is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from statefence.model import Place
from statefence.report.location import Location, locate
from statefence.report.style import Paint, Role, visible
from statefence.source import Source

_MOST_LINES = 6


def excerpt(
    place: Place, sources: Mapping[str, Source], paint: Paint, caret: Role, *, symbol: str = ""
) -> Iterator[str]:
    """The lines of an excerpt: where it is, the source, the carets. A file without readable text has only the first.

    Args:
        place: what is shown; of many lines only the first few.
        sources: the files by path.
        paint: how pieces are coloured.
        caret: as what the carets are coloured.
        symbol: the function or module that the place lies in, to be named; empty when it is known already.
    """
    where = locate(place, sources)
    last = min(where.end_line, where.line + _MOST_LINES - 1)
    gutter = " " * len(str(last))
    inside = paint(f" in {visible(symbol)}", Role.QUIET) if symbol else ""
    yield f"{gutter}{paint('-->', Role.FRAME)} {visible(where.path)}:{where.line}:{where.column}{inside}"
    source = sources.get(place.path)
    if source is None or not source.line_text(where.line).strip():
        return
    bar = paint("|", Role.FRAME)
    yield f"{gutter} {bar}"
    for line in range(where.line, last + 1):
        text = source.line_text(line)
        yield f"{paint(str(line).rjust(len(gutter)), Role.FRAME)} {bar} {visible(text)}".rstrip()
        if line == where.line:
            yield f"{gutter} {bar} {_indent(text, where)}{paint(_carets(text, where), caret)}"
    if last < where.end_line:
        yield f"{gutter} {bar} {paint(f'... to line {where.end_line}', Role.QUIET)}"


def _indent(text: str, where: Location) -> str:
    """Blanks as wide as what stands before the carets; tabs are kept, since only the terminal knows their width."""
    return "".join("\t" if c == "\t" else " " * _width(c) for c in visible(text[: where.column - 1]))


def _carets(text: str, where: Location) -> str:
    end = where.end_column - 1 if where.end_line == where.line else len(text.rstrip())
    return "^" * max(1, sum(map(_width, visible(text[where.column - 1 : end]))))


def _width(character: str) -> int:
    return 1 if character.isascii() or unicodedata.east_asian_width(character) not in {"W", "F"} else 2
