"""What the database needs besides its migrations."""

import sqlite3
from contextlib import closing

from cherry.database.connection import open_agents


def ensure_tags() -> None:
    """Make the table of tags where it is missing."""
    with closing(open_agents()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS session_tags (session_id TEXT NOT NULL, tag TEXT NOT NULL)")


def ensure_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes that came later."""
    connection.execute("CREATE INDEX IF NOT EXISTS idx_sessions_name ON sessions (name)")
