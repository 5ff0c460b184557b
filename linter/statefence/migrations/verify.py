"""The whole proof of a sequence: up, down, up of each migration, and up from every earlier version, with rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sqlite3 import Connection

from msgspec import Struct

from statefence.migrations.lock import unwritten
from statefence.migrations.model import History
from statefence.migrations.rehearse import Rehearsal, Trial, on_rows, rehearsed
from statefence.migrations.rows import counts, dangling, fill
from statefence.migrations.sandbox import Ending, Run, copied, opened, run
from statefence.migrations.shape import differences, shape_of


class Start(Struct, frozen=True):
    """What came of bringing a database with rows from an earlier version to the last one.

    Attributes:
        key: the migration it had last; empty for none.
        run: how that ended.
        migration: the migration that it ended at; empty when it went through.
        differs: what its schema has less and more than a database made anew.
        dangling: tables with rows that refer to rows which are not there any more.
        emptied: tables that had rows before and have none.
        unfilled: tables for which no rows were found that they take.
    """

    key: str
    run: Run
    migration: str = ""
    differs: tuple[str, ...] = ()
    dangling: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    unfilled: tuple[str, ...] = ()


class Verification(Struct, frozen=True):
    """Everything that is known of a sequence once it has been run in every way."""

    history: History
    rehearsal: Rehearsal
    starts: tuple[Start, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """What is wrong, a sentence each."""
        trials = (text for trial in self.rehearsal.trials for text in trial_failures(trial))
        return (*trials, *(text for start in self.starts for text in start_failures(start)))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is not known, a sentence each."""
        if not self.history.runs:
            return ("none of them is run, since SQLite is not the database that they are written for",)
        rows = (f"{t.migration.key} with rows: {t.up_on_rows.message}" for t in self.rehearsal.trials if _is_open(t))
        ups = (
            f"{trial.migration.key} and what comes after it is not run: {trial.up.message}"
            for trial in self.rehearsal.trials
            if trial.up.ending is Ending.UNKNOWN
        )
        downs = (
            f"{trial.migration.key} is not taken back: {trial.migration.down_unknown}"
            for trial in self.rehearsal.trials
            if trial.migration.down_unknown
        )
        empty = (f"{migration.key} holds no statement yet" for migration in unwritten(self.history))
        unfilled = {table for start in self.starts for table in start.unfilled}
        return (*empty, *ups, *downs, *rows, *(f"no rows were found that {table} takes" for table in sorted(unfilled)))


def _is_open(trial: Trial) -> bool:
    return trial.up.ending is Ending.DONE and trial.up_on_rows.ending is Ending.UNKNOWN


def verified(history: History, others: tuple[History, ...] = ()) -> Verification:
    """Run the sequence in every way; `others` are the other sequences of its store. Only SQLite's are run."""
    if not history.runs:
        return Verification(history, Rehearsal((), (), complete=False), ())
    rehearsal = rehearsed(history, others)
    return Verification(history, rehearsal, _starts(history, others) if rehearsal.complete else ())


def trial_failures(trial: Trial) -> list[str]:
    """What is wrong with one migration, a sentence each."""
    key = trial.migration.key
    runs = (
        (trial.up, "cannot be applied"),
        (trial.up_on_rows, "cannot be applied to tables with rows"),
        (trial.down, "cannot be taken back"),
        (trial.again, "cannot be applied again once it is taken back"),
    )
    failed = [f"{key} {what}: {each.message}" for each, what in runs if each and each.ending is Ending.FAILED]
    if trial.left:
        failed.append(f"{key}, taken back, does not leave the schema as it was: {'; '.join(trial.left)}")
    if trial.changed and trial.migration.down is None:
        failed.append(f"nothing takes {key} back")
    return failed


def start_failures(start: Start) -> list[str]:
    """What is wrong with coming from one earlier version, a sentence each."""
    origin = f"from {start.key}" if start.key else "from an empty database"
    if start.run.ending is Ending.FAILED:
        return [f"{origin}: {start.migration} cannot be applied to tables with rows: {start.run.message}"]
    failed = [f"{origin}: the schema differs: {'; '.join(start.differs)}"] if start.differs else []
    if start.dangling:
        failed.append(f"{origin}: rows of {', '.join(start.dangling)} refer to rows that are not there any more")
    return failed


def _starts(history: History, others: Sequence[History]) -> tuple[Start, ...]:
    base = opened()
    for other in others:
        for migration in other.migrations:
            run(base, migration.up)
    found = []
    goal = copied(base)
    for migration in history.migrations:
        run(goal, migration.up)
    for place in range(len(history.migrations)):
        if place:
            run(base, history.migrations[place - 1].up)
        database = copied(base)
        unfilled = fill(database)
        before = counts(database)
        key = history.migrations[place - 1].key if place else ""
        ended, at = _applied(history, place, database)
        differs = differences(shape_of(goal), shape_of(database)) if ended.ending is Ending.DONE else ()
        lost = _emptied(before, counts(database)) if ended.ending is Ending.DONE else ()
        loose = dangling(database) if ended.ending is Ending.DONE else ()
        found.append(Start(key, ended, at, tuple(differs), tuple(loose), tuple(lost), tuple(unfilled)))
        database.close()
    goal.close()
    base.close()
    return tuple(found)


def _applied(history: History, place: int, database: Connection) -> tuple[Run, str]:
    """Apply the migrations from `place` on; the run that ended it, and the key of the one it ended at."""
    for migration in history.migrations[place:]:
        ended = run(database, migration.up)
        if ended.ending is not Ending.DONE:
            return on_rows(ended), migration.key
    return Run(Ending.DONE), ""


def _emptied(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    return [table for table, count in before.items() if count and after.get(table, count) == 0]
