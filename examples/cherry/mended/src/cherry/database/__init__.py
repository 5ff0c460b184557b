"""The database: its schema is what the migrations make, and nothing else."""

from cherry.database.connection import open_agents, transaction

__all__ = ["open_agents", "transaction"]
