"""Numbers for the page "About this installation"."""

import sqlite3
from contextlib import closing

from chatos.storage.paths import runtime_db_path


def chat_counts() -> dict[str, int]:
    """How many sessions and messages there are."""
    with closing(sqlite3.connect(runtime_db_path())) as connection:
        sessions = connection.execute("SELECT count(*) FROM chat_sessions").fetchone()[0]
        messages = connection.execute("SELECT count(*) FROM chat_messages").fetchone()[0]
    return {"sessions": sessions, "messages": messages}
