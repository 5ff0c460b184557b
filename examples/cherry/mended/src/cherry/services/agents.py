"""Agents: adding, finding, changing and deleting them."""

import sqlite3
import uuid
from typing import Any

from cherry.database import transaction
from cherry.database.queries import AgentQueries
from cherry.errors import NotFoundError
from cherry.models import Agent
from cherry.services.values import encoded, now

DEFAULTS = {"type": "custom", "permission_mode": "readOnly", "max_steps": 10}


def add_agent(connection: sqlite3.Connection, name: str, model: str, **settings: object) -> Agent:
    """Add an agent; settings are fields of Agent. Raises InvalidError."""
    moment = now()
    own = {"id": uuid.uuid4().hex, "name": name, "model": model, "created_at": moment, "updated_at": moment}
    given: dict[str, Any] = {**dict.fromkeys(Agent._fields), **DEFAULTS, **encoded(settings), **own}
    agent = Agent(**given)
    with transaction(connection):
        connection.execute(AgentQueries.INSERT, agent._asdict())
    return agent


def change_agent(connection: sqlite3.Connection, agent_id: str, **settings: object) -> Agent:
    """Change some fields of an agent; raises NotFoundError and InvalidError."""
    with transaction(connection):
        agent = get_agent(connection, agent_id)._replace(**encoded(settings), updated_at=now())
        connection.execute(AgentQueries.UPDATE, agent._asdict())
    return agent


def get_agent(connection: sqlite3.Connection, agent_id: str) -> Agent:
    """The agent of that id; raises NotFoundError."""
    row = connection.execute(AgentQueries.GET_BY_ID, (agent_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no agent {agent_id}")
    return Agent(**row)


def list_agents(connection: sqlite3.Connection, *, by_name: bool = False) -> list[Agent]:
    """All agents, oldest first or by name."""
    rows = connection.execute(AgentQueries.LIST_BY_NAME if by_name else AgentQueries.LIST)
    return [Agent(**row) for row in rows]


def search_agents(connection: sqlite3.Connection, part: str) -> list[Agent]:
    """The agents with this in their name, upper or lower case, by name."""
    return [Agent(**row) for row in connection.execute(AgentQueries.SEARCH, (part,))]


def delete_agent(connection: sqlite3.Connection, agent_id: str) -> None:
    """Delete an agent with its sessions and their logs; raises NotFoundError."""
    with transaction(connection):
        if connection.execute(AgentQueries.DELETE, (agent_id,)).rowcount == 0:
            raise NotFoundError(f"there is no agent {agent_id}")
