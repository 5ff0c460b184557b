"""Sessions: starting them, what they work with, and what becomes of them."""

import sqlite3
import uuid
from typing import Any

from cherry.database import transaction
from cherry.database.queries import SessionQueries
from cherry.errors import NotFoundError
from cherry.models import Session
from cherry.services.values import decoded, encoded, now


def start_session(connection: sqlite3.Connection, agent_id: str, goal: str, **overrides: object) -> Session:
    """Start a session of an agent; what is not overridden is the agent's. Raises InvalidError."""
    moment = now()
    own = {"id": uuid.uuid4().hex, "main_agent_id": agent_id, "user_goal": goal}
    moments = {"created_at": moment, "updated_at": moment}
    given: dict[str, Any] = dict.fromkeys(Session._fields)
    session = Session(**{**given, "status": "running", **encoded(overrides), **own, **moments})
    with transaction(connection):
        connection.execute(SessionQueries.INSERT, session._asdict())
    return session


def get_session(connection: sqlite3.Connection, session_id: str) -> Session:
    """The session of that id; raises NotFoundError."""
    return found(connection.execute(SessionQueries.GET_BY_ID, (session_id,)).fetchone(), session_id)


def get_external_session(connection: sqlite3.Connection, external_id: str) -> Session:
    """The session that another system knows by this id; raises NotFoundError."""
    return found(connection.execute(SessionQueries.GET_BY_EXTERNAL_ID, (external_id,)).fetchone(), external_id)


def found(row: sqlite3.Row | None, name: str) -> Session:
    """The session in a row; raises NotFoundError."""
    if row is None:
        raise NotFoundError(f"there is no session {name}")
    return Session(**row)


def list_sessions(connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0) -> list[Session]:
    """Sessions, newest first."""
    return [Session(**row) for row in connection.execute(SessionQueries.LIST, (limit, offset))]


def sessions_with_status(connection: sqlite3.Connection, status: str) -> list[Session]:
    """The sessions in a state, newest first."""
    return [Session(**row) for row in connection.execute(SessionQueries.LIST_BY_STATUS, (status,))]


def status_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many sessions are in each state."""
    return {row["status"]: row["sessions"] for row in connection.execute(SessionQueries.COUNT_BY_STATUS)}


def effective_settings(connection: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """What a session works with: its own settings, else its agent's; raises NotFoundError."""
    row = connection.execute(SessionQueries.EFFECTIVE_SETTINGS, (session_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no session {session_id}")
    return decoded(row)


def set_status(connection: sqlite3.Connection, session_id: str, status: str) -> None:
    """Change the state of a session; raises NotFoundError and InvalidError."""
    with transaction(connection):
        changed = connection.execute(SessionQueries.UPDATE_STATUS, (status, now(), session_id))
        require_one(changed, session_id)


def archive_session(connection: sqlite3.Connection, session_id: str) -> None:
    """Put a session away; raises NotFoundError."""
    with transaction(connection):
        require_one(connection.execute(SessionQueries.ARCHIVE, (now(), now(), session_id)), session_id)


def delete_session(connection: sqlite3.Connection, session_id: str) -> None:
    """Delete a session and its logs; raises NotFoundError."""
    with transaction(connection):
        require_one(connection.execute(SessionQueries.DELETE, (session_id,)), session_id)


def require_one(changed: sqlite3.Cursor, session_id: str) -> None:
    """Raise NotFoundError unless a row was changed."""
    if changed.rowcount == 0:
        raise NotFoundError(f"there is no session {session_id}")
