"""What the watched locations say of one path. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pytest_statefence.locations import Location
from pytest_statefence.records import Clause
from statefence.template import Template, matches
from statefence.template.records import TREE

_DEEPEST = 32
"""Levels of new directories that are followed below a `**`."""


def clauses_at(path: str, locations: Iterable[Location]) -> list[Clause]:
    """The clauses that speak of a file, forbidding ones first."""
    found = {
        location.clause
        for location in locations
        if location.path == path or (location.path is None and matches(location.template, path))
    }
    return sorted(found, key=lambda clause: (not clause.is_forbidden, clause.place))


def merged(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The stores that share one file as a single clause: what any of them owns is foreign to none."""
    stores = [clause for clause in clauses if not clause.is_forbidden]
    if not stores:
        return ()
    foreign = frozenset.intersection(*(clause.foreign for clause in stores))
    return (replace(stores[0], foreign=foreign),)


def can_hold(template: Template, directory: str) -> bool:
    """Whether files of the template can lie below a directory."""
    segments = template.segments[: directory.count("/") + 1]
    return TREE in segments or (len(segments) < len(template.segments) and matches(Template(segments), directory))


def can_hold_forbidden(directory: str, locations: Iterable[Location]) -> bool:
    """Whether a forbidden file can lie below a directory."""
    return any(location.clause.is_forbidden and can_hold(location.template, directory) for location in locations)


def depths_to_follow(directories: Iterable[str], locations: Iterable[Location]) -> dict[str, int]:
    """The directories in or below which the making of files matters, with the levels of new directories between."""
    followed = [location for location in locations if location.clause.is_forbidden or location.clause.is_append_only]
    depths: dict[str, int] = {}
    for directory in directories:
        for location in followed:
            if directory == location.prefix or directory.startswith(location.prefix + "/"):
                depths[directory] = max(depths.get(directory, 0), _levels_below(location.template, directory))
    return depths


def _levels_below(template: Template, directory: str) -> int:
    segments = template.segments
    return _DEEPEST if TREE in segments else len(segments) - 2 - directory.rstrip("/").count("/")
