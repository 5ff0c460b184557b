"""The table in which migrations are recorded. It is the one table that no migration can make."""


class MigrationQueries:
    """Parameters of INSERT: id, description, time, milliseconds, checksum."""

    CREATE = """
        CREATE TABLE IF NOT EXISTS migrations (
            id TEXT PRIMARY KEY, description TEXT NOT NULL, applied_at TEXT NOT NULL,
            execution_time INTEGER NOT NULL, checksum TEXT NOT NULL
        )"""
    LIST = "SELECT id, checksum FROM migrations ORDER BY id"
    INSERT = "INSERT INTO migrations (id, description, applied_at, execution_time, checksum) VALUES (?, ?, ?, ?, ?)"
    DELETE = "DELETE FROM migrations WHERE id = ?"
