"""Migrations by namespace: which are applied is kept in `_migrations(namespace, version, applied_at)`."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Namespace(NamedTuple):
    """Who keeps tables: a name, and the directory of its migrations, `001_name.sql` and so on."""

    name: str
    directory: Path


class Migration(NamedTuple):
    """One step: what makes it, and below the line `-- down` what takes it back."""

    version: int
    up: str
    down: str


def migrations_of(namespace: Namespace) -> list[Migration]:
    """The migrations of a namespace, in order."""
    return [_read(path) for path in sorted(namespace.directory.glob("*.sql"))]


def _read(path: Path) -> Migration:
    up, _, down = path.read_text(encoding="utf-8").partition("\n-- down\n")
    return Migration(int(path.name.partition("_")[0]), up, down)


def applied_versions(connection: sqlite3.Connection, namespace: str) -> set[int]:
    """The versions of a namespace that the database has."""
    _prepare(connection)
    rows = connection.execute("SELECT version FROM _migrations WHERE namespace = ?", (namespace,))
    return {row["version"] for row in rows}


def apply_migrations(connection: sqlite3.Connection, namespace: Namespace) -> list[int]:
    """Apply what the database lacks, each migration whole or not at all; the versions that were applied."""
    _prepare(connection)
    done = []
    for migration in migrations_of(namespace):
        with _locked(connection):
            if migration.version in applied_versions(connection, namespace.name):
                continue
            _run(connection, migration.up)
            connection.execute(
                "INSERT INTO _migrations (namespace, version, applied_at) VALUES (?, ?, ?)",
                (namespace.name, migration.version, time.time()),
            )
            done.append(migration.version)
    return done


def roll_back(connection: sqlite3.Connection, namespace: Namespace) -> int | None:
    """Take back the last migration of a namespace; its version, None when there is none."""
    versions = applied_versions(connection, namespace.name)
    for migration in reversed(migrations_of(namespace)):
        if migration.version in versions:
            with _locked(connection):
                _run(connection, migration.down)
                connection.execute(
                    "DELETE FROM _migrations WHERE namespace = ? AND version = ?", (namespace.name, migration.version)
                )
            return migration.version
    return None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS _migrations (
            namespace TEXT NOT NULL, version INTEGER NOT NULL, applied_at REAL NOT NULL,
            PRIMARY KEY (namespace, version)
        )
        """
    )


@contextmanager
def _locked(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that has the lock from its first statement on, so that two starts take turns."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run the statements of a script one by one; `executescript` would end the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
