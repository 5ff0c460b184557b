"""All SQL but that of migrations, one module for each entity. Values are parameters, never part of the text."""

from cherry.database.queries.agents import AgentQueries
from cherry.database.queries.session_logs import SessionLogQueries
from cherry.database.queries.sessions import SessionQueries

__all__ = ["AgentQueries", "SessionLogQueries", "SessionQueries"]
