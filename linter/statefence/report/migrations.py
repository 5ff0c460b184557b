"""What proving migrations came to, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from statefence.migrations.rehearse import Trial
from statefence.migrations.sandbox import Ending
from statefence.migrations.verify import Verification, start_failures, trial_failures
from statefence.report.labels import counted
from statefence.report.style import visible

VERSION = 1


def verification_lines(verification: Verification) -> Iterator[str]:
    """The sequence, each migration with what it changes, the earlier versions, and what is wrong or not known."""
    history = verification.history
    title = f"{history.store}.{history.namespace}"
    yield visible(f"{title}: {counted(len(history.migrations), 'migration')} in {history.path}")
    for trial in verification.rehearsal.trials:
        yield visible(f"  {trial.migration.key}: {_way(trial)}")
        yield from (visible(f"      {line}") for line in trial.changed)
    passed = [start for start in verification.starts if start.run.ending is Ending.DONE and not start_failures(start)]
    if verification.starts:
        many = counted(len(verification.starts), "earlier version")
        yield f"  from {len(passed)} of {many}, with rows in the tables: up"
    for start in verification.starts:
        if start.emptied:
            origin = start.key or "an empty database"
            yield visible(f"  note: from {origin}: {', '.join(start.emptied)} had rows, and has none any more")
    yield from (visible(f"  not known: {text}") for text in verification.unknown)
    yield from (visible(f"  wrong: {text}") for text in verification.failures)


def _way(trial: Trial) -> str:
    """The directions in which the migration went."""
    if trial.up.ending is not Ending.DONE:
        return "not applied"
    if trial.down is None or trial.down.ending is not Ending.DONE:
        return "up"
    return "up, down, up" if trial.again is not None and trial.again.ending is Ending.DONE else "up, down"


def verification_json(found: Sequence[Verification]) -> dict[str, Any]:
    """The same for programs; `version` is raised when a field changes."""
    return {"version": VERSION, "sequences": [_sequence(each) for each in found]}


def _sequence(verification: Verification) -> dict[str, Any]:
    history = verification.history
    return {
        "store": history.store,
        "namespace": history.namespace,
        "path": history.path,
        "migrations": [
            {
                "key": trial.migration.key,
                "version": trial.migration.version,
                "path": trial.migration.place.path,
                "runs": _way(trial),
                "changes": list(trial.changed),
                "failures": trial_failures(trial),
            }
            for trial in verification.rehearsal.trials
        ],
        "starts": [
            {"from": start.key, "ending": start.run.ending.value, "failures": start_failures(start)}
            for start in verification.starts
        ],
        "unknown": list(verification.unknown),
        "failures": list(verification.failures),
    }
