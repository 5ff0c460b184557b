"""The database of agents."""

from cherry.database.connection import open_agents

__all__ = ["open_agents"]
