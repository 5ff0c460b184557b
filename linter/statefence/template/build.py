"""From a flat run of text and symbols to a normalised template, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from statefence.template.records import (
    ABSOLUTE,
    FRONT,
    TREE,
    UP,
    WORKING_DIRECTORY,
    Piece,
    Segment,
    Symbol,
    SymbolKind,
    Template,
    Text,
)

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_DRIVE = re.compile(r"[A-Za-z]:(?=/|$)")
_PARTS = frozenset({SymbolKind.NAMED, SymbolKind.PARAM, SymbolKind.ANY})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+:)//")


def build(pieces: Iterable[Piece | str]) -> Template:
    """The template of a concatenation of text, which may hold slashes, and symbols.

    A symbol of `FRONT` at the front begins the path there, and one of `ABSOLUTE` after a slash begins it anew, as it
    does in `os.path.join`; any other path without a leading slash, drive or scheme begins with `{cwd}`.
    """
    run = merged(pieces)
    first = run[0] if run else ""
    if isinstance(first, str) and _WINDOWS.match(first):
        run = [piece.replace("\\", "/") if isinstance(piece, str) else piece for piece in run]
    if isinstance(first, str) and (scheme := _SCHEME.match(first)):
        rest = _normalised(split([first[scheme.end() :], *run[1:]]), rooted=True)
        return Template(((Text(scheme[1]),), (), *(rest or [()])))
    segments = split(run)
    root, rest = _rooted(segments[_last_start(segments) :])
    return Template((root, *_normalised(map(_as_fragments, rest), rooted=is_literal_root(root))))


def merged(pieces: Iterable[Piece | str]) -> list[Piece | str]:
    """The same run with literal text as strings, adjacent ones joined and empty ones gone."""
    run: list[Piece | str] = []
    for piece in pieces:
        text = piece.text if isinstance(piece, Text) else piece
        if isinstance(text, str) and run and isinstance(run[-1], str):
            run[-1] += text
        elif text != "":
            run.append(text)
    return run


def split(run: Iterable[Piece | str]) -> list[Segment]:
    """The segments between the slashes of a merged run; at least one, which may be empty."""
    segments: list[Segment] = [()]
    for piece in run:
        if not isinstance(piece, str):
            segments[-1] += (piece,)
            continue
        for number, text in enumerate(piece.split("/")):
            if number:
                segments.append(())
            if text:
                segments[-1] += (Text(text),)
    return segments


def flatten(template: Template) -> list[Piece | str]:
    """The run that `build` makes the template of."""
    run: list[Piece | str] = []
    for number, segment in enumerate(template.segments):
        if number:
            run.append("/")
        run.extend(segment)
    return ["/"] if template.segments == ((),) else run


def is_literal_root(root: Segment) -> bool:
    """Whether a first segment is `/`, a drive or a scheme, not a symbol."""
    return not root or isinstance(root[0], Text)


def substitute(template: Template, value: Callable[[Symbol], Iterable[Piece | str]]) -> Template:
    """The template with `value(symbol)`, text and pieces, in the place of every symbol that stands in a segment.

    A value that begins a path of its own (`/x`, `{home}/x`) after a slash replaces what is before it.
    """
    return build(substituted(template, value))


def substituted(template: Template, value: Callable[[Symbol], Iterable[Piece | str]]) -> list[Piece | str]:
    """The run of `substitute`, for a template that is only a part of a path, as a default is."""
    run: list[Piece | str] = []
    for piece in flatten(template):
        inserted: list[Piece | str] = merged(value(piece)) if isinstance(piece, Symbol) else [piece]
        if isinstance(piece, Symbol) and _ends_in_slash(run) and _begins_a_path(inserted):
            run.clear()
        run.extend(inserted)
    return run


def _ends_in_slash(run: list[Piece | str]) -> bool:
    return bool(run) and isinstance(run[-1], str) and run[-1].endswith("/")


def _begins_a_path(run: list[Piece | str]) -> bool:
    if not run or not isinstance(run[0], str):
        return bool(run) and isinstance(run[0], Symbol) and run[0].kind in ABSOLUTE
    return run[0].startswith("/") or bool(_WINDOWS.match(run[0]) or _DRIVE.match(run[0]))


def _last_start(segments: list[Segment]) -> int:
    starts = [n for n, segment in enumerate(segments) if segment and _kind(segment[0]) in ABSOLUTE]
    return starts[-1] if starts else 0


def _kind(piece: Piece) -> SymbolKind | None:
    return piece.kind if isinstance(piece, Symbol) else None


def _rooted(segments: list[Segment]) -> tuple[Segment, list[Segment]]:
    first = segments[0]
    if not first and len(segments) > 1:
        return (), segments[1:]
    if first and (_kind(first[0]) in FRONT or (isinstance(first[0], Text) and _is_drive(first))):
        return (first[0], *_as_fragments(first[1:])), segments[1:]
    return WORKING_DIRECTORY, segments


def _is_drive(segment: Segment) -> bool:
    return len(segment) == 1 and isinstance(segment[0], Text) and bool(_DRIVE.fullmatch(segment[0].text))


def _as_fragments(segment: Segment) -> Segment:
    return tuple(map(_as_fragment, segment))


def _as_fragment(piece: Piece) -> Piece:
    """A default made as a path of its own, `{cwd}/x`, is just `x` where it is joined to something."""
    if not isinstance(piece, Symbol) or piece.default is None or not piece.default.segments:
        return piece
    first, *rest = piece.default.segments
    begin = [] if first == WORKING_DIRECTORY else [(*map(_as_fragment, first[:1]), *first[1:])]
    return Symbol(piece.kind, piece.name, Template((*begin, *rest)))


def _normalised(segments: Iterable[Segment], *, rooted: bool) -> list[Segment]:
    kept: list[Segment] = []
    for segment in segments:
        if segment in ((), (Text("."),)) or (segment == TREE and kept[-1:] == [TREE]):
            continue
        if segment != UP:
            kept.append(segment)
        elif kept and _is_one_directory(kept[-1]):
            kept.pop()
        elif kept or not rooted:
            kept.append(segment)
    return kept


def _is_one_directory(segment: Segment) -> bool:
    """Whether it names one directory: something unknown does before the end of a name, as in `chat-{any}.md`."""
    within = _PARTS if isinstance(segment[-1], Text) else {SymbolKind.NAMED}
    return segment != UP and all(isinstance(piece, Text) or _kind(piece) in within for piece in segment)
