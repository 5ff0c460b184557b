"""Sessions in a PostgreSQL database, for those who work on several machines. Enough for starting and listing them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from minsky.errors import SessionExistsError
from minsky.sessions.backend import SessionBackend
from minsky.sessions.database import CREATE
from minsky.sessions.session import Session, session_from

COLUMNS = "SELECT name, repository, task, created_at, pull_request FROM sessions"


class PostgresBackend(SessionBackend):
    """A server."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A transaction on a database that has its table."""
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            connection.execute(CREATE)
            yield connection

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
            raise SessionExistsError(f"duplicate session: {session.name}") from error

    def get(self, name: str) -> Session | None:
        """See SessionBackend."""
        with self._transaction() as connection:
            row = connection.execute(f"{COLUMNS} WHERE name = %s", (name,)).fetchone()
            return None if row is None else session_from(row)

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        with self._transaction() as connection:
            return [session_from(row) for row in connection.execute(f'{COLUMNS} ORDER BY name COLLATE "C"')]

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE sessions SET repository = %s, task = %s, created_at = %s, pull_request = %s WHERE name = %s",
                (session.repository, session.task, session.created_at, session.pull_request, session.name),
            )
