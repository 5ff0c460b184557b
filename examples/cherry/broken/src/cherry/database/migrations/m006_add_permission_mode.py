"""Sessions may have a permission mode of their own."""

from cherry.database.migrations.migration import Migration

MIGRATION = Migration(
    id="006",
    description="Let sessions override the permission mode",
    up=("ALTER TABLE sessions ADD COLUMN permission_mode TEXT",),
    down=("ALTER TABLE sessions DROP COLUMN permission_mode",),
)
