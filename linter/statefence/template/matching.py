"""Does the path that the code reaches lie on a template of the policy?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from statefence.model import Answer
from statefence.template.build import substitute, substituted
from statefence.template.overlap import can_overlap
from statefence.template.records import UP, Piece, Symbol, Template, Text
from statefence.template.regular import expression, is_spellable, spelled

_MOST_VARIABLES = 5
"""Templates with more variables that have defaults are answered with unknown: their expansions double with each."""


@lru_cache(maxsize=65536)
def match(pattern: Template, path: Template) -> Answer:
    """Whether `path` lies on `pattern`: yes and no are proven for every value of every symbol, else unknown.

    `{env:V|default}` stands for both the variable's value and its default, on both sides. Assumed are: two symbols of
    the same kind and name have the same value; an unknown value that does not begin its path is some text without a
    slash, and neither `.` nor `..`; no symbolic links. Comparison is case-sensitive.
    """
    if pattern == path:
        return Answer.YES
    if _ends_differ(pattern, path):
        return Answer.NO
    if len(_variables(pattern)) > _MOST_VARIABLES or len(_variables(path)) > _MOST_VARIABLES:
        return Answer.UNKNOWN
    patterns = alternatives(pattern)
    answers = {_match_one(patterns, alternative) for alternative in alternatives(path)}
    return answers.pop() if len(answers) == 1 else Answer.UNKNOWN


@lru_cache(maxsize=4096)
def alternatives(template: Template) -> tuple[Template, ...]:
    """The templates without defaults that it stands for, the one with every variable set first."""
    names = sorted(_variables(template))
    chosen = (
        frozenset(name for name, absent in zip(names, flags, strict=True) if absent)
        for flags in product((False, True), repeat=len(names))
    )
    return tuple(dict.fromkeys(_without(template, absent) for absent in chosen))


def _ends_differ(pattern: Template, path: Template) -> bool:
    """Whether the text that both end in, whatever comes before it, already tells them apart; most pairs it does."""
    if len(pattern.segments) == 1 or len(path.segments) == 1 or UP in (pattern.segments[-1], path.segments[-1]):
        return False
    left, right = pattern.segments[-1][-1:], path.segments[-1][-1:]
    if not left or not right or not isinstance(left[0], Text) or not isinstance(right[0], Text):
        return False
    return not (left[0].text.endswith(right[0].text) or right[0].text.endswith(left[0].text))


def _match_one(patterns: tuple[Template, ...], path: Template) -> Answer:
    if any(_must_match(pattern, path) for pattern in patterns):
        return Answer.YES
    return Answer.UNKNOWN if any(can_overlap(pattern, path) for pattern in patterns) else Answer.NO


def _must_match(pattern: Template, path: Template) -> bool:
    if not (is_spellable(pattern) and is_spellable(path)):
        return False
    compiled = expression(pattern)
    return compiled.pattern.fullmatch(spelled(path, compiled.codes)) is not None


def _variables(template: Template) -> set[str]:
    """The variables of the template that have a default, also those in defaults."""
    return set(_variable_names(template))


def _variable_names(template: Template) -> Iterator[str]:
    for segment in template.segments:
        for piece in segment:
            if isinstance(piece, Symbol) and piece.default is not None:
                yield piece.name
                yield from _variable_names(piece.default)


def _without(template: Template, absent: frozenset[str]) -> Template:
    """The template when the variables named in `absent` are not set and all others are."""

    def value(symbol: Symbol) -> Iterable[Piece | str]:
        if symbol.default is None:
            return [symbol]
        if symbol.name not in absent:
            return [Symbol(symbol.kind, symbol.name)]
        return substituted(symbol.default, value)

    return substitute(template, value)
