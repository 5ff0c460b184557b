"""Agents: adding, finding, changing and deleting them."""

import sqlite3
import uuid
from typing import Any

from cherry.database.queries import AgentQueries
from cherry.errors import NotFoundError
from cherry.models import Agent
from cherry.services.values import encoded, now

DEFAULTS = {"type": "custom", "permission_mode": "readOnly", "max_steps": 10}


def add_agent(connection: sqlite3.Connection, name: str, model: str, **settings: object) -> Agent:
    """Add an agent; settings are fields of Agent."""
    moment = now()
    own = {"id": uuid.uuid4().hex, "name": name, "model": model, "created_at": moment, "updated_at": moment}
    given: dict[str, Any] = {**dict.fromkeys(Agent._fields), **DEFAULTS, **encoded(settings), **own}
    agent = Agent(**given)
    connection.execute(AgentQueries.INSERT, agent._asdict())
    return agent


def change_agent(connection: sqlite3.Connection, agent_id: str, setting: str, value: str) -> None:
    """Change a field of an agent."""
    connection.execute(f"UPDATE agents SET {setting} = ?, updated_at = ? WHERE id = ?", (value, now(), agent_id))


def get_agent(connection: sqlite3.Connection, agent_id: str) -> Agent:
    """The agent of that id; raises NotFoundError."""
    row = connection.execute(AgentQueries.GET_BY_ID, (agent_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no agent {agent_id}")
    return Agent(**row)


def list_agents(connection: sqlite3.Connection, order: str = "created_at") -> list[Agent]:
    """All agents, by one of their fields."""
    return [Agent(**row) for row in connection.execute(f"SELECT * FROM agents ORDER BY {order}, id")]


def search_agents(connection: sqlite3.Connection, name: str) -> list[Agent]:
    """The agents of that name."""
    return [Agent(**row) for row in connection.execute(f"SELECT * FROM agents WHERE name = '{name}' ORDER BY id")]


def delete_agent(connection: sqlite3.Connection, agent_id: str) -> None:
    """Delete an agent; raises NotFoundError."""
    if connection.execute(AgentQueries.DELETE, (agent_id,)).rowcount == 0:
        raise NotFoundError(f"there is no agent {agent_id}")
