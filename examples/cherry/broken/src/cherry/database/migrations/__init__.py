"""The registry: the migrations, in the order in which they are applied."""

from cherry.database.migrations import (
    m001_initial_schema,
    m002_add_session_tables,
    m004_add_archive,
    m006_add_permission_mode,
)

MIGRATIONS = (
    m001_initial_schema.MIGRATION,
    m002_add_session_tables.MIGRATION,
    m004_add_archive.MIGRATION,
    m006_add_permission_mode.MIGRATION,
)
