"""Who is logged in, by the token that was given out."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from chatty.errors import DatabaseError
from chatty.paths import logins_path

CREATE = "CREATE TABLE IF NOT EXISTS logins (token TEXT PRIMARY KEY, user_id TEXT NOT NULL)"


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """A transaction on the database of logins; raises DatabaseError where it is damaged."""
    path = logins_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        try:
            connection.execute(CREATE)
        except sqlite3.DatabaseError as error:
            raise DatabaseError(
                f"{path}: {error}; whoever is logged in must log in again once it is removed"
            ) from error
        yield connection


def log_in(user: str) -> str:
    """A new token of a user."""
    token = secrets.token_hex(16)
    with opened() as connection:
        connection.execute("INSERT INTO logins (token, user_id) VALUES (?, ?)", (token, user))
    return token


def user_of(token: str) -> str | None:
    """Whose token it is, None when it is nobody's."""
    with opened() as connection:
        row = connection.execute("SELECT user_id FROM logins WHERE token = ?", (token,)).fetchone()
    return None if row is None else str(row[0])
