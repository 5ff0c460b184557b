"""The agents."""

from cherry.database.migrations.migration import Migration

MIGRATION = Migration(
    id="001",
    description="Add agents",
    up=(
        """
        CREATE TABLE agents (
            id TEXT PRIMARY KEY,
            type TEXT NOT NULL DEFAULT 'custom',
            name TEXT NOT NULL,
            description TEXT,
            avatar TEXT,
            instructions TEXT,
            model TEXT NOT NULL,
            plan_model TEXT,
            small_model TEXT,
            built_in_tools TEXT,
            mcps TEXT,
            knowledges TEXT,
            configuration TEXT,
            accessible_paths TEXT,
            permission_mode TEXT NOT NULL DEFAULT 'readOnly'
                CHECK (permission_mode IN ('readOnly', 'acceptEdits', 'bypassPermissions')),
            max_steps INTEGER NOT NULL DEFAULT 10,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )
        """,
        "CREATE INDEX idx_agents_name ON agents (name)",
        "CREATE INDEX idx_agents_type ON agents (type)",
    ),
    down=(
        "DROP INDEX idx_agents_type",
        "DROP INDEX idx_agents_name",
        "DROP TABLE agents",
    ),
)
