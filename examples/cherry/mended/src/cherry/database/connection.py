"""Opening the database, and transactions on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from cherry.errors import InvalidError
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


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that is done in the block, or nothing of it; others wait from the beginning. Raises InvalidError."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        with connection:
            yield connection
    except sqlite3.IntegrityError as error:
        raise InvalidError(f"the database refuses this: {error}") from error
