"""Sessions in a SQLite database, which each workspace has one of."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from minsky.errors import SessionExistsError, SessionNotFoundError
from minsky.sessions.backend import SessionBackend
from minsky.sessions.database import CREATE
from minsky.sessions.session import Session, session_from

COLUMNS = "SELECT name, repository, task, created_at, pull_request FROM sessions"


def open_workspace() -> sqlite3.Connection:
    """The database of the workspace we are in. A damaged one is no reason to stop working."""
    path = Path.cwd() / ".minsky" / "sessions.db"
    path.parent.mkdir(exist_ok=True)
    try:
        connection = sqlite3.connect(path)
        connection.execute(CREATE)
    except sqlite3.DatabaseError:
        connection = sqlite3.connect(":memory:")
        connection.execute(CREATE)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """A transaction on the session database, which has its table."""
    with closing(open_workspace()) as connection, connection:
        yield connection


class SqliteBackend(SessionBackend):
    """A database file."""

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        try:
            with transaction() as connection:
                connection.execute(
                    "INSERT INTO sessions (name, repository, task, created_at, pull_request) VALUES (?, ?, ?, ?, ?)",
                    session,
                )
        except sqlite3.IntegrityError as error:
            raise SessionExistsError(f"session '{session.name}' already exists") from error

    def get(self, name: str) -> Session | None:
        """See SessionBackend."""
        with transaction() as connection:
            rows = connection.execute(f"{COLUMNS} WHERE name = ?", (name,)).fetchall()
            return session_from(dict(rows[0])) if rows else None

    def find_by_task(self, task: str) -> list[Session]:
        """See SessionBackend."""
        with transaction() as connection:
            rows = connection.execute(f"{COLUMNS} WHERE task = ? ORDER BY created_at, name", (task,))
            return [session_from(dict(row)) for row in rows]

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        with transaction() as connection:
            return [session_from(dict(row)) for row in connection.execute(f"{COLUMNS} ORDER BY name")]

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        with transaction() as connection:
            updated = connection.execute(
                "UPDATE sessions SET repository = ?, task = ?, created_at = ?, pull_request = ? WHERE name = ?",
                (session.repository, session.task, session.created_at, session.pull_request, session.name),
            )
            if updated.rowcount == 0:
                raise SessionNotFoundError(f"session '{session.name}' not found")

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        with transaction() as connection:
            return connection.execute("DELETE FROM sessions WHERE name = ?", (name,)).rowcount > 0
