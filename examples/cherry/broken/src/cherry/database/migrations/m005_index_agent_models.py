"""Agents are looked up by their model."""

from cherry.database.migrations.migration import Migration

MIGRATION = Migration(
    id="005",
    description="Index the models of agents",
    up=("CREATE INDEX idx_agents_model ON agents (model)",),
    down=("DROP INDEX idx_agents_model",),
)
