"""The registry: every migration there is, in the order in which they are applied."""

from cherry.database.migrations import m001_initial_schema, m002_add_session_tables, m003_add_archive

MIGRATIONS = (
    m001_initial_schema.MIGRATION,
    m002_add_session_tables.MIGRATION,
    m003_add_archive.MIGRATION,
)
