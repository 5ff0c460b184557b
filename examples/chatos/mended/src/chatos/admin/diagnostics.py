"""Numbers for the page "About this installation"."""

from contextlib import closing

from chatos.storage import open_runtime


def chat_counts() -> dict[str, int]:
    """How many sessions and messages there are."""
    with closing(open_runtime()) as connection:
        sessions = connection.execute("SELECT count(*) FROM chat_sessions").fetchone()[0]
        messages = connection.execute("SELECT count(*) FROM chat_messages").fetchone()[0]
    return {"sessions": sessions, "messages": messages}
