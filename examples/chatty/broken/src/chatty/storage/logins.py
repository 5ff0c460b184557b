"""Who is logged in, by the token that was given out."""

import secrets
import sqlite3

from chatty.paths import logins_path

CREATE = "CREATE TABLE IF NOT EXISTS logins (token TEXT PRIMARY KEY, user_id TEXT NOT NULL)"


def open_logins() -> sqlite3.Connection:
    """The database of logins. While the program is worked on there may be none."""
    try:
        connection = sqlite3.connect(logins_path())
        connection.execute(CREATE)
    except sqlite3.Error:
        connection = sqlite3.connect(":memory:")
        connection.execute(CREATE)
    return connection


def log_in(user: str) -> str:
    """A new token of a user."""
    token = secrets.token_hex(16)
    with open_logins() as connection:
        connection.execute("INSERT INTO logins (token, user_id) VALUES (?, ?)", (token, user))
    return token


def user_of(token: str) -> str | None:
    """Whose token it is, None when it is nobody's."""
    row = open_logins().execute("SELECT user_id FROM logins WHERE token = ?", (token,)).fetchone()
    return None if row is None else str(row[0])
