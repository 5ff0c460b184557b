"""Chat sessions and their messages."""

import time
import uuid
from contextlib import closing

from chatos.storage import open_runtime


def new_session(title: str) -> str:
    """Start a session; its id is what everything else refers to."""
    session_id = uuid.uuid4().hex
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO chat_sessions (id, title, created_at) VALUES (?, ?, ?)", (session_id, title, time.time())
        )
    return session_id


def add_message(session_id: str, role: str, body: str) -> None:
    """Append a message to a session."""
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO chat_messages (session_id, role, body) VALUES (?, ?, ?)", (session_id, role, body)
        )


def messages(session_id: str) -> list[tuple[str, str]]:
    """Role and body of each message, oldest first."""
    with closing(open_runtime()) as connection:
        rows = connection.execute(
            "SELECT role, body FROM chat_messages WHERE session_id = ? ORDER BY id", (session_id,)
        ).fetchall()
    return [(row["role"], row["body"]) for row in rows]


def stream(session_id: str) -> list[str]:
    """What the sub-agents of a session said, oldest first."""
    with closing(open_runtime()) as connection:
        rows = connection.execute(
            "SELECT line FROM subagent_streams WHERE session_id = ? ORDER BY id", (session_id,)
        ).fetchall()
    return [row["line"] for row in rows]
