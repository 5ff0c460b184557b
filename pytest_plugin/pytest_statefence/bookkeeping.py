"""What a database says of itself: its tables, and the migrations it has applied. Runs in the reader process only."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from pytest_statefence.images import connected
from statefence.copies import UnreadableError

_RECORDS = re.compile(r"_*(?:\w+_)?migrations?(?:_\w+)?|schema_versions?|alembic_version", re.IGNORECASE)
_VERSIONS = ("version", "version_num", "id", "name", "migration", "revision")
_MOST = 10_000
"""Rows of a table of migrations that are looked at."""


def bookkeeping(copy: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The tables of the copied database without SQLite's own and the shadows of virtual ones, and what is applied.

    Raises UnreadableError when SQLite cannot read the file.
    """
    try:
        with closing(connected(copy)) as connection:
            query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
            tables = [name for (name,) in connection.execute(query) if not name.startswith("sqlite_")]
            return tables, [
                each for table in tables if _RECORDS.fullmatch(table) for each in _applied(connection, table)
            ]
    except sqlite3.Error as error:
        raise UnreadableError(f"SQLite cannot read it: {error}") from error


def _applied(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """The rows of a table of migrations, as namespace and version; none where it has no column for the version."""
    columns = [row[1].lower() for row in connection.execute("SELECT * FROM pragma_table_info(?)", (table,))]
    version = next((name for name in _VERSIONS if name in columns), None)
    if version is None:
        return []
    namespace = "namespace" if "namespace" in columns else "''"
    quoted = '"' + table.replace('"', '""') + '"'
    found = connection.execute(f'SELECT {namespace}, "{version}" FROM {quoted} LIMIT {_MOST}')
    return [(str(name), str(value)) for name, value in found]
