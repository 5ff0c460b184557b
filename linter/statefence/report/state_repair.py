"""What `state repair` did, or would do: for programs as JSON, for people as lines."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from statefence.report.style import visible
from statefence.state.repair import Outcome, Repair


def repair_json(repair: Repair) -> str:
    """The report as JSON text."""
    return msgspec.json.format(msgspec.json.encode(repair), indent=2).decode()


def repair_lines(repair: Repair) -> Iterator[str]:
    """Each database, what goes where, and every conflict."""
    for outcome in repair.outcomes:
        yield from map(visible, _outcome(outcome, applied=repair.applied))
    yield _closing(repair)


def _outcome(outcome: Outcome, *, applied: bool) -> Iterator[str]:
    if outcome.refused:
        yield f"{outcome.source}: refused: {outcome.refused}"
        return
    if outcome.source:
        yield f"{outcome.source}: {'was' if applied else 'would be'} renamed to {outcome.retired}"
    else:
        yield f"what is on disk {'was' if applied else 'would be'} registered"
    for merged in outcome.into:
        for table in merged.tables:
            new = ", a new table there" if table.created else ""
            counts = f"{table.inserted} rows inserted, {table.same} there already, {len(table.conflicts)} in conflict"
            yield f"  {table.table} into {merged.store} ({merged.path}{new}): {counts}"
            for conflict in table.conflicts:
                key = ", ".join(f"{name}={value!r}" for name, value in conflict.key.items())
                yield f"    kept the store's row {key}: {', '.join(conflict.differs)}"
    for unknown in outcome.unknown:
        yield f"  cannot be known: {unknown}"


def _closing(repair: Repair) -> str:
    refused = sum(bool(outcome.refused) for outcome in repair.outcomes)
    count = len(repair.outcomes) - refused
    if not repair.outcomes:
        return "Nothing to repair."
    done = "done" if repair.applied else "to do (`--apply` does them)"
    resumed = f", {repair.resumed} of them cut off before" if repair.resumed else ""
    return f"{count} repairs {done}{resumed}; {refused} refused."
