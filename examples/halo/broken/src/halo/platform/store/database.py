"""Opening the database."""

import sqlite3

from halo.paths import database_path

# The clock and the window write to one file; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0


def open_store() -> sqlite3.Connection:
    """Open the database; it and its directory are made when they are missing."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
