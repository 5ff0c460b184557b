"""Where a finding stands, as readers count: 1-based lines, 1-based columns in characters."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from statefence.model import Place
from statefence.source import Source


class Location(Struct, frozen=True):
    """A span for readers; the end is exclusive, as in the editors' protocols."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


def locate(place: Place, sources: Mapping[str, Source]) -> Location:
    """Convert the byte columns of a place by its file's text; in a file that did not decode they are kept."""
    span, source = place.span, sources.get(place.path)
    if source is None:
        return Location(place.path, span.line, span.column + 1, span.end_line, span.end_column + 1)
    return Location(
        place.path,
        span.line,
        source.character_column(span.line, span.column),
        span.end_line,
        source.character_column(span.end_line, span.end_column),
    )
