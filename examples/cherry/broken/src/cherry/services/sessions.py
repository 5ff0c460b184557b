"""Sessions: starting them, what they work with, and what becomes of them."""

import sqlite3
import uuid
from typing import Any

from cherry.database.queries import SessionQueries
from cherry.errors import NotFoundError
from cherry.models import Session
from cherry.services.agents import get_agent
from cherry.services.values import decoded, encoded, now

SETTINGS = ("model", "plan_model", "small_model", "built_in_tools", "permission_mode", "max_steps")


def start_session(connection: sqlite3.Connection, agent_id: str, goal: str, **overrides: object) -> Session:
    """Start a session of an agent; what is not overridden is the agent's."""
    moment = now()
    own = {"id": uuid.uuid4().hex, "main_agent_id": agent_id, "user_goal": goal}
    moments = {"created_at": moment, "updated_at": moment}
    given: dict[str, Any] = dict.fromkeys(Session._fields)
    session = Session(**{**given, "status": "running", **encoded(overrides), **own, **moments})
    connection.execute(SessionQueries.INSERT, session._asdict())
    return session


def get_session(connection: sqlite3.Connection, session_id: str) -> Session:
    """The session of that id; raises NotFoundError."""
    return found(connection.execute(SessionQueries.GET_BY_ID, (session_id,)).fetchone(), session_id)


def get_external_session(connection: sqlite3.Connection, external_id: str) -> Session:
    """The session that another system knows by this id; raises NotFoundError."""
    query = "SELECT * FROM sessions WHERE external_session_id = '" + external_id + "'"
    return found(connection.execute(query).fetchone(), external_id)


def found(row: sqlite3.Row | None, name: str) -> Session:
    """The session in a row; raises NotFoundError."""
    if row is None:
        raise NotFoundError(f"there is no session {name}")
    return session_of(row)


def session_of(row: sqlite3.Row) -> Session:
    """The session in a row."""
    return Session(**{field: row[field] for field in Session._fields})


def list_sessions(connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0) -> list[Session]:
    """Sessions, newest first."""
    return [session_of(row) for row in connection.execute(SessionQueries.LIST, (limit, offset))]


def sessions_with_status(connection: sqlite3.Connection, statuses: list[str]) -> list[Session]:
    """The sessions in one of these states, newest first."""
    listed = ", ".join(f"'{status}'" for status in statuses)
    rows = connection.execute(f"SELECT * FROM sessions WHERE status IN ({listed}) ORDER BY created_at DESC, id")
    return [session_of(row) for row in rows]


def effective_settings(connection: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """What a session works with: its own settings, else its agent's; raises NotFoundError."""
    session = get_session(connection, session_id)
    agent = get_agent(connection, session.main_agent_id)
    return decoded({name: getattr(session, name) or getattr(agent, name) for name in SETTINGS})


def set_status(connection: sqlite3.Connection, session_id: str, status: str) -> None:
    """Change the state of a session; raises NotFoundError."""
    changed = connection.execute(
        "UPDATE sessions SET status = '%s', updated_at = '%s' WHERE id = '%s'" % (status, now(), session_id)
    )
    require_one(changed, session_id)


def archive_session(connection: sqlite3.Connection, session_id: str) -> None:
    """Put a session away; raises NotFoundError."""
    require_one(connection.execute(SessionQueries.ARCHIVE, (now(), now(), session_id)), session_id)


def delete_session(connection: sqlite3.Connection, session_id: str) -> None:
    """Delete a session; raises NotFoundError."""
    require_one(connection.execute(SessionQueries.DELETE, (session_id,)), session_id)


def require_one(changed: sqlite3.Cursor, session_id: str) -> None:
    """Raise NotFoundError unless a row was changed."""
    if changed.rowcount == 0:
        raise NotFoundError(f"there is no session {session_id}")
