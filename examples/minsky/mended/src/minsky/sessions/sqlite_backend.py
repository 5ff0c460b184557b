"""Sessions in one SQLite database."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from minsky.errors import DatabaseDamagedError, DatabaseUnavailableError, SessionExistsError, SessionNotFoundError
from minsky.paths import database_path
from minsky.sessions.backend import SessionBackend
from minsky.sessions.database import open_sessions
from minsky.sessions.session import Session, session_from

CREATE = """
    CREATE TABLE IF NOT EXISTS sessions (
        name TEXT PRIMARY KEY, repository TEXT NOT NULL DEFAULT '', task TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL DEFAULT '', pull_request TEXT NOT NULL DEFAULT ''
    )"""
COLUMNS = "SELECT name, repository, task, created_at, pull_request FROM sessions"


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """A transaction on the session database, which has its table.

    Raises:
        DatabaseDamagedError: the file is not a session database, or no longer.
        DatabaseUnavailableError: it cannot be opened, or others kept it for too long.
    """
    try:
        with closing(open_sessions()) as connection, connection:
            connection.execute(CREATE)
            yield connection
    except sqlite3.IntegrityError:
        raise
    except sqlite3.OperationalError as error:
        raise DatabaseUnavailableError(f"the session database {database_path()} cannot be used: {error}") from error
    except (sqlite3.DatabaseError, ValueError) as error:
        raise DatabaseDamagedError(database_path(), error) from error


class SqliteBackend(SessionBackend):
    """A database file that SQLite lets one process at a time change."""

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        try:
            with transaction() as connection:
                connection.execute(
                    "INSERT INTO sessions (name, repository, task, created_at, pull_request) VALUES (?, ?, ?, ?, ?)",
                    session,
                )
        except sqlite3.IntegrityError as error:
            raise SessionExistsError(session.name) from error

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
                raise SessionNotFoundError(session.name)

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        with transaction() as connection:
            return connection.execute("DELETE FROM sessions WHERE name = ?", (name,)).rowcount > 0

    def merge(self, sessions: Iterable[Session]) -> int:
        """See SessionBackend."""
        with transaction() as connection:
            return connection.executemany(
                "INSERT OR IGNORE INTO sessions (name, repository, task, created_at, pull_request) "
                "VALUES (?, ?, ?, ?, ?)",
                sessions,
            ).rowcount


def read_sessions(path: Path) -> dict[str, Session]:
    """The sessions of some session database, which is not changed; raises DatabaseDamagedError."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(COLUMNS).fetchall()
        return {session.name: session for session in (session_from(dict(row)) for row in rows)}
    except (sqlite3.DatabaseError, ValueError) as error:
        raise DatabaseDamagedError(path, error) from error
