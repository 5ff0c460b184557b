"""Sessions in a PostgreSQL database, for those who work on several machines."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from minsky.errors import DatabaseUnavailableError, SessionExistsError, SessionNotFoundError
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session, session_from

# Two processes that make the same table at the same time fail, IF NOT EXISTS or not, so they take turns.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('minsky sessions'))"
EXISTS = "SELECT to_regclass('sessions') IS NOT NULL AS made"
CREATE = """
    CREATE TABLE IF NOT EXISTS sessions (
        name TEXT PRIMARY KEY, repository TEXT NOT NULL DEFAULT '', task TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL DEFAULT '', pull_request TEXT NOT NULL DEFAULT ''
    )"""
COLUMNS = "SELECT name, repository, task, created_at, pull_request FROM sessions"


class PostgresBackend(SessionBackend):
    """A server that keeps transactions apart."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A transaction on a database that has its table; raises DatabaseUnavailableError."""
        try:
            with psycopg.connect(self._url, row_factory=dict_row) as connection:
                make_table(connection)
                yield connection
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(f"the session database does not answer: {str(error).strip()}") from error

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        try:
            with self._transaction() as connection:
                connection.execute(
                    "INSERT INTO sessions (name, repository, task, created_at, pull_request) "
                    "VALUES (%s, %s, %s, %s, %s)",
                    session,
                )
        except psycopg.errors.UniqueViolation as error:
            raise SessionExistsError(session.name) from error

    def get(self, name: str) -> Session | None:
        """See SessionBackend."""
        with self._transaction() as connection:
            row = connection.execute(f"{COLUMNS} WHERE name = %s", (name,)).fetchone()
            return None if row is None else session_from(row)

    def find_by_task(self, task: str) -> list[Session]:
        """See SessionBackend."""
        with self._transaction() as connection:
            rows = connection.execute(f'{COLUMNS} WHERE task = %s ORDER BY created_at, name COLLATE "C"', (task,))
            return [session_from(row) for row in rows]

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        with self._transaction() as connection:
            return [session_from(row) for row in connection.execute(f'{COLUMNS} ORDER BY name COLLATE "C"')]

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        with self._transaction() as connection:
            updated = connection.execute(
                "UPDATE sessions SET repository = %s, task = %s, created_at = %s, pull_request = %s WHERE name = %s",
                (session.repository, session.task, session.created_at, session.pull_request, session.name),
            )
            if updated.rowcount == 0:
                raise SessionNotFoundError(session.name)

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM sessions WHERE name = %s", (name,)).rowcount > 0

    def merge(self, sessions: Iterable[Session]) -> int:
        """See SessionBackend."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO sessions (name, repository, task, created_at, pull_request) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
                list(sessions),
            )
            return cursor.rowcount


def make_table(connection: psycopg.Connection[dict[str, Any]]) -> None:
    """Make the table where it is not there."""
    row = connection.execute(EXISTS).fetchone()
    if row is not None and not row["made"]:
        connection.execute(ONE_AT_A_TIME)
        connection.execute(CREATE)
