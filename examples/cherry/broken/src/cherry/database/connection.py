"""Opening the database."""

import sqlite3

from cherry.paths import database_path

# Windows and agents write at the same time; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0


def open_agents() -> sqlite3.Connection:
    """The database of agents; the file is made where there is none, its tables by migrations."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
