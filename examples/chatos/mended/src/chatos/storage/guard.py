"""What a connection to the runtime database refuses."""

import sqlite3

from chatos.storage.schema import RUNTIME_TABLES

ROW_WRITES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
TABLE_WRITES = {sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_DROP_TABLE}


def refuse_foreign_tables(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    """An authorizer: writes of tables that are neither the runtime's nor SQLite's own are denied."""
    if action in ROW_WRITES | TABLE_WRITES:
        return verdict(first)
    if action == sqlite3.SQLITE_ALTER_TABLE:
        return verdict(second)
    return sqlite3.SQLITE_OK


def verdict(table: str | None) -> int:
    """Whether a table may be written."""
    name = (table or "").casefold()
    return sqlite3.SQLITE_OK if name in RUNTIME_TABLES or name.startswith("sqlite_") else sqlite3.SQLITE_DENY
