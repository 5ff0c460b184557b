"""Whether one static answer fits what was seen once. Pure.

*Unknown* where the answer leaves it open: then what was seen fills it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from statefence.model import Answer
from statefence.observation.records import SeenOpen, SeenSpawn
from statefence.project.sites import Environment, EnvKind, PathKind, Target
from statefence.template import Template, matches, resolve
from statefence.template.records import TREE, Glob, Text

_OPEN_ENVIRONMENTS = frozenset({EnvKind.PASSTHROUGH, EnvKind.UNKNOWN})
_OPEN_PATHS = frozenset({PathKind.PARAMETER, PathKind.CONFIG, PathKind.UNKNOWN})
IN_MEMORY = ":memory:"


def environment_fits(environment: Environment, seen: SeenSpawn) -> Answer:
    """Whether a child that got this environment could have got what it was seen to get.

    Names whose fate the analysis does not know are not held against it.
    """
    if environment.kind in _OPEN_ENVIRONMENTS:
        return Answer.UNKNOWN
    block = seen.block
    if not set(environment.sets) <= block or block & set(environment.drops):
        return Answer.NO
    if environment.kind is EnvKind.EMPTY and block:
        return Answer.NO
    if environment.kind is EnvKind.INHERITS and (seen.changed or seen.added):
        return Answer.NO
    lost = any(environment.carries(name) is Answer.YES for name in seen.dropped)
    leaked = any(environment.carries(name) is Answer.NO for name in seen.kept)
    return Answer.NO if lost or leaked else Answer.YES


def target_fits(target: Target, seen: SeenOpen, root: str, temporary: Iterable[str]) -> Answer:
    """Whether an open of this target could have reached the file that it was seen to reach.

    Args:
        target: the static answer.
        seen: the file, with the world in which it was opened.
        root: the project's root then.
        temporary: directories of temporary files beside that of `seen`.
    """
    if target.kind in _OPEN_PATHS:
        return Answer.UNKNOWN
    if PathKind.MEMORY is target.kind or seen.path == IN_MEMORY:
        return _answer(target.kind is PathKind.MEMORY and seen.path == IN_MEMORY)
    if target.kind is PathKind.TMP:
        return _answer(any(_is_below(seen, directory) for directory in (seen.tmp, *temporary)))
    if target.template is None:
        return Answer.UNKNOWN
    return _answer(_reaches(target.template, seen, root))


def _reaches(template: Template, seen: SeenOpen, root: str) -> bool:
    """Whether the template means the file; by its tail alone where only the program itself knows its directory."""
    places = resolve(template, seen.variables, home=seen.home, cwd=seen.cwd, tmp=seen.tmp, repo=root)
    places = places or (_anywhere(template),)
    return any(matches(place, path) for place in places for path in (seen.path, seen.real))


def _anywhere(template: Template) -> Template:
    """The template in any directory, with any text for what is not written out."""
    literal = (all(isinstance(piece, Text) for piece in segment) for segment in template.segments[1:])
    tail = zip(template.segments[1:], literal, strict=True)
    return Template(((), TREE, *(segment if is_text else (Glob("*"),) for segment, is_text in tail)))


def _is_below(seen: SeenOpen, directory: str) -> bool:
    return any(PurePath(path).is_relative_to(directory) for path in (seen.path, seen.real))


def _answer(fits: bool) -> Answer:
    return Answer.YES if fits else Answer.NO
