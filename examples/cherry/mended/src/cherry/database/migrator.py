"""Applying migrations, taking them back, and knowing that those applied are still the same."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

from cherry.database.connection import transaction
from cherry.database.migrations.migration import Migration
from cherry.database.queries.migrations import MigrationQueries
from cherry.errors import MigrationError


class Applied(NamedTuple):
    """What the database says of a migration."""

    id: str
    checksum: str


class Summary(NamedTuple):
    """Where a database stands, by the migrations' ids."""

    applied: list[str]
    pending: list[str]


def initialise(connection: sqlite3.Connection) -> None:
    """Make the table of applied migrations where it is missing."""
    connection.execute(MigrationQueries.CREATE)


def summary(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> Summary:
    """Which migrations were applied, and which are still to be."""
    done = [each.id for each in applied(connection)]
    return Summary(done, [migration.id for migration in migrations if migration.id not in done])


def applied(connection: sqlite3.Connection) -> list[Applied]:
    """The migrations that were applied, in their order."""
    return [Applied(row["id"], row["checksum"]) for row in connection.execute(MigrationQueries.LIST)]


def validate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Raise MigrationError unless what was applied is the beginning of what there is, unchanged."""
    done = applied(connection)
    if len(done) > len(migrations):
        raise MigrationError(f"the database is newer than this program: it has {done[len(migrations)].id}")
    for was, migration in zip(done, migrations, strict=False):
        if was.id != migration.id:
            raise MigrationError(f"{migration.id} comes before {was.id}, which was applied without it")
        if was.checksum != migration.checksum:
            raise MigrationError(f"{migration.id} was changed after it was applied: undo that, and add a migration")


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Migration], *, limit: int | None = None, dry_run: bool = False
) -> list[Migration]:
    """Apply what is pending, each migration in a transaction of its own.

    Args:
        connection: to the database, outside a transaction.
        migrations: all there are, in their order.
        limit: how many to apply at most.
        dry_run: run all of them for real, and then take all of it back.

    Returns:
        Those that were applied.

    Raises:
        MigrationError: one of them failed; those before it stay. Or `validate` found something.
    """
    initialise(connection)
    with rehearsal(connection) if dry_run else connection_as_it_is():
        results: list[Migration] = []
        while limit is None or len(results) < limit:
            result = apply_next(connection, migrations)
            if result is None:
                break
            results.append(result)
        return results


def apply_next(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> Migration | None:
    """Apply the first pending migration; what is pending is read in its transaction, so that processes take turns."""
    with step(connection):
        validate(connection, migrations)
        pending = migrations[len(applied(connection)) :]
        if not pending:
            return None
        migration = pending[0]
        started = perf_counter()
        run(connection, migration.id, migration.up)
        milliseconds = round((perf_counter() - started) * 1000)
        row = (migration.id, migration.description, now(), milliseconds, migration.checksum)
        connection.execute(MigrationQueries.INSERT, row)
        return migration


def roll_back_last(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> Migration | None:
    """Take back the migration applied last; returns it, None when there is none. Raises MigrationError."""
    initialise(connection)
    with transaction(connection):
        validate(connection, migrations)
        done = applied(connection)
        if not done:
            return None
        migration = migrations[len(done) - 1]
        run(connection, migration.id, migration.down)
        connection.execute(MigrationQueries.DELETE, (migration.id,))
        return migration


def run(connection: sqlite3.Connection, name: str, statements: Sequence[str]) -> None:
    """Run the statements of a migration; raises MigrationError."""
    for statement in statements:
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            raise MigrationError(f"{name} failed and was taken back: {error}") from error


@contextmanager
def step(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction, or a savepoint in the one that there is."""
    if not connection.in_transaction:
        with transaction(connection):
            yield
        return
    connection.execute("SAVEPOINT step")
    yield
    connection.execute("RELEASE step")


@contextmanager
def rehearsal(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction of which nothing is kept."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()


@contextmanager
def connection_as_it_is() -> Iterator[None]:
    """No transaction around the steps."""
    yield


def now() -> str:
    """The time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
