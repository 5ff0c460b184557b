"""Opening the database of runtimes."""

import sqlite3

from chatty.paths import database_path

# Windows and phones talk to the assistant at once; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0

CREATE = """
    CREATE TABLE IF NOT EXISTS gpts (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, instructions TEXT NOT NULL DEFAULT '',
        construct TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '', deleted_at TEXT, UNIQUE (user_id, construct)
    );
    CREATE TABLE IF NOT EXISTS gpt_files (
        user_id TEXT NOT NULL, gpt_id TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
        PRIMARY KEY (user_id, gpt_id, name)
    );
"""


def open_runtimes() -> sqlite3.Connection:
    """The database of runtimes, with its tables."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)
    connection.executescript(CREATE)
    return connection
