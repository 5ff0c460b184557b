"""Numbers, and room on the disk."""

import sqlite3
from contextlib import closing

from cherry.paths import database_path


def compact() -> None:
    """Give back the room of what was deleted."""
    with closing(sqlite3.connect("agents.db")) as connection:
        connection.execute("VACUUM")


def log_count() -> int:
    """How many log entries there are."""
    with closing(sqlite3.connect(database_path())) as connection:
        (count,) = connection.execute("SELECT count(*) FROM session_logs").fetchone()
        return int(count)
