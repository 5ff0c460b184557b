"""What a migration may do when it is run: change its own database in memory, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from statefence.migrations.model import Sql, whole
from statefence.migrations.rows import fill
from statefence.migrations.sandbox import Ending, Run, copied, opened, rows, run


def ran(*statements: str) -> Run:
    return run(opened(), [Sql(text, whole("a.sql")) for text in statements])


def test_statements_change_the_database() -> None:
    database = opened()
    assert run(database, [Sql("CREATE TABLE a (id)", whole("")), Sql("INSERT INTO a VALUES (1)", whole(""))]) == Run(
        Ending.DONE
    )
    assert rows(database, "SELECT id FROM a") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{path}' AS other",
        "VACUUM INTO '{path}'",
        "/* harmless */ VACUUM INTO '{path}'",
        "VACUUM main INTO '{path}'",
        "SELECT load_extension('{path}')",
        "SELECT writefile('{path}', 'x')",
    ],
)
def test_nothing_outside_the_database_is_reached(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    assert ran(statement.format(path=path)).ending is Ending.UNKNOWN
    assert not path.exists()


def test_what_would_never_end_is_unknown() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    assert ran(endless).ending is Ending.UNKNOWN


def test_what_would_fill_the_memory_is_unknown() -> None:
    huge = "CREATE TABLE a AS WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT zeroblob(3000000) FROM n"
    assert ran(huge).ending is Ending.UNKNOWN


def test_a_pragma_of_the_whole_process_is_not_run() -> None:
    before = sqlite3.connect(":memory:").execute("PRAGMA hard_heap_limit").fetchall()
    assert ran("PRAGMA hard_heap_limit = 123456789").ending is Ending.DONE
    assert sqlite3.connect(":memory:").execute("PRAGMA hard_heap_limit").fetchall() == before


@pytest.mark.parametrize("statement", ["SELECT our_function(1)", "CREATE VIRTUAL TABLE v USING our_module(x)"])
def test_what_only_the_program_has_is_unknown(statement: str) -> None:
    assert ran(statement).ending is Ending.UNKNOWN


def test_the_statement_that_fails_is_told_and_its_transaction_taken_back() -> None:
    database = opened()
    bad = Sql("CREATE TABLE a (id)", whole("b.sql"))
    found = run(database, [Sql("BEGIN", whole("")), Sql("CREATE TABLE a (id)", whole("")), bad])
    assert (found.ending, found.at) == (Ending.FAILED, bad)
    assert not database.in_transaction


def test_a_copy_changes_alone() -> None:
    database = opened()
    run(database, [Sql("CREATE TABLE a (id)", whole(""))])
    other = copied(database)
    run(other, [Sql("DROP TABLE a", whole(""))])
    assert rows(database, "SELECT name FROM sqlite_master") == [("a",)]


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL UNIQUE, b REAL, c BLOB, d)",
        "CREATE TABLE t (id TEXT PRIMARY KEY, parent TEXT REFERENCES t (id)) STRICT",
        "CREATE TABLE t (state TEXT NOT NULL CHECK (state IN ('it''s', 'new')), n INTEGER CHECK (n IN (7, 8)))",
        "CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1), PRIMARY KEY (a)) WITHOUT ROWID",
        "CREATE TABLE t (data JSON CHECK (json_valid(data)), at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        'CREATE TABLE "select" ("order" TEXT, [group] VARCHAR(10))',
    ],
)
def test_every_table_is_filled_with_rows_that_it_takes(table: str) -> None:
    database = opened()
    run(database, [Sql(table, whole(""))])
    assert fill(database) == []
    assert rows(database, "PRAGMA foreign_key_check") == []


def test_a_table_that_takes_no_such_rows_stays_empty_and_is_named() -> None:
    database = opened()
    run(database, [Sql("CREATE TABLE t (a TEXT CHECK (length(a) = 36))", whole(""))])
    assert fill(database) == ["t"]
