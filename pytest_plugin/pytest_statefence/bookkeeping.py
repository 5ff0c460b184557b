"""What a database says of itself: its tables, and the migrations it has applied. Runs in the reader process only."""

from __future__ import annotations

import sqlite3

from pytest_statefence.images import answered
from statefence.migrations.bookkeeping import applied_in, lists_migrations

_MOST = 10_000
"""Rows of a table of migrations that are looked at."""


def bookkeeping(copy: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The tables of the copied database without SQLite's own and the shadows of virtual ones, and what is applied.

    Raises UnreadableError when SQLite cannot read the file.
    """

    def read(connection: sqlite3.Connection) -> tuple[list[str], list[tuple[str, str]]]:
        query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        tables = [name for (name,) in connection.execute(query) if not name.startswith("sqlite_")]
        return tables, [
            each for table in tables if lists_migrations(table) for each in applied_in(connection, table, _MOST)
        ]

    return answered(copy, lists_migrations, read)
