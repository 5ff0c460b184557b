"""The answers of `match` against brute force: both sides are spelled out in small worlds and compared one by one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.template import Glob, Piece, Segment, Symbol, SymbolKind, Template, Text, build, match, parse
from statefence.template.records import TREE

DIRECTORIES = ("/", "/a", "/b/a")
TEXTS = ("a", "b", "ab")
Values = Mapping[tuple[SymbolKind, str], str]
Assigned = Sequence[tuple[tuple[SymbolKind, str], str]]

PLACES = st.sampled_from(["{home}", "{cwd}", "{home}/..", "{env:V}", "{env:V|/a}", "{env:V|{home}/a}", "{any}", ""])
TEXT = st.sampled_from(["a", "b", "ab", "ba"])
PATTERN_PIECE = st.sampled_from(["a", "b", "ab", "*", "?", "{n}", "{m}", "{any}", "{env:W}", "{env:W|b}"])
PATTERN_SEGMENT = st.one_of(
    st.just("**"), st.lists(PATTERN_PIECE, min_size=1, max_size=3).map("".join).filter(lambda s: "**" not in s)
)


@st.composite
def patterns(draw: st.DrawFn) -> Template:
    place = draw(PLACES)
    segments = draw(st.lists(PATTERN_SEGMENT, min_size=0 if place else 1, max_size=3))
    return parse("/".join([place, *segments]))


PATH_PIECE: st.SearchStrategy[Piece | str] = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        Symbol(SymbolKind.PARAM, "x"),
        Symbol(SymbolKind.PARAM, "y"),
        Symbol(SymbolKind.ANY),
        Symbol(SymbolKind.ENV, "W"),
        Symbol(SymbolKind.ENV, "W", Template(((Text("b"),),))),
    ]
)
BEGINNING: st.SearchStrategy[Piece | str] = st.sampled_from(
    [
        "",
        "/",
        "/a/",
        Symbol(SymbolKind.HOME),
        Symbol(SymbolKind.CWD),
        Symbol(SymbolKind.ENV, "V"),
        Symbol(SymbolKind.ENV, "V", parse("{home}/a")),
        Symbol(SymbolKind.ENV, "V", parse("/b")),
        Symbol(SymbolKind.PARAM, "p"),
        Symbol(SymbolKind.ANY),
    ]
)
PATH_SEGMENT = st.one_of(st.just([".."]), st.lists(PATH_PIECE, min_size=1, max_size=2))


@st.composite
def paths(draw: st.DrawFn) -> Template:
    run: list[Piece | str] = [draw(BEGINNING)]
    run.extend(draw(st.sampled_from([[], ["a"]])))
    for segment in draw(st.lists(PATH_SEGMENT, max_size=3)):
        run.extend(["/", *segment])
    return build(run)


@settings(max_examples=1500, deadline=None)
@given(patterns(), paths())
def test_a_proven_answer_holds_in_every_world(pattern: Template, path: Template) -> None:
    answer = match(pattern, path)
    if answer is Answer.UNKNOWN:
        return
    for world in worlds(pattern, path):
        expected = answer is Answer.YES
        for concrete in spellings(path, world):
            assert lies_on(concrete, pattern, world) is expected, (str(pattern), str(path), concrete, world)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(PATTERN_SEGMENT.filter(lambda s: "any" not in s and "env" not in s), max_size=3),
    st.lists(TEXT, max_size=3),
)
def test_a_literal_path_is_never_unknown_to_a_pattern_of_globs_and_names(pattern: list[str], path: list[str]) -> None:
    assert match(parse("/" + "/".join(pattern)), build("/" + "/".join(path))) is not Answer.UNKNOWN


def worlds(pattern: Template, path: Template) -> Iterator[Values]:
    """Values for every symbol that means the same on both sides."""
    shared = {SymbolKind.HOME: DIRECTORIES, SymbolKind.CWD: DIRECTORIES}
    keys = {(s.kind, s.name) for t in (pattern, path) for s in symbols(t) if s.kind in {*shared, SymbolKind.ENV}}
    ordered = sorted(keys)
    options = [TEXTS if name == "W" else DIRECTORIES for _, name in ordered]
    for values in product(*options):
        yield dict(zip(ordered, values, strict=True))


def symbols(template: Template) -> Iterator[Symbol]:
    for segment in template.segments:
        for piece in segment:
            if isinstance(piece, Symbol):
                yield piece
                yield from symbols(piece.default) if piece.default is not None else ()


def spellings(path: Template, world: Values) -> set[str]:
    """Every concrete path of a few values for what only the path knows, each variable set and not set."""
    parameters = sorted({piece.name for piece in symbols(path) if piece.kind is SymbolKind.PARAM})
    found = set()
    for absent in (frozenset(), frozenset("V"), frozenset("W"), frozenset("VW")):
        for values in product(TEXTS, repeat=len(parameters)):
            own = {(SymbolKind.PARAM, name): value for name, value in zip(parameters, values, strict=True)}
            for front in DIRECTORIES:
                found |= {
                    normal(text) for text in texts(path, {**world, **own, (SymbolKind.PARAM, "p"): front}, absent)
                }
    return found


def texts(template: Template, values: Values, absent: frozenset[str]) -> set[str]:
    found = {""}
    for number, segment in enumerate(template.segments):
        choices = [{"/"} if number else {""}]
        choices += [piece_texts(piece, values, absent, front=number == i == 0) for i, piece in enumerate(segment)]
        found = {before + "".join(parts) for before in found for parts in product(*choices)}
    return found


def piece_texts(piece: Piece, values: Values, absent: frozenset[str], *, front: bool) -> set[str]:
    if isinstance(piece, Text):
        return {piece.text}
    assert isinstance(piece, Symbol)
    if piece.kind is SymbolKind.ANY:
        return set(DIRECTORIES) if front else set(TEXTS)
    if piece.default is not None and piece.name in absent:
        return texts(piece.default, values, absent)
    return {values[piece.kind, piece.name]}


def normal(text: str) -> str:
    return "/" + posixpath.normpath("/" + text).lstrip("/")


def lies_on(concrete: str, pattern: Template, world: Values) -> bool:
    """Whether a concrete path is one of those the pattern names in a world, by trying everything."""
    parts = concrete.strip("/").split("/") if concrete != "/" else []
    return any(
        fits(expanded, parts, ())
        for absent in (frozenset(), frozenset("V"), frozenset("W"), frozenset("VW"))
        for expanded in concrete_patterns(pattern, world, absent)
    )


def concrete_patterns(pattern: Template, world: Values, absent: frozenset[str]) -> Iterator[Sequence[Segment]]:
    """The pattern's segments with globs and names left, and everything else as text; `{any}` in front is `/**`."""
    run: list[Piece | str] = []
    for number, segment in enumerate(pattern.segments):
        run.append("/" if number else "")
        for i, piece in enumerate(segment):
            if isinstance(piece, Symbol) and piece.kind not in {SymbolKind.NAMED, SymbolKind.ANY}:
                (text,) = piece_texts(piece, world, absent, front=number == i == 0)
                run.append(text)
            elif isinstance(piece, Symbol) and piece.kind is SymbolKind.ANY and number == i == 0:
                run.extend(["/", Glob("**"), "/", Glob("*")] if len(segment) > 1 else ["/", Glob("**")])
            else:
                run.append(piece)
    yield build(["/", *run]).segments[1:]


def fits(segments: Sequence[Segment], parts: Sequence[str], bound: Assigned) -> bool:
    if not segments:
        return not parts
    if segments[0] == TREE:
        return any(fits(segments[1:], parts[n:], bound) for n in range(len(parts) + 1))
    if not parts:
        return False
    return any(fits(segments[1:], parts[1:], after) for after in bindings(segments[0], parts[0], bound))


def bindings(segment: Segment, text: str, bound: Assigned) -> Iterator[Assigned]:
    if not segment:
        if not text:
            yield bound
        return
    piece = segment[0]
    for length in range(len(text) + 1):
        value = text[:length]
        if isinstance(piece, Text):
            allowed = value == piece.text
        elif isinstance(piece, Glob):
            allowed = piece.sign == "*" or length == 1
        else:
            known = dict(bound).get((piece.kind, piece.name), value) if piece.kind is SymbolKind.NAMED else value
            allowed = bool(value) and known == value
        if allowed:
            named = isinstance(piece, Symbol) and piece.kind is SymbolKind.NAMED
            after = (*bound, ((piece.kind, piece.name), value)) if named and isinstance(piece, Symbol) else bound
            yield from bindings(segment[1:], text[length:], after)
