"""Whether append-only stores only grew since the last scan."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from statefence.policy import Policy, Store, StoreKind
from statefence.state.history import FileRecord, History, TableRecord, file_record, lost_rows, table_records
from statefence.state.records import Found, Problem, Unjudged

_WAY_OUT = "`--accept` takes it as it is now"


class Grown(Struct, frozen=True):
    """The answer about one append-only store's file.

    Attributes:
        record: to be kept for the next scan; None when there is nothing to keep.
    """

    record: FileRecord | dict[str, TableRecord] | None = None
    findings: tuple[Found, ...] = ()
    unknown: tuple[Unjudged, ...] = ()


def file_grown(path: str, shown: str, store: Store, policy: Policy, before: FileRecord | None) -> Grown:
    """Whether a file only grew. The record kept of one that did not is the old one, so that it stays found."""
    try:
        record, begins = file_record(path, before)
    except OSError as error:
        return Grown(before, unknown=(Unjudged(shown, f"append-only, not read: {error.strerror}"),))
    if begins or before is None:
        return Grown(record)
    problem = Problem.SHRUNK if record.size < before.size else Problem.REWRITTEN
    what = f"from {before.size:,} to {record.size:,} bytes" if problem is Problem.SHRUNK else "what it began with"
    verb = "shrank" if problem is Problem.SHRUNK else "changed"
    return Grown(before, (_found(problem, shown, f"{verb} {what} since the last scan", store, policy),))


def database_grown(copy: str, shown: str, store: Store, policy: Policy, before: dict[str, TableRecord] | None) -> Grown:
    """Whether the tables of a copied database only gained rows; like `file_grown`."""
    try:
        now = table_records(copy, store.tables)
    except sqlite3.Error as error:
        return Grown(before, unknown=(Unjudged(shown, f"append-only, not compared: {error}"),))
    lost = {table: lost_rows(record, now.get(table)) for table, record in (before or {}).items()}
    findings = tuple(
        _found(
            Problem.SHRUNK if table not in now or len(now[table].rows) < len(before[table].rows) else Problem.REWRITTEN,
            shown,
            f"{rows} rows of {table} that were there at the last scan are changed or gone",
            store,
            policy,
        )
        for table, rows in lost.items()
        if rows and before is not None
    )
    return Grown(before if findings else now, findings)


def gone(history: History, kept: set[str], stores: dict[str, Store], policy: Policy) -> tuple[Found, ...]:
    """The append-only files of the last scan, `stores` by path, of which this scan has seen nothing."""
    missing = sorted({*history.files, *history.databases} - kept)
    return tuple(
        _found(Problem.GONE, path, "a file that was there at the last scan is gone", stores[path], policy)
        for path in missing
        if path in stores
    )


def is_append_only(store: Store | None) -> bool:
    """Whether a store may only grow."""
    return store is not None and store.append_only and store.kind is not StoreKind.URL


def _found(problem: Problem, shown: str, message: str, store: Store, policy: Policy) -> Found:
    line = policy.lines.get(f"stores.{store.name}.append-only", 0)
    text = f"the append-only store {store.name}: {message}; {_WAY_OUT}"
    return Found(problem, shown, text, "SF501", f"{policy.source}:{line}")
