"""The digest of a table tells content from housekeeping."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_statefence.copying import copy_database
from pytest_statefence.images import digest, lost_rows

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8")),
    st.binary(max_size=40),
)
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=8)


def write(path: Path, rows: list[tuple[object, object]]) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = off")
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_order_does_not_count(tmp_path: Path, rows: list[tuple[object, object]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))

    assert digest(str(write(tmp_path / "a.db", rows)), None) == digest(str(write(tmp_path / "b.db", shuffled)), None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, changed=ROWS)
def test_different_rows_differ(
    tmp_path: Path, rows: list[tuple[object, object]], changed: list[tuple[object, object]]
) -> None:
    same = sorted(map(repr, stored(rows))) == sorted(map(repr, stored(changed)))

    first, second = (digest(str(write(tmp_path / "a.db", some)), None) for some in (rows, changed))

    assert (first == second) == same


def stored(rows: list[tuple[object, object]]) -> list[tuple[object, object]]:
    """The rows as SQLite gives them back: a negative zero loses its sign where it is kept as an integer."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        return connection.execute("SELECT * FROM t").fetchall()


@pytest.mark.parametrize("statement", ["VACUUM", "ANALYZE", "REINDEX", "UPDATE t SET a = a", "PRAGMA user_version = 7"])
def test_housekeeping_changes_no_digest(tmp_path: Path, statement: str) -> None:
    path = write(tmp_path / "a.db", [(1, "x"), (2, b"y")])
    before = digest(str(path), None)

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM t WHERE a = 9")
        connection.execute(statement)

    assert digest(str(path), None) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE t SET b = 'z' WHERE a = 1",
        "UPDATE t SET b = CAST('x' AS BLOB) WHERE a = 1",
        "UPDATE t SET a = 1.0 WHERE a = 1",
        "INSERT INTO t SELECT * FROM t",
        "ALTER TABLE t ADD COLUMN c",
        "DROP TABLE t",
    ],
)
def test_every_change_of_content_or_schema_changes_it(tmp_path: Path, statement: str) -> None:
    path = write(tmp_path / "a.db", [(1, "x"), (2, b"y")])
    before = digest(str(path), None)

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)

    assert digest(str(path), None) != before


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_part_of_a_large_database_is_told_like_the_whole(tmp_path: Path, journal: str) -> None:
    copies = changed(tmp_path, journal)
    every = [digest(copy, None) for copy in copies]

    for name in ("small", "indexed", "large", "keyed", "words"):
        assert [digest(copy, [name]) for copy in copies] == [{name: state[name]} for state in every], name
    assert lost_rows(*copies, every[0]) == dict.fromkeys(every[0], 0) | {"small": 1, "indexed": 1, "large": 1}


def changed(tmp_path: Path, journal: str) -> tuple[str, str]:
    """Copies of a database before and after small changes; the second stands on the first."""
    path = tmp_path / "x.db"
    copies = [tmp_path / name for name in ("before", "after")]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}").fetchall()
        connection.executescript(TABLES)
        copied = [copy_database(str(path), str(made(copies[0])))]
        for table in ("small", "indexed", "large"):
            connection.execute(f"UPDATE {table} SET a = 'changed' WHERE rowid = 7")
        copied.append(copy_database(str(path), str(made(copies[1])), copied[0]))
    return copied[0], copied[1]


def made(directory: Path) -> Path:
    directory.mkdir()
    return directory


TABLES = """
CREATE TABLE small (a);
CREATE TABLE indexed (id INTEGER PRIMARY KEY, a);
CREATE INDEX covering ON indexed (a);
CREATE TABLE large (a, b);
CREATE TABLE keyed (a PRIMARY KEY, b) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(a);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO large SELECT i, zeroblob(20000 + i) FROM n;
INSERT INTO small SELECT a FROM large;
INSERT INTO indexed (a) SELECT a FROM large;
INSERT INTO keyed SELECT a, 'x' || a FROM large;
INSERT INTO words SELECT 'word' || a FROM large;
"""
