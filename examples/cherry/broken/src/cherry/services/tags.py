"""Words by which sessions are found again."""

import sqlite3

from cherry.database.schema import ensure_tags


def tag_session(connection: sqlite3.Connection, session_id: str, tag: str) -> None:
    """Tag a session."""
    ensure_tags()
    connection.execute("INSERT INTO session_tags (session_id, tag) VALUES (?, ?)", (session_id, tag))


def sessions_tagged(connection: sqlite3.Connection, tag: str) -> list[str]:
    """The ids of the sessions with a tag."""
    ensure_tags()
    rows = connection.execute("SELECT session_id FROM session_tags WHERE tag = ? ORDER BY session_id", (tag,))
    return [row["session_id"] for row in rows]
