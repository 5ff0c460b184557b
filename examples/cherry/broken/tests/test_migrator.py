"""Migrations are applied when the program starts."""

import sqlite3

from cherry.database.migrations import MIGRATIONS
from cherry.database.migrator import applied, migrate, roll_back_last


def test_what_is_pending_is_applied_once(empty: sqlite3.Connection) -> None:
    assert migrate(empty, MIGRATIONS) == list(MIGRATIONS)
    assert migrate(empty, MIGRATIONS) == []
    assert applied(empty) == [migration.id for migration in MIGRATIONS]


def test_the_last_migration_is_taken_back(database: sqlite3.Connection) -> None:
    assert roll_back_last(database, MIGRATIONS) == MIGRATIONS[-1]
    assert applied(database) == [migration.id for migration in MIGRATIONS[:-1]]


def test_what_was_taken_back_is_applied_again(database: sqlite3.Connection) -> None:
    roll_back_last(database, MIGRATIONS)
    assert migrate(database, MIGRATIONS) == [MIGRATIONS[-1]]


def test_nothing_is_taken_back_where_nothing_was_applied(empty: sqlite3.Connection) -> None:
    assert roll_back_last(empty, MIGRATIONS) is None


def test_an_older_database_gets_what_it_lacks(empty: sqlite3.Connection) -> None:
    assert migrate(empty, MIGRATIONS[:2]) == list(MIGRATIONS[:2])
    assert migrate(empty, MIGRATIONS) == list(MIGRATIONS[2:])
