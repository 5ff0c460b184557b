"""Applying migrations when the program starts."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from cherry.database.migrations.migration import Migration
from cherry.database.queries.migrations import MigrationQueries


def initialise(connection: sqlite3.Connection) -> None:
    """Make the table of applied migrations where it is missing."""
    connection.execute(MigrationQueries.CREATE)


def applied(connection: sqlite3.Connection) -> list[str]:
    """The ids of the migrations that were applied, in their order."""
    return [row["id"] for row in connection.execute(MigrationQueries.LIST)]


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """Apply what is pending; returns it."""
    initialise(connection)
    done = applied(connection)
    pending = [migration for migration in migrations if migration.id not in done]
    for migration in pending:
        for statement in migration.up:
            run(connection, statement)
        connection.execute(MigrationQueries.INSERT, (migration.id, migration.description, now()))
    return pending


def roll_back_last(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> Migration | None:
    """Take back the migration applied last; returns it, None when there is none."""
    initialise(connection)
    done = applied(connection)
    by_id = {migration.id: migration for migration in migrations}
    if not done:
        return None
    for statement in by_id[done[-1]].down:
        run(connection, statement)
    connection.execute(MigrationQueries.DELETE, (done[-1],))
    return by_id[done[-1]]


def run(connection: sqlite3.Connection, statement: str) -> None:
    """Run a statement. What is there already, or is gone already, is as it should be."""
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        if not any(said in str(error) for said in ("duplicate column", "already exists", "no such")):
            raise


def now() -> str:
    """The time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
