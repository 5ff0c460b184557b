"""Sessions that are put away, and can be brought back."""

from cherry.database.migrations.migration import Migration

MIGRATION = Migration(
    id="003",
    description="Add the time at which a session was archived",
    up=(
        "ALTER TABLE sessions ADD COLUMN archived_at TEXT",
        "CREATE INDEX idx_sessions_archived_at ON sessions (archived_at)",
    ),
    down=(
        "DROP INDEX idx_sessions_archived_at",
        "ALTER TABLE sessions DROP COLUMN archived_at",
    ),
)
