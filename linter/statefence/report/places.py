"""The sites of a file by line: which stand at one, and which are nearest to it."""

from __future__ import annotations

from collections.abc import Iterator

from statefence.model import Place
from statefence.project import Project
from statefence.project.sites import Open, Spawn, Statement

Site = Spawn | Open | Statement
_MOST_NEAR = 3


def sites(project: Project, path: str) -> tuple[Site, ...]:
    """Every spawn, open and statement of the file, in its order."""
    return tuple(sorted(_sites(project, path), key=lambda site: site.span))


def sites_at(project: Project, path: str, line: int) -> tuple[Site, ...]:
    """The sites whose call begins on the line; those whose call goes over it when none does."""
    found = sites(project, path)
    beginning = tuple(site for site in found if site.span.line == line)
    return beginning or tuple(site for site in found if site.span.line < line <= site.span.end_line)


def nearest(project: Project, path: str, line: int) -> tuple[Site, ...]:
    """The few sites of the file that are nearest to the line, one a line, in the order of the file."""
    by_line = {site.span.line: site for site in reversed(sites(project, path))}
    near = sorted(by_line, key=lambda other: (abs(other - line), other))[:_MOST_NEAR]
    return tuple(by_line[other] for other in sorted(near))


def handed_over_to(project: Project, site: Site) -> tuple[Place, ...]:
    """The calls that hand on to the site what decides it, sorted."""
    place = Place(site.path, site.span)
    return tuple(
        sorted(
            {
                Place(other.path, other.span)
                for module in project.modules
                for other in _sites(project, module.path)
                if type(other) is type(site) and other.trace and other.trace[0].place == place
            }
        )
    )


def _sites(project: Project, path: str) -> Iterator[Site]:
    yield from project.spawns_by_path.get(path, ())
    yield from project.opens_by_path.get(path, ())
    yield from project.statements_by_path.get(path, ())
