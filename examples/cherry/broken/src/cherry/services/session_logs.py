"""What was said and done in sessions."""

import json
import sqlite3

from cherry.database.queries import SessionLogQueries
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
    """Note what happened in a session; returns the entry's id."""
    moment = now()
    about = None if metadata is None else json.dumps(metadata)
    row = (session_id, parent_id, role, kind, json.dumps(content), about, moment, moment)
    return connection.execute(SessionLogQueries.INSERT, row).lastrowid or 0


def logs(connection: sqlite3.Connection, session_id: str, *, limit: int = 100, offset: int = 0) -> list[SessionLog]:
    """The entries of a session, oldest first."""
    query = "SELECT * FROM session_logs WHERE session_id = ? ORDER BY id LIMIT {} OFFSET {}".format(limit, offset)
    return [SessionLog(**row) for row in connection.execute(query, (session_id,))]


def children(connection: sqlite3.Connection, log_id: int) -> list[SessionLog]:
    """The entries that belong to one, oldest first."""
    return [SessionLog(**row) for row in connection.execute(SessionLogQueries.CHILDREN, (log_id,))]


def clear_logs(connection: sqlite3.Connection, session_id: str) -> int:
    """Forget what happened in a session; returns how many entries went."""
    return connection.execute(SessionLogQueries.CLEAR, (session_id,)).rowcount
