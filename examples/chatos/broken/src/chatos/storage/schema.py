"""The tables of chatos, by name."""

ADMIN_TABLES = ("models", "secrets", "mcp_servers", "prompts", "subagents", "land_configs", "settings")
RUNTIME_TABLES = ("chat_sessions", "chat_messages", "tasks", "subagent_streams", "file_changes", "shell_sessions")

TABLES = {
    "models": """
        CREATE TABLE IF NOT EXISTS models (
            name TEXT PRIMARY KEY, provider TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1
        )""",
    "secrets": "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "mcp_servers": """
        CREATE TABLE IF NOT EXISTS mcp_servers (
            name TEXT PRIMARY KEY, command TEXT NOT NULL, arguments TEXT NOT NULL DEFAULT '[]'
        )""",
    "prompts": "CREATE TABLE IF NOT EXISTS prompts (title TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "subagents": """
        CREATE TABLE IF NOT EXISTS subagents (
            name TEXT PRIMARY KEY, model TEXT NOT NULL, prompt TEXT NOT NULL
        )""",
    "land_configs": "CREATE TABLE IF NOT EXISTS land_configs (name TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "settings": "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "chat_sessions": """
        CREATE TABLE IF NOT EXISTS chat_sessions (
            id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at REAL NOT NULL
        )""",
    "chat_messages": """
        CREATE TABLE IF NOT EXISTS chat_messages (
            id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, role TEXT NOT NULL, body TEXT NOT NULL
        )""",
    "tasks": """
        CREATE TABLE IF NOT EXISTS tasks (
            id TEXT PRIMARY KEY, session_id TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL
        )""",
    "subagent_streams": """
        CREATE TABLE IF NOT EXISTS subagent_streams (
            id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, line TEXT NOT NULL, written_at REAL NOT NULL
        )""",
    "file_changes": """
        CREATE TABLE IF NOT EXISTS file_changes (
            id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, path TEXT NOT NULL, repository TEXT
        )""",
    "shell_sessions": """
        CREATE TABLE IF NOT EXISTS shell_sessions (
            id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, command TEXT NOT NULL, exit_code INTEGER NOT NULL
        )""",
    "message_index": "CREATE VIRTUAL TABLE IF NOT EXISTS message_index USING fts5 (session_id UNINDEXED, body)",
}
