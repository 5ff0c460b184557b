"""A sequence run in memory: step by step, each taken back and made again, on empty tables and on full ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from statefence.migrations.model import History, Migration, Sql, whole
from statefence.migrations.rows import fill
from statefence.migrations.sandbox import Ending, Run, copied, missing_table, opened, run
from statefence.migrations.shape import Part, Shape, differences, shape_of
from statefence.model import Skipped
from statefence.sql.clone import quoted

_NEEDS_ROWS = ("Cannot add a NOT NULL column", "NOT NULL constraint failed")


class Trial(Struct, frozen=True):
    """What came of one migration.

    Attributes:
        up: the run from the one before it.
        up_on_rows: the same when the tables held rows.
        down: the run of what takes it back; None when nothing does, or when it was not tried.
        left: what the schema has less and more than before, once it was taken back.
        again: the run of applying it once more; None when that was not tried.
        changed: what it changes in the schema.
        draft: statements that take it back, proven; empty when none were found.
    """

    migration: Migration
    up: Run
    up_on_rows: Run
    down: Run | None = None
    left: tuple[str, ...] = ()
    again: Run | None = None
    changed: tuple[str, ...] = ()
    draft: tuple[str, ...] = ()


class Rehearsal(Struct, frozen=True):
    """What came of a sequence.

    Attributes:
        trials: one for each migration, up to the first that cannot be applied.
        schema: the statements that make the schema at the end of them.
        complete: whether every migration was applied.
        tables: the tables that it makes itself, in lower case.
    """

    trials: tuple[Trial, ...]
    schema: tuple[str, ...]
    complete: bool
    tables: frozenset[str] = frozenset()


@lru_cache(maxsize=64)
def rehearsed(history: History, others: tuple[History, ...] = ()) -> Rehearsal:
    """Run the sequence.

    Args:
        history: the sequence.
        others: the other sequences of its store, whose tables it may need; they are applied first where it does.
    """
    alone = _rehearsed(history, ())
    failed = alone.trials[-1].up if alone.trials else Run(Ending.DONE)
    if others and failed.ending is Ending.FAILED and failed.message.startswith("no such table"):
        together = _rehearsed(history, others)
        return together if len(together.trials) > len(alone.trials) or together.complete else alone
    return alone


def siblings(history: History, every: Sequence[History]) -> tuple[History, ...]:
    """The other sequences of the same store, which share its database."""
    return tuple(other for other in every if other.store == history.store and other.namespace != history.namespace)


def migrated(every: Sequence[History]) -> tuple[str, ...]:
    """The statements that make what all the sequences come to, of those that can be run."""
    return tuple(
        sql for history in every if history.runs for sql in rehearsed(history, siblings(history, every)).schema
    )


def not_run(every: Sequence[History]) -> tuple[Skipped, ...]:
    """The sequences without any migration, and those that cannot be followed to their end in memory, with why."""
    empty = (
        Skipped(each.path, "no migration is found there") for each in every if not (each.migrations or each.faults)
    )
    return *empty, *(
        Skipped(trial.migration.place.path, f"the migration {trial.migration.key} is not run: {trial.up.message}")
        for history in every
        if history.runs
        for trial in rehearsed(history, siblings(history, every)).trials
        if trial.up.ending is Ending.UNKNOWN
    )


def _rehearsed(history: History, others: Sequence[History]) -> Rehearsal:
    empty = opened()
    for other in others:
        for migration in other.migrations:
            run(empty, migration.up)
    full = copied(empty)
    others_tables = _tables(shape_of(empty))
    trials: list[Trial] = []
    for migration in history.migrations:
        tried, full = _tried(migration, empty, full)
        trial = replace(
            tried, up=_judged(tried.up, history.provided), up_on_rows=_judged(tried.up_on_rows, history.provided)
        )
        trials.append(trial)
        if trial.up.ending is not Ending.DONE or migration.unknown:
            break
    shape = shape_of(empty)
    complete = len(trials) == len(history.migrations) and all(
        trial.up.ending is Ending.DONE and not trial.migration.unknown for trial in trials
    )
    empty.close()
    full.close()
    schema = tuple(part.sql for part in shape.values())
    return Rehearsal(tuple(trials), schema, complete, _tables(shape) - others_tables)


def _judged(found: Run, provided: Sequence[str]) -> Run:
    """A run that lacked a table which the program makes itself is not known."""
    lacked = missing_table(found.message).lower()
    if found.ending is Ending.FAILED and lacked in provided:
        return Run(Ending.UNKNOWN, f"{found.message}: the program makes that table itself", found.at)
    return found


def _tables(shape: Shape) -> frozenset[str]:
    return frozenset(name for kind, name in shape if kind == "table")


def together(histories: tuple[History, ...]) -> Shape | None:
    """The schema that sequences of one database make together; None when they do not all run."""
    connection = opened()
    waiting = list(histories)
    while waiting:
        ready = next((history for history in waiting if _runs_on(connection, history)), None)
        if ready is None:
            return None
        for migration in ready.migrations:
            run(connection, migration.up)
        waiting.remove(ready)
    found = shape_of(connection)
    connection.close()
    return found


def _runs_on(connection: sqlite3.Connection, history: History) -> bool:
    database = copied(connection)
    ended = (run(database, migration.up).ending for migration in history.migrations)
    runs = not any(m.unknown for m in history.migrations) and all(ending is Ending.DONE for ending in ended)
    database.close()
    return runs


def _tried(
    migration: Migration, empty: sqlite3.Connection, full: sqlite3.Connection
) -> tuple[Trial, sqlite3.Connection]:
    """Apply the migration to both databases; the second given back is the one with rows, as it is then."""
    if migration.unknown:
        unknown = Run(Ending.UNKNOWN, migration.unknown)
        return Trial(migration, unknown, unknown), full
    before = shape_of(empty)
    up = run(empty, migration.up)
    fill(full)
    with_rows = run(full, migration.up)
    if with_rows.ending is not Ending.DONE:
        full.close()
        full = copied(empty)  # go on without rows from here
    trial = Trial(migration, up, on_rows(with_rows))
    if up.ending is Ending.DONE:
        trial = _taken_back(migration, before, empty, trial)
    return trial, full


def on_rows(found: Run) -> Run:
    """Made-up rows may break what real rows keep; only what any row would break is a failure."""
    if found.ending is Ending.FAILED and not found.message.startswith(_NEEDS_ROWS):
        return Run(Ending.UNKNOWN, found.message, found.at)
    return found


def _taken_back(migration: Migration, before: Shape, applied: sqlite3.Connection, trial: Trial) -> Trial:
    after = shape_of(applied)
    changed = tuple(differences(before, after))
    if migration.down is None or migration.down_unknown:
        draft = _proven_draft(applied, before, after) if migration.down is None else ()
        return Trial(migration, trial.up, trial.up_on_rows, changed=changed, draft=draft)
    database = copied(applied)
    down = run(database, migration.down)
    left = tuple(differences(before, shape_of(database))) if down.ending is Ending.DONE else ()
    again = run(database, migration.up) if down.ending is Ending.DONE and not left else None
    database.close()
    draft = _proven_draft(applied, before, after) if left and not migration.down else ()
    return Trial(migration, trial.up, trial.up_on_rows, down, left, again, changed, draft)


def _proven_draft(applied: sqlite3.Connection, before: Shape, after: Shape) -> tuple[str, ...]:
    """Statements that bring the schema back to what it was before; empty when they do not."""
    draft = tuple(_reversing(before, after))
    database = copied(applied)
    done = run(database, [Sql(text, whole("")) for text in draft])
    restored = done.ending is Ending.DONE and not differences(before, shape_of(database))
    database.close()
    return draft if restored else ()


def _reversing(before: Shape, after: Shape) -> list[str]:
    """What drops the new parts and columns, and makes those again that are gone."""
    gone_tables = {part.name.lower() for key, part in after.items() if key not in before and part.kind == "table"}
    new = [part for key, part in after.items() if key not in before]
    order = ("trigger", "view", "index", "table")
    drops = [
        f"DROP {part.kind.upper()} {quoted(part.name)}"
        for kind in order
        for part in reversed(new)
        if part.kind == kind and (kind == "table" or part.table.lower() not in gone_tables)
    ]
    columns = [
        f"ALTER TABLE {quoted(part.name)} DROP COLUMN {quoted(name)}"
        for key, part in after.items()
        if key in before and part.kind == "table"
        for name in _added_columns(before[key], part)
    ]
    back = [
        part.sql for key, part in sorted(before.items(), key=lambda item: -order.index(item[0][0])) if key not in after
    ]
    return [*drops, *columns, *back]


def _added_columns(before: Part, after: Part) -> list[str]:
    """The names of the columns that the second has more, the last first."""
    return [text.split(" ")[0] for text in reversed(after.definitions) if text not in before.definitions]
