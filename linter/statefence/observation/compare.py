"""What was seen at each site of the project, and whether the analysis had said so. Pure.

A frame of the stack is at a site when both end at the same place. An outer site is compared only where every call of
its trace is on the stack: else it is there for another reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from statefence.model import Answer, Span
from statefence.observation.fit import environment_fits, target_fits
from statefence.observation.records import Line, Observed, SeenOpen, SeenSpawn
from statefence.project.sites import Open, Spawn

Seen = SeenSpawn | SeenOpen
_Site = TypeVar("_Site", Spawn, Open)
Key = tuple[str, Span, str]
_End = tuple[str, int, int]

DATABASE_OPENED = "sqlite3.connect"
"""The audit event of it; other drivers raise none."""


class Verdict(StrEnum):
    """What the tests say of a static answer."""

    CONFIRMED = "confirmed"
    FILLED_IN = "filled-in"
    CONTRADICTED = "contradicted"
    NOT_OBSERVED = "not-observed"


class Sighting(Struct, frozen=True):
    """One thing seen at a site: whether its answers allow it, and the line that called the function the site is in."""

    seen: Seen
    answer: Answer
    caller: Line


class Comparison(Struct, frozen=True):
    """All that was seen.

    Attributes:
        at: by the `key` of the site.
        unlisted: what lines of the project did where the analysis lists no site.
    """

    at: dict[Key, tuple[Sighting, ...]]
    unlisted: tuple[Seen, ...]


def key(site: Spawn | Open) -> Key:
    """What tells a site from all others of its project."""
    return site.path, site.span, site.api


def compare(spawns: Iterable[Spawn], opens: Iterable[Open], observed: Observed) -> Comparison:
    """Sets what was seen beside the sites of the project."""
    spawn_sites, open_sites = _by_end(spawns), _by_end(opens)
    at: dict[Key, list[Sighting]] = {}
    unlisted: list[Seen] = []
    for spawn in observed.spawns:
        sites = list(_sites_of(spawn.lines, spawn_sites))
        for site, caller in sites:
            answer = _best(environment_fits(environment, spawn) for environment in site.environments)
            at.setdefault(key(site), []).append(Sighting(spawn, answer, caller))
        unlisted += [] if sites or not spawn.lines else [spawn]
    for opened in observed.opens:
        places = [pair for pair in _sites_of(opened.lines, open_sites) if _is_of_its_kind(pair[0], opened)]
        for place, caller in places:
            answer = _best(target_fits(t, opened, observed.root, observed.temporary) for t in place.targets)
            at.setdefault(key(place), []).append(Sighting(opened, answer, caller))
        unlisted += [] if places or opened.did != DATABASE_OPENED else [opened]
    return Comparison({site: tuple(sightings) for site, sightings in at.items()}, tuple(unlisted))


def verdict(sightings: Sequence[Sighting]) -> Verdict:
    """What all that was seen at one site says of its answers."""
    answers = {sighting.answer for sighting in sightings}
    if not answers:
        return Verdict.NOT_OBSERVED
    if Answer.NO in answers:
        return Verdict.CONTRADICTED
    return Verdict.FILLED_IN if Answer.UNKNOWN in answers else Verdict.CONFIRMED


def _by_end(sites: Iterable[_Site]) -> dict[_End, list[_Site]]:
    found: dict[_End, list[_Site]] = {}
    for site in sites:
        found.setdefault(_end(site.path, site.span), []).append(site)
    return found


def _end(path: str, span: Span) -> _End:
    return path, span.end_line, span.end_column


def _sites_of(lines: Sequence[Line], sites: Mapping[_End, Sequence[_Site]]) -> Iterator[tuple[_Site, Line]]:
    """The sites on a stack, innermost first, each with the line that called its function, else its own."""
    stack = {_end_of(line) for line in lines}
    is_innermost = True
    for line, caller in zip(lines, (*lines[1:], *lines[-1:]), strict=True):
        here = sites.get(_end_of(line), ())
        for site in here:
            way = {_end(step.place.path, step.place.span) for step in site.trace}
            if way <= stack and (way or is_innermost):
                yield site, caller
        is_innermost = is_innermost and not here


def _end_of(line: Line) -> _End:
    return line.path, line.end_line, line.end_column


def _is_of_its_kind(site: Open, seen: SeenOpen) -> bool:
    """Whether the site opens such files: what a library reads on its way to a database is none of the site's."""
    return site.database == (seen.did == DATABASE_OPENED)


def _best(answers: Iterable[Answer]) -> Answer:
    found = set(answers)
    return next(answer for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer in found)
