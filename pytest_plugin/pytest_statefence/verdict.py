"""From what a file held before and after to what the policy says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_statefence.records import Clause, Contents, Judgement, TableChange, TableState, Violation

FORBIDDEN = "SF202"
FOREIGN = "SF301"
SPAWN = "SF101"
OWNER = "SF201"
APPEND_ONLY = "SF501"


def table_changes(before: Mapping[str, TableState], after: Mapping[str, TableState]) -> tuple[TableChange, ...]:
    """The tables that came, went, or differ in their rows or their SQL, by name."""
    return tuple(
        TableChange(name, _rows(before.get(name)), _rows(after.get(name)))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def created(clause: Clause, path: str, contents: Contents) -> Violation:
    """A file came to be at a forbidden path; `contents` is what it holds now."""
    kind = "a file" if contents.tables is None else "a database"
    changes = table_changes({}, contents.tables or {})
    return Violation(FORBIDDEN, path, f"{kind} was created where none may be", str(clause), changes)


def removed(clause: Clause, path: str) -> Violation:
    """The file at a forbidden path is gone."""
    return Violation(FORBIDDEN, path, "a forbidden database was removed", str(clause))


def transient(clause: Clause, path: str) -> Violation:
    """A file was made at a forbidden path and is gone again."""
    return Violation(FORBIDDEN, path, "a forbidden database was created and removed again", str(clause))


def judge_forbidden(clause: Clause, path: str, before: Contents, after: Contents) -> Judgement:
    """Whether a forbidden database that was there before has been written."""
    what = "a forbidden database was written"
    if before.tables is not None and after.tables is not None:
        changes = table_changes(before.tables, after.tables)
        return Judgement((Violation(FORBIDDEN, path, what, str(clause), changes),) if changes else ())
    unreadable = [contents for contents in (before, after) if contents.tables is None and not contents.fingerprint]
    if unreadable:
        return Judgement(unknown=(f"{path}: whether it was written: {unreadable[0].reason}",))
    if before.fingerprint == after.fingerprint:
        return Judgement()
    return Judgement((Violation(FORBIDDEN, path, what, str(clause)),))


def judge_foreign(clause: Clause, path: str, before: Contents, after: Contents) -> Judgement:
    """Whether tables that other stores own were made, dropped, altered or written in this store's database."""
    if before.tables is None or after.tables is None:
        if before.fingerprint and before.fingerprint == after.fingerprint:
            return Judgement()
        return Judgement(unknown=(f"{path}: whether foreign tables were written: {after.reason or before.reason}",))
    changes = [c for c in table_changes(before.tables, after.tables) if c.table.casefold() in clause.foreign]
    rows = tuple(c for c in changes if c.rows_before is not None and c.rows_after is not None)
    tables = tuple(c for c in changes if c not in rows)
    found = ((rows, "foreign rows were written in"), (tables, "a foreign table was made or dropped in"))
    return Judgement(
        tuple(
            Violation(FOREIGN, path, f"{what} the {clause.store} database", f"{clause}{_whose(clause, part)}", part)
            for part, what in found
            if part
        )
    )


def _whose(clause: Clause, changes: Iterable[TableChange]) -> str:
    tables = {change.table.casefold() for change in changes}
    return "".join(f"; {table} belongs to the {store} store" for table, store in clause.owners if table in tables)


def judge_rows_lost(clause: Clause, path: str, before: Contents, after: Contents, lost: Mapping[str, int]) -> Judgement:
    """Whether rows of an append-only database were changed or removed; `lost` is how many, by table."""
    if before.tables is None or after.tables is None:
        if before.fingerprint and before.fingerprint == after.fingerprint:
            return Judgement()
        return Judgement(unknown=(f"{path}: whether rows were changed or removed: {after.reason or before.reason}",))
    changes = tuple(change for change in table_changes(before.tables, after.tables) if lost.get(change.table))
    what = f"rows of the append-only {clause.store} database were changed or removed"
    return Judgement((Violation(APPEND_ONLY, path, what, str(clause), changes),) if changes else ())


def removed_append_only(clause: Clause, path: str) -> Violation:
    """An append-only database is gone."""
    return Violation(APPEND_ONLY, path, f"the append-only {clause.store} database was removed", str(clause))


def of_machine(clause: Clause, path: str, change: str, tables: tuple[TableChange, ...] = ()) -> Violation:
    """A store of the user who runs the tests was made, written or removed, as `change` says."""
    what = f"the {clause.store} store of this machine was {change}, and it is its user's"
    return Violation(OWNER, path, what, str(clause), tables)


def judge_of_machine(clause: Clause, path: str, before: Contents, after: Contents) -> Judgement:
    """Whether a database of the user who runs the tests was written."""
    judged = judge_forbidden(clause, path, before, after)
    return Judgement(tuple(of_machine(clause, path, "written", v.tables) for v in judged.violations), judged.unknown)


def dropped_variables(required: Iterable[str], parent: Mapping[str, str], child: Mapping[str, str]) -> tuple[str, ...]:
    """The required variables that the parent has and the child would not get."""
    return tuple(name for name in required if name in parent and name not in child)


def _rows(state: TableState | None) -> int | None:
    return None if state is None else state.rows
