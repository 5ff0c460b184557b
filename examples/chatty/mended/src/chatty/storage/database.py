"""Opening the database of runtimes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from chatty.errors import DatabaseError
from chatty.paths import database_path

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
    """The database of runtimes, with its tables; raises DatabaseError."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)
    try:
        connection.executescript(CREATE)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DatabaseError(f"{path}: {error}") from error
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """A transaction on the database of runtimes, which nobody else writes meanwhile."""
    with closing(open_runtimes()) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
