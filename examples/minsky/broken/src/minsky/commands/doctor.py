"""Numbers for those who report a fault."""

import sqlite3
from contextlib import closing

from minsky.paths import database_path
from minsky.sessions.database import CREATE


def session_count() -> int:
    """How many sessions there are."""
    with closing(sqlite3.connect(database_path())) as connection:
        connection.execute(CREATE)
        (count,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        return int(count)
