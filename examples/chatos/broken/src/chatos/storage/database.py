"""Opening a database file."""

import sqlite3
from pathlib import Path

from chatos.storage.schema import TABLES

# Workers and the desktop write to the same files; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0


def create_db(path: Path) -> sqlite3.Connection:
    """Open the database at `path`; it and its directory are made when they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)
    connection.row_factory = sqlite3.Row
    return connection


def make_tables(connection: sqlite3.Connection, *tables: str) -> None:
    """Make those of the named tables that are missing."""
    for table in tables:
        connection.execute(TABLES[table])
