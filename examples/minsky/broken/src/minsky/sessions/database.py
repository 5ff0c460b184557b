"""Opening the session database of the system."""

import sqlite3

from minsky.paths import database_path

# Sessions are started from many windows at once; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0

CREATE = """
    CREATE TABLE IF NOT EXISTS sessions (
        name TEXT PRIMARY KEY, repository TEXT NOT NULL DEFAULT '', task TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL DEFAULT '', pull_request TEXT NOT NULL DEFAULT ''
    )"""


def open_sessions() -> sqlite3.Connection:
    """The session database of the system; it is made where there is none."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)
    connection.row_factory = sqlite3.Row
    return connection
