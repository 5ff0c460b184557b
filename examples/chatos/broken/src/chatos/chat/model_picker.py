"""The model menu of the chat window."""

import sqlite3
from contextlib import closing

from chatos.storage.paths import admin_db_path


def offered_models() -> list[str]:
    """Names of the enabled models. The menu opens often and only reads, so it must never wait for a writer."""
    with closing(sqlite3.connect(f"file:{admin_db_path()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT name FROM models WHERE enabled = 1 ORDER BY name").fetchall()
    return [row[0] for row in rows]


def pick_model(name: str) -> None:
    """Make a model the one that new work starts with."""
    with closing(sqlite3.connect(admin_db_path())) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES ('default_model', ?)", (name,))
