"""The sessions of agents, and what happens in them."""

from cherry.database.migrations.migration import Migration

MIGRATION = Migration(
    id="002",
    description="Add sessions and their logs",
    up=(
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            name TEXT,
            main_agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
            sub_agent_ids TEXT,
            user_goal TEXT,
            status TEXT NOT NULL DEFAULT 'idle'
                CHECK (status IN ('idle', 'running', 'completed', 'failed', 'stopped')),
            external_session_id TEXT,
            model TEXT,
            plan_model TEXT,
            small_model TEXT,
            built_in_tools TEXT,
            mcps TEXT,
            knowledges TEXT,
            configuration TEXT,
            accessible_paths TEXT,
            permission_mode TEXT,
            max_steps INTEGER,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )
        """,
        "CREATE INDEX idx_sessions_main_agent_id ON sessions (main_agent_id)",
        "CREATE INDEX idx_sessions_status ON sessions (status)",
        "CREATE INDEX idx_sessions_external_session_id ON sessions (external_session_id)",
        """
        CREATE TABLE session_logs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES session_logs (id) ON DELETE SET NULL,
            role TEXT NOT NULL CHECK (role IN ('user', 'agent', 'system', 'tool')),
            type TEXT NOT NULL CHECK (type IN ('message', 'thought', 'action', 'observation')),
            content TEXT NOT NULL,
            metadata TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )
        """,
        "CREATE INDEX idx_session_logs_session_id ON session_logs (session_id, id)",
        "CREATE INDEX idx_session_logs_parent_id ON session_logs (parent_id)",
    ),
    down=(
        "DROP INDEX idx_session_logs_parent_id",
        "DROP INDEX idx_session_logs_session_id",
        "DROP TABLE session_logs",
        "DROP INDEX idx_sessions_external_session_id",
        "DROP INDEX idx_sessions_status",
        "DROP INDEX idx_sessions_main_agent_id",
        "DROP TABLE sessions",
    ),
)
