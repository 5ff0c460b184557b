"""The tables in which databases say what they have applied, whichever tool writes them."""

import sqlite3
from contextlib import closing

import pytest

from statefence.migrations.bookkeeping import applied_in, lists_migrations


@pytest.mark.parametrize(
    "table",
    ["_migrations", "schema_migrations", "django_migrations", "Alembic_Version", "schema_versions", "goose_db_version"],
)
def test_what_tools_call_their_table_is_known(table: str) -> None:
    assert lists_migrations(table)


@pytest.mark.parametrize("table", ["immigration", "emigrations", "versions", "notes"])
def test_other_tables_are_the_program_s(table: str) -> None:
    assert not lists_migrations(table)


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        ("version", (2,), ("", "2")),
        ("namespace, version", ("notes", 2), ("notes", "2")),
        ("id, app, name", (7, "x", "0001_initial"), ("", "0001_initial")),
        ("id, version_id, is_applied", (3, 20, 1), ("", "20")),
        ("revision", ("1a2b",), ("", "1a2b")),
    ],
)
def test_the_surest_column_says_which_migration(
    columns: str, row: tuple[object, ...], expected: tuple[str, str]
) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE migrations ({columns})")
        connection.execute(f"INSERT INTO migrations VALUES ({', '.join('?' * len(row))})", row)
        assert applied_in(connection, "migrations") == [expected]


def test_a_table_without_such_a_column_and_rows_without_a_value_tell_nothing() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("CREATE TABLE migrations (done); INSERT INTO migrations VALUES (1)")
        connection.executescript("CREATE TABLE other (version); INSERT INTO other VALUES (NULL), (2), (1)")
        assert applied_in(connection, "migrations") == []
        assert applied_in(connection, "other") == [("", "1"), ("", "2")]
