"""Where a database says which migrations it has applied. Standard library only: a process without site imports it."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

_KNOWN = frozenset(
    {"alembic_version", "flyway_schema_history", "goose_db_version", "schema_version", "schema_versions"}
)
_MIGRATION = re.compile(r"(?<!im)(?<!\be)migration")
_VERSIONS = (
    *("version", "version_num", "version_id", "migration", "migration_name", "name", "filename", "script"),
    *("revision", "id"),
)
"""The columns that say which migration a row is of, the surest first."""
_NAMESPACE = "namespace"

EVERY: Final = -1
"""No limit of rows, as SQLite writes it."""


def lists_migrations(table: str) -> bool:
    """Whether a table of this name is where a tool or program writes down which migrations a database has seen."""
    name = table.casefold()
    return name in _KNOWN or _MIGRATION.search(name) is not None


def applied_in(connection: sqlite3.Connection, table: str, most: int = EVERY) -> list[tuple[str, str]]:
    """What a table of migrations lists, as namespace (or empty) and version, sorted; of at `most` so many of its rows.

    None where it has no column for the version. Raises sqlite3.Error.
    """
    columns = {row[1].casefold() for row in connection.execute(f"PRAGMA table_xinfo({_quoted(table)})")}
    version = next((name for name in _VERSIONS if name in columns), None)
    if version is None:
        return []
    namespace = _quoted(_NAMESPACE) if _NAMESPACE in columns else "''"
    query = f"SELECT {namespace}, {_quoted(version)} FROM {_quoted(table)} ORDER BY 2 LIMIT ?"
    return [(str(name or ""), str(value)) for name, value in connection.execute(query, (most,)) if value is not None]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
