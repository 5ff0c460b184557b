"""Merging two databases against a model of it in Python, and the cases in which it must be refused."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statefence.state.journal import Target
from statefence.state.merging import RefusedError, TableMerge
from statefence.state.steps import merge_into

from .databases import dump, make, rows

VALUES = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, width=16).filter(lambda number: number != 0),
    st.text(st.characters(codec="utf-8"), max_size=3),
    st.binary(max_size=3),
)
KEYS = st.one_of(st.integers(-2, 4), st.sampled_from(["", "a", "A", "b"]), st.none(), st.binary(max_size=1))
FORMS = st.sampled_from(
    [
        "(k PRIMARY KEY, a, b)",
        "(k PRIMARY KEY COLLATE NOCASE, a, b)",
        "(a, k INTEGER PRIMARY KEY, b)",
        "(k INTEGER PRIMARY KEY AUTOINCREMENT, a, b)",
        "(k TEXT NOT NULL PRIMARY KEY, a, b REAL) WITHOUT ROWID",
        "(k, a, b)",
        "(k, a, b, g AS (coalesce(a, '') || 'x') STORED)",
        "(k PRIMARY KEY, a UNIQUE, b)",
        "(rowid, k, a, b)",
    ]
)
RELATED = ("CREATE TABLE t (k PRIMARY KEY, m UNIQUE)", "CREATE TABLE u (k PRIMARY KEY, t REFERENCES t)")
ROWS = st.lists(st.tuples(KEYS, VALUES, VALUES), max_size=6)


def filled(path: Path, form: str, content: list[tuple[Any, ...]]) -> Path:
    """A database with a table of this form and those of the rows that it takes."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = off")
        connection.execute(f"CREATE TABLE t {form}")
        for row in content:
            with suppress(sqlite3.IntegrityError):
                connection.execute("INSERT INTO t (k, a, b) VALUES (?, ?, ?)", row)
    return path


def merged(source: Path, target: Path, *tables: str) -> dict[str, TableMerge]:
    found = merge_into(Target("admin", str(target), tables or ("t",)), str(source), None, 0o600)
    return {table.table: table for table in found}


def exact(content: list[tuple[Any, ...]]) -> Counter[str]:
    return Counter(map(repr, content))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=FORMS, ours=ROWS, theirs=ROWS)
def test_it_does_what_the_model_does(tmp_path: Path, form: str, ours: Any, theirs: Any) -> None:
    source, target = filled(tmp_path / "source.db", form, ours), filled(tmp_path / "target.db", form, theirs)
    query = "SELECT k, a, b FROM t"
    ours, theirs = rows(source, query), rows(target, query)
    expected = list(theirs)
    keyed, unique = "PRIMARY KEY" in form, "UNIQUE" in form
    fold = str.casefold if "NOCASE" in form else str
    refused = 0

    def same_key(one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return fold(one) == fold(other)
        return one is not None and one == other

    left = Counter(map(repr, (row for row in theirs if not keyed or row[0] is None)))
    for row in ours:
        if keyed and row[0] is not None:
            rival = [other for other in theirs if same_key(row[0], other[0])]
            if rival:
                refused += repr(rival[0]) != repr(row)
                continue
        elif left[repr(row)]:
            left[repr(row)] -= 1
            continue
        if unique and any(row[1] is not None and row[1] == other[1] for other in expected):
            refused += 1
            continue
        expected.append(row)

    outcome = merged(source, target)["t"]

    assert exact(rows(target, query)) == exact(expected)
    assert outcome.inserted == len(expected) - len(theirs)
    assert len(outcome.conflicts) == refused
    assert outcome.inserted + outcome.same + len(outcome.conflicts) == len(ours)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=FORMS, ours=ROWS, theirs=ROWS)
def test_merging_again_changes_nothing(tmp_path: Path, form: str, ours: Any, theirs: Any) -> None:
    source, target = filled(tmp_path / "source.db", form, ours), filled(tmp_path / "target.db", form, theirs)
    merged(source, target)
    once = dump(target)

    assert merged(source, target)["t"].inserted == 0
    assert dump(target) == once


def test_a_table_that_the_target_lacks_comes_with_its_indexes_and_triggers(tmp_path: Path) -> None:
    table = "CREATE TABLE t (k INTEGER PRIMARY KEY, a)"
    index = "CREATE INDEX t_a ON t (a)"
    trigger = "CREATE TRIGGER t_kept BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'no'); END"
    source = make(tmp_path / "source.db", table, index, trigger, "INSERT INTO t VALUES (1, 'x')")
    target = make(tmp_path / "target.db", "CREATE TABLE u (a)")

    assert merged(source, target)["t"].created
    assert [sql for (sql,) in rows(target, "SELECT sql FROM sqlite_master WHERE tbl_name = 't'")] == [
        table,
        index,
        trigger,
    ]


def test_triggers_do_not_answer_to_rows_that_only_move(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER seen AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.k); END"
    tables = ("CREATE TABLE t (k PRIMARY KEY)", "CREATE TABLE log (k)", trigger)
    source = make(tmp_path / "source.db", *tables, "INSERT INTO t VALUES (1)")
    target = make(tmp_path / "target.db", *tables)

    merged(source, target, "t", "log")

    assert rows(target, "SELECT k FROM log") == [(1,)]
    make(target, "INSERT INTO t VALUES (2)")
    assert rows(target, "SELECT k FROM log") == [(1,), (2,)]


def test_an_index_of_words_follows_the_rows_it_is_of(tmp_path: Path) -> None:
    tables = (
        "CREATE TABLE t (k INTEGER PRIMARY KEY, a)",
        "CREATE VIRTUAL TABLE words USING fts5 (a, content='t', content_rowid='k')",
        "CREATE TRIGGER seen AFTER INSERT ON t BEGIN INSERT INTO words (rowid, a) VALUES (new.k, new.a); END",
    )
    source = make(tmp_path / "source.db", *tables, "INSERT INTO t VALUES (1, 'lark')")
    target = make(tmp_path / "target.db", *tables, "INSERT INTO t VALUES (2, 'wren')")

    merged(source, target, "t", "words")

    assert rows(target, "SELECT rowid FROM words WHERE words MATCH 'lark OR wren' ORDER BY 1") == [(1,), (2,)]


def test_a_table_of_words_is_merged_by_whole_rows(tmp_path: Path) -> None:
    table = "CREATE VIRTUAL TABLE t USING fts5 (a, b UNINDEXED)"
    source = make(tmp_path / "source.db", table, "INSERT INTO t VALUES ('lark', 1), ('wren', 2)")
    target = make(tmp_path / "target.db", table, "INSERT INTO t VALUES ('wren', 2)")

    assert merged(source, target)["t"].inserted == 1
    assert rows(target, "SELECT b FROM t WHERE t MATCH 'lark'") == [(1,)]


def test_numbers_given_out_in_either_are_not_given_out_again(tmp_path: Path) -> None:
    table = "CREATE TABLE t (k INTEGER PRIMARY KEY AUTOINCREMENT)"
    gone = ("INSERT INTO t VALUES (90)", "DELETE FROM t")
    source = make(tmp_path / "source.db", table, *gone, "INSERT INTO t VALUES (3)")
    target = make(tmp_path / "target.db", table, "INSERT INTO t VALUES (5)")

    merged(source, target)

    make(target, "INSERT INTO t DEFAULT VALUES")
    assert rows(target, "SELECT k FROM t") == [(3,), (5,), (91,)]


def test_text_that_is_no_utf_8_arrives_as_it_was(tmp_path: Path) -> None:
    table = "CREATE TABLE t (a)"
    source = make(tmp_path / "source.db", table, "INSERT INTO t VALUES (CAST(x'ff00fe' AS TEXT))")
    target = make(tmp_path / "target.db", table)

    merged(source, target)

    assert rows(target, "SELECT typeof(a), hex(a) FROM t") == [("text", "FF00FE")]


def test_conflicts_name_key_and_columns(tmp_path: Path) -> None:
    table = "CREATE TABLE t (k TEXT PRIMARY KEY, a, b, mail UNIQUE)"
    source = make(tmp_path / "source.db", table, "INSERT INTO t VALUES ('x', 1, 2, 'm'), ('y', 1, 1, 'n')")
    target = make(tmp_path / "target.db", table, "INSERT INTO t VALUES ('x', 1, 3, 'm'), ('z', 1, 1, 'n')")

    found = merged(source, target)["t"].conflicts

    assert [(conflict.key, conflict.differs) for conflict in found] == [
        ({"k": "x"}, ("b",)),
        ({"k": "y"}, ("UNIQUE constraint failed: t.mail",)),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        (["CREATE TABLE t (k, a)"], ["CREATE TABLE t (k)"], "only the source has a"),
        (["CREATE TABLE t (k)"], ["CREATE TABLE t (k, a)"], "only the target has a"),
        (["CREATE TABLE t (k TEXT)"], ["CREATE TABLE t (k INTEGER)"], "k is `TEXT` in the source"),
        (["CREATE TABLE t (k)"], ["CREATE TABLE t (k PRIMARY KEY)"], "PRIMARY KEY"),
        (
            ["CREATE TABLE t (k)", "INSERT INTO t VALUES (NULL)"],
            ["CREATE TABLE t (k NOT NULL)"],
            "NOT NULL constraint failed",
        ),
        (
            ["CREATE TABLE t (k)", "PRAGMA user_version = 2"],
            ["CREATE TABLE t (k)", "PRAGMA user_version = 3"],
            "its user_version is 2",
        ),
        (
            ["CREATE TABLE schema_migrations (k)", "INSERT INTO schema_migrations VALUES (2)"],
            ["CREATE TABLE schema_migrations (k)"],
            "lists migrations",
        ),
        (
            ["CREATE VIRTUAL TABLE t USING rtree (k, a, b)", "INSERT INTO t VALUES (1, 2, 3)"],
            [],
            "virtual table",
        ),
        (
            [*RELATED, "INSERT INTO t VALUES (1, 'm')", "INSERT INTO u VALUES (1, 1)"],
            [*RELATED, "INSERT INTO t VALUES (2, 'm')"],
            "foreign keys would lead nowhere: 1 rows of u to t",
        ),
        (["PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (k)"], ["CREATE TABLE t (k)"], "text encoding"),
    ],
)
def test_what_would_spoil_something_is_refused(tmp_path: Path, ours: Any, theirs: Any, reason: str) -> None:
    source = make(tmp_path / "source.db", *ours)
    target = make(tmp_path / "target.db", "CREATE TABLE other (a)", *theirs)
    before = dump(target)

    with pytest.raises(RefusedError, match=reason):
        merged(source, target, "t", "u", "schema_migrations")

    assert dump(target) == before


def test_a_target_that_is_not_there_is_made_with_the_encoding_of_the_source(tmp_path: Path) -> None:
    source = make(
        tmp_path / "source.db", "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (k)", "INSERT INTO t VALUES ('x')"
    )

    merged(source, tmp_path / "new" / "target.db")

    assert rows(tmp_path / "new" / "target.db", "SELECT k FROM t") == [("x",)]
    assert rows(tmp_path / "new" / "target.db", "PRAGMA encoding") == [("UTF-16le",)]


def test_a_target_that_is_refused_is_not_made(tmp_path: Path) -> None:
    source = make(
        tmp_path / "source.db", "CREATE VIRTUAL TABLE t USING rtree (k, a, b)", "INSERT INTO t VALUES (1, 2, 3)"
    )

    with pytest.raises(RefusedError):
        merged(source, tmp_path / "target.db")

    assert not (tmp_path / "target.db").exists()


def test_a_wide_table_without_key_is_compared_in_every_column(tmp_path: Path) -> None:
    columns = ", ".join(f"c{number}" for number in range(150))
    values = ", ".join(map(str, range(150)))
    table = f"CREATE TABLE t ({columns})"
    source = make(
        tmp_path / "source.db", table, f"INSERT INTO t VALUES ({values})", f"INSERT INTO t VALUES ({values[:-1]}8)"
    )
    target = make(tmp_path / "target.db", table, f"INSERT INTO t VALUES ({values})")

    outcome = merged(source, target)["t"]

    assert (outcome.inserted, outcome.same) == (1, 1)
    assert rows(target, "SELECT c149 FROM t") == [(149,), (148,)]


def test_a_key_of_several_columns_is_one_key(tmp_path: Path) -> None:
    table = "CREATE TABLE t (a, b, v, PRIMARY KEY (b, a))"
    source = make(tmp_path / "source.db", table, "INSERT INTO t VALUES (1, 1, 's'), (1, 2, 's'), (2, 1, 's')")
    target = make(tmp_path / "target.db", table, "INSERT INTO t VALUES (1, 2, 't')")

    (conflict,) = merged(source, target)["t"].conflicts

    assert conflict.key == {"b": 2, "a": 1}
    assert rows(target, "SELECT * FROM t ORDER BY a, b") == [(1, 1, "s"), (1, 2, "t"), (2, 1, "s")]


def test_names_that_need_quoting_are_quoted(tmp_path: Path) -> None:
    table = 'CREATE TABLE "select ""t""" ("group" PRIMARY KEY, "a b" REFERENCES "select ""t""")'
    index = 'CREATE INDEX "i ""x""" ON "select ""t""" ("a b")'
    source = make(tmp_path / "source.db", table, index, 'INSERT INTO "select ""t""" VALUES (1, NULL), (2, 1)')
    target = make(tmp_path / "target.db", "CREATE TABLE other (a)")

    merged(source, target, 'select "t"')

    assert rows(target, 'SELECT * FROM "select ""t"""') == [(1, None), (2, 1)]
