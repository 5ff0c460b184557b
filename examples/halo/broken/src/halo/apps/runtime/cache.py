"""What apps have fetched, so that they need not fetch it again."""

import sqlite3


def keep(connection: sqlite3.Connection, key: str, text: str) -> None:
    """Keep a text under a key."""
    connection.execute("CREATE TABLE IF NOT EXISTS app_cache (key TEXT PRIMARY KEY, text TEXT NOT NULL)")
    connection.execute("INSERT OR REPLACE INTO app_cache (key, text) VALUES (?, ?)", (key, text))


def kept(connection: sqlite3.Connection, key: str) -> str | None:
    """The text under a key; None when there is none."""
    row = connection.execute("SELECT text FROM app_cache WHERE key = ?", (key,)).fetchone()
    return row["text"] if row else None
