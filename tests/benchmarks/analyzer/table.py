"""Outcomes to lines: medians, ratios of the rounds, and the goals beside them. Markdown, to be read as it is too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from statistics import median

from tests.benchmarks.analyzer.running import Cost, Failure, Outcome
from tests.benchmarks.analyzer.scenarios import Outcomes
from tests.benchmarks.analyzer.targets import TARGETS

ABSENT = Failure("absent")
HEAD = ("", "runs", "CPU s", "wall s", "peak MB", "CPU ratio", "wall ratio", "goal")
GROWTH_HEAD = ("lines", "", "CPU s", "wall s", "peak MB", "CPU ms per 1,000 lines", "grows as lines to the")


def table(found: Mapping[str, Outcomes], absent: Iterable[str], ours: str, lines: int) -> Iterator[str]:
    """What each scenario cost; the ratios are ours to a peer's, and less is better.

    Args:
        found: the outcomes by scenario and tool.
        absent: the tools that are not installed.
        ours: the tool that the others are compared with.
        lines: the size of the tree, which decides the goals.
    """
    yield from _rows([HEAD])
    yield "|---" * len(HEAD) + "|"
    for scenario, outcomes in found.items():
        rows = [_row(scenario, name, outcomes[ours], own, lines) for name, own in outcomes.items()]
        yield from _rows([*rows, *((f"{scenario}: {name}", ABSENT.reason, *[""] * 6) for name in absent)])


def _row(scenario: str, name: str, ours: Sequence[Outcome], peers: Sequence[Outcome], lines: int) -> tuple[str, ...]:
    label = f"{scenario}: {name}"
    cost = typical(peers)
    if isinstance(cost, Failure):
        return label, cost.reason, *[""] * 6
    figures = (label, str(len(peers)), f"{cost.cpu:.3f}", f"{cost.wall:.3f}", f"{cost.peak:.0f}")
    cpu, wall = (ratio(ours, peers, kind) for kind in ("cpu", "wall"))
    if ours is peers or cpu is None or wall is None:
        return *figures, "", "", ""
    target = TARGETS.get((scenario, name))
    return *figures, f"{cpu:.3g}", f"{wall:.3g}", "" if target is None else judged(cpu, target.at(lines))


def judged(found: float, goal: float) -> str:
    """The goal, and whether it was reached."""
    return f"{goal:g} {'met' if found <= goal else 'missed'}"


def typical(outcomes: Sequence[Outcome]) -> Outcome:
    """The median of each figure; the first failure where there is any."""
    costs = [outcome for outcome in outcomes if isinstance(outcome, Cost)]
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    if failures or not costs:
        return failures[0] if failures else ABSENT
    return Cost(*map(median, zip(*costs, strict=True)))


def ratio(ours: Sequence[Outcome], peers: Sequence[Outcome], kind: str) -> float | None:
    """The median of the rounds' ratios, of those rounds in which both ran; None when there is none."""
    pairs = [(own, other) for own, other in zip(ours, peers, strict=False) if is_cost(own) and is_cost(other)]
    return median(getattr(own, kind) / getattr(other, kind) for own, other in pairs) if pairs else None


def is_cost(outcome: Outcome) -> bool:
    """Whether a run came to its end."""
    return isinstance(outcome, Cost)


def growth_table(found: Mapping[int, Mapping[str, Outcome]]) -> Iterator[str]:
    """What each size cost, by the number of lines and what was run, and how that grew from the size before."""
    yield from _rows([GROWTH_HEAD])
    yield "|---" * len(GROWTH_HEAD) + "|"
    exponents = {
        (larger, name): exponent(found, smaller, larger, name)
        for smaller, larger in pairwise(found)
        for name in found[larger]
    }
    yield from _rows(
        _growth_row(lines, name, outcome, exponents.get((lines, name)))
        for lines, outcomes in found.items()
        for name, outcome in outcomes.items()
    )


def _growth_row(lines: int, name: str, outcome: Outcome, power: float | None) -> tuple[str, ...]:
    if isinstance(outcome, Failure):
        return f"{lines:,}", name, outcome.reason, *[""] * 4
    figures = (f"{outcome.cpu:.2f}", f"{outcome.wall:.2f}", f"{outcome.peak:.0f}", f"{outcome.cpu / lines * 1e6:.2f}")
    return f"{lines:,}", name, *figures, "" if power is None else f"{power:.2f}"


def exponent(found: Mapping[int, Mapping[str, Outcome]], smaller: int, larger: int, name: str) -> float | None:
    """The power of the number of lines by which processor time grew between two sizes; 1 is linear."""
    before, after = found[smaller].get(name), found[larger].get(name)
    if not isinstance(before, Cost) or not isinstance(after, Cost):
        return None
    return log(after.cpu / before.cpu) / log(larger / smaller)


def _rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |"
