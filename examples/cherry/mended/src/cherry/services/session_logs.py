"""What was said and done in sessions."""

import json
import sqlite3

from cherry.database import transaction
from cherry.database.queries import SessionLogQueries
from cherry.errors import NotFoundError
from cherry.models import SessionLog
from cherry.services.values import now


def add_log(
    connection: sqlite3.Connection,
    session_id: str,
    role: str,
    kind: str,
    content: object,
    *,
    parent_id: int | None = None,
    metadata: object = None,
) -> int:
    """Note what happened in a session; returns the entry's id. Raises InvalidError."""
    moment = now()
    about = None if metadata is None else json.dumps(metadata)
    row = (session_id, parent_id, role, kind, json.dumps(content), about, moment, moment)
    with transaction(connection):
        return connection.execute(SessionLogQueries.INSERT, row).lastrowid or 0


def correct_log(connection: sqlite3.Connection, log_id: int, content: object) -> None:
    """Replace the content of an entry; raises NotFoundError."""
    with transaction(connection):
        changed = connection.execute(SessionLogQueries.UPDATE, (json.dumps(content), now(), log_id))
        if changed.rowcount == 0:
            raise NotFoundError(f"there is no log entry {log_id}")


def logs(connection: sqlite3.Connection, session_id: str, *, limit: int = 100, offset: int = 0) -> list[SessionLog]:
    """The entries of a session, oldest first."""
    return [SessionLog(**row) for row in connection.execute(SessionLogQueries.LIST, (session_id, limit, offset))]


def latest_logs(connection: sqlite3.Connection, session_id: str, limit: int) -> list[SessionLog]:
    """The last entries of a session, newest first."""
    return [SessionLog(**row) for row in connection.execute(SessionLogQueries.LATEST, (session_id, limit))]


def children(connection: sqlite3.Connection, log_id: int) -> list[SessionLog]:
    """The entries that belong to one, oldest first."""
    return [SessionLog(**row) for row in connection.execute(SessionLogQueries.CHILDREN, (log_id,))]


def count_logs(connection: sqlite3.Connection, session_id: str) -> int:
    """How many entries a session has."""
    (count,) = connection.execute(SessionLogQueries.COUNT, (session_id,)).fetchone()
    return int(count)


def clear_logs(connection: sqlite3.Connection, session_id: str) -> int:
    """Forget what happened in a session; returns how many entries went."""
    with transaction(connection):
        return connection.execute(SessionLogQueries.CLEAR, (session_id,)).rowcount
