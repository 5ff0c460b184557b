"""What the database needs besides its migrations."""

import sqlite3


def ensure_tables(connection: sqlite3.Connection) -> None:
    """Make the tables and indexes that came later."""
    connection.execute("CREATE TABLE IF NOT EXISTS session_tags (session_id TEXT NOT NULL, tag TEXT NOT NULL)")
    connection.execute("CREATE INDEX IF NOT EXISTS idx_session_tags_tag ON session_tags (tag)")
