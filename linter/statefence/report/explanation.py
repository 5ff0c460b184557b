"""What the analysis knows of the sites at one line: the answers in words, then the places they follow from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from statefence.engine import Loaded
from statefence.model import Place, Step
from statefence.policy.model import Policy
from statefence.project.sites import Open, Spawn
from statefence.report.excerpt import excerpt
from statefence.report.places import Site, handed_over_to
from statefence.report.spawn_words import spawn_words
from statefence.report.store_words import open_words, statement_words
from statefence.report.style import Paint, Role, plain, visible

_DOES = {"Spawn": "starts a child process", "Open": "opens state", "Statement": "runs SQL"}
_MOST_CALLERS = 10


def explanation(found: Sequence[Site], loaded: Loaded, policy: Policy, paint: Paint = plain) -> Iterator[str]:
    """The lines that explain the sites, which are of one file and in its order: one block a call, an empty line after.

    Args:
        found: the sites.
        loaded: the project they were found in.
        policy: names layers, stores and required variables.
        paint: how pieces are coloured.
    """
    for _, group in groupby(found, key=lambda site: (type(site).__name__, site.span)):
        yield from _block(list(group), loaded, policy, paint)
        yield ""


def _block(same: Sequence[Site], loaded: Loaded, policy: Policy, paint: Paint) -> Iterator[str]:
    first = same[0]
    ends = f", which ends in {visible(first.via)}," if first.via else ""
    yield f"{paint(visible(first.api), Role.NAME)}{ends} {_DOES[type(first).__name__]}."
    layer = _layer(first, loaded, policy)
    for site in same:
        yield from map(visible, _words(site, policy, layer))
    if layer is not None:
        yield f"This code belongs to the layer {layer}."
    yield from excerpt(Place(first.path, first.span), loaded.sources, paint, Role.NAME, symbol=first.symbol)
    for step in dict.fromkeys(step for site in same for step in _steps(site)):
        yield f"{paint('note', Role.NOTE)}: {visible(step.message)}"
        yield from excerpt(step.place, loaded.sources, paint, Role.NOTE)
    yield from _callers(first, loaded, paint)


def _layer(site: Site, loaded: Loaded, policy: Policy) -> str | None:
    module = next(module for module in loaded.project.modules if module.path == site.path)
    return policy.layer_of(module.name)


def _words(site: Site, policy: Policy, layer: str | None) -> Iterator[str]:
    if isinstance(site, Spawn):
        return spawn_words(site, policy, layer)
    if isinstance(site, Open):
        return open_words(site, policy)
    return statement_words(site, policy)


def _steps(site: Site) -> Iterator[Step]:
    """Where the answers were made, then the way to where they take effect."""
    if isinstance(site, Spawn):
        answers: Sequence[Sequence[Step]] = [environment.trace for environment in site.environments]
    elif isinstance(site, Open):
        answers = [target.trace for target in site.targets]
    else:
        answers = [target.trace for target in site.connection]
    for trace in answers:
        yield from trace
    yield from site.trace


def _callers(site: Site, loaded: Loaded, paint: Paint) -> Iterator[str]:
    """The calls that hand on what decides the site, the first of them."""
    callers = handed_over_to(loaded.project, site)
    if not callers:
        return
    shown = [f"{visible(place.path)}:{place.span.line}" for place in callers[:_MOST_CALLERS]]
    more = len(callers) - len(shown)
    yield f"{paint('note', Role.NOTE)}: handed over at {', '.join(shown)}{f' and {more} more' if more else ''}"
