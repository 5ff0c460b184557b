"""What a change of the schema still needs, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statefence.engine.checklist import Checklist, State, Step
from statefence.report.labels import counted
from statefence.report.style import visible

_BOXES = {State.DONE: "[x]", State.MISSING: "[ ]", State.NONE: "[-]"}
_STEPS = {
    "migration": "a new migration in the owner's namespace",
    "untouched": "earlier migrations untouched",
    "types": "the owner's types updated",
    "mirrors": "mirrors updated",
    "test": "a test that touches the table changed",
}


def checklist_lines(checklist: Checklist) -> Iterator[str]:
    """The changed tables with what changed, and a box for each step; one line when the schema is the same."""
    for store in checklist.unknown:
        yield visible(f"Whether the schema of {store} is as at {checklist.since} is not known: a migration is not run.")
    if not checklist.changes and not checklist.unknown:
        yield visible(f"The migrated schema is as at {checklist.since}.")
    for change in checklist.changes:
        yield visible(f"{change.store}.{change.namespace}: {change.table} changed since {checklist.since}")
        yield from (visible(f"    {line}") for line in change.differences)
        yield from (visible(_line(step)) for step in change.steps)
    if checklist.missing:
        yield f"{counted(checklist.missing, 'step')} missing."


def _line(step: Step) -> str:
    return f"  {_BOXES[step.state]} {_STEPS[step.name]}{f': {step.detail}' if step.detail else ''}"


def checklist_json(checklist: Checklist) -> dict[str, Any]:
    """The same with its states: `done`, `missing`, or `none` where nothing is declared."""
    return {
        "since": checklist.since,
        "missing": checklist.missing,
        "changes": [
            {
                "store": change.store,
                "namespace": change.namespace,
                "table": change.table,
                "differences": list(change.differences),
                "steps": [{"step": s.name, "state": s.state.value, "detail": s.detail} for s in change.steps],
            }
            for change in checklist.changes
        ],
    }
