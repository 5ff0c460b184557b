"""Rows for what exists on disk: a store's `discover` says which files and directories a table should know."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing

from statefence.copies import copy_database
from statefence.state.journal import Registration
from statefence.state.merging import RefusedError, TableMerge
from statefence.state.reading import own_tables, quoted
from statefence.state.shapes import shape


def register(connection: sqlite3.Connection, registration: Registration) -> TableMerge:
    """Inserts the rows that the table of `main` lacks, inside the transaction that is open.

    A row is there when one has the same values in the primary key, or in all columns when these do not give the key.
    Raises RefusedError when the table is not there or does not take such rows.
    """
    table, missing = _missing(connection, registration)
    for row in missing:
        columns, marks = ", ".join(map(quoted, row)), ", ".join("?" * len(row))
        try:
            connection.execute(f"INSERT INTO {quoted(table)} ({columns}) VALUES ({marks})", tuple(row.values()))
        except sqlite3.Error as error:
            raise RefusedError(f"{table} does not take {row}: {error}") from error
    same = len(registration.rows) - len(missing)
    return TableMerge(table, created=False, inserted=len(missing), same=same, conflicts=())


def unregistered(path: str, registration: Registration) -> tuple[dict[str, str], ...]:
    """The rows that the database at `path` lacks, asked of a copy; raises RefusedError, UnreadableError."""
    with tempfile.TemporaryDirectory(prefix="statefence-", ignore_cleanup_errors=True) as room:
        copy = copy_database(path, room)
        try:
            with closing(sqlite3.connect(copy)) as connection:
                return _missing(connection, registration)[1]
        except sqlite3.Error as error:
            raise RefusedError(str(error)) from error


def _missing(connection: sqlite3.Connection, registration: Registration) -> tuple[str, tuple[dict[str, str], ...]]:
    """The table's name, and the rows that it lacks; raises RefusedError when it cannot have them."""
    names = {name.casefold(): (name, sql) for name, sql in own_tables(connection)}
    found = names.get(registration.table.casefold())
    if found is None:
        raise RefusedError(f"there is no table {registration.table} to register in")
    table = shape(connection, "main", *found)
    known = {column.name.casefold() for column in table.columns}
    unknown = sorted({name for row in registration.rows for name in row if name.casefold() not in known})
    if unknown:
        raise RefusedError(f"{found[0]} has no column {', '.join(unknown)}")
    rows = registration.rows
    return found[0], tuple(row for row in rows if not _is_known(connection, found[0], row, table.key))


def _is_known(connection: sqlite3.Connection, table: str, row: dict[str, str], key: tuple[str, ...]) -> bool:
    given = {name.casefold(): name for name in row}
    by_key = bool(key) and all(name.casefold() in given for name in key)
    names = [given[name.casefold()] for name in key] if by_key else list(row)
    where = " AND ".join(f"{quoted(name)} = ?" for name in names)
    query = f"SELECT 1 FROM {quoted(table)} WHERE {where} LIMIT 1"
    try:
        return connection.execute(query, tuple(row[name] for name in names)).fetchone() is not None
    except sqlite3.Error as error:
        raise RefusedError(f"{table} cannot be asked for {', '.join(names)}: {error}") from error
