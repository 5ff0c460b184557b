"""The table in which migrations are recorded."""


class MigrationQueries:
    """Parameters of INSERT: id, description, time."""

    CREATE = """
        CREATE TABLE IF NOT EXISTS migrations (
            id TEXT PRIMARY KEY, description TEXT NOT NULL, applied_at TEXT NOT NULL
        )"""
    LIST = "SELECT id FROM migrations ORDER BY id"
    INSERT = "INSERT INTO migrations (id, description, applied_at) VALUES (?, ?, ?)"
    DELETE = "DELETE FROM migrations WHERE id = ?"
