"""Opening the one SQLite database of sessions."""

import sqlite3

from minsky.paths import database_path

# Sessions are started from many windows at once; they wait for each other rather than fail.
LOCK_TIMEOUT_SECONDS = 15.0


def open_sessions() -> sqlite3.Connection:
    """The one session database; it is made where there is none."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS)
    connection.row_factory = sqlite3.Row
    return connection
