"""Texts that want to do harm, or nothing sensible: never an exception, never a file, never without an end."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.sql import Schema, is_sql, schema_of, statements
from statefence.sql.clone import Clone

KNOWN = schema_of([["CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE VIEW v AS SELECT a FROM t;"]])
WORDS = """
SELECT FROM WHERE INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE VIEW TRIGGER INDEX DROP ALTER WITH
RECURSIVE AS JOIN ON USING NATURAL CONFLICT DO RETURNING UNION ORDER BY IN NOT EXISTS IF BEGIN END OVER PRAGMA
ATTACH REINDEX t v a b id u new old rowid sqlite_master sqlite_sequence ( ) , ; . = * ? ?1 :a %s $1 :: ' " ` [
] -- /* */ 1 1.5 x'00' 'x' "x" "" [] ||
"""
soup = st.lists(st.sampled_from(WORDS.split()) | st.none(), max_size=25)


@given(st.lists(st.text() | st.none(), max_size=6))
@example(["\0"])
@example(["SELECT \ud800"])
@example(["\ufffc"])
@example(["SELECT 1 FROM ''"])
@example(['SELECT * FROM ""'])
@example(["REINDEX"])
def test_any_text_has_an_answer(pieces: list[str | None]) -> None:
    for schema in (KNOWN, Schema()):
        statements(pieces, schema)
    is_sql(pieces)
    schema_of([pieces])


@given(soup)
def test_any_soup_of_sql_words_has_an_answer(words: list[str | None]) -> None:
    pieces = [piece for word in words for piece in (word, " ")]
    for touch in statements(pieces, KNOWN):
        assert (touch.known is Answer.UNKNOWN) == bool(touch.reason)
    is_sql(pieces)
    schema_of([pieces])


@given(soup)
def test_what_was_asked_before_changes_no_answer(words: list[str | None]) -> None:
    statements([piece for word in words for piece in (word, " ")], KNOWN)

    (touch,) = statements([f"SELECT a, b FROM v JOIN t -- {words!r}".replace("\n", " ")], KNOWN)
    assert (touch.reads, touch.known) == (("t",), Answer.YES)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'stray.db' AS x",
        "ATTACH 'stray.db' AS x; CREATE TABLE x.t (id); INSERT INTO x.t VALUES (1)",
        "VACUUM INTO 'stray.db'",
        "PRAGMA temp_store_directory = '.'; PRAGMA journal_mode = WAL",
        "SELECT writefile('stray.db', 'x'), load_extension('stray')",
        "CREATE TABLE t2 AS SELECT writefile('stray.db', 'x'), load_extension('stray')",
        "CREATE VIRTUAL TABLE x USING csv(filename='stray.db')",
    ],
)
def test_no_file_is_ever_made(sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    statements([sql], KNOWN)
    schema_of([[sql]])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "CREATE TABLE x AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "CREATE TABLE x AS SELECT zeroblob(1000000000)",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "1 + " * 5000 + "1",
        "SELECT 1" + " UNION SELECT 1" * 5000,
        "SELECT " + ", ".join(f"c{number}" for number in range(3000)) + " FROM wide",
        "INSERT INTO t VALUES " + ", ".join(["(1, 2, 3)"] * 5000),
        "'" * 100_001,
        "/*" * 50_000,
        "$" * 50_000,
        "[" * 50_000,
        "SELECT 1;" * 2_000,
    ],
    ids=lambda sql: sql[:30],
)
def test_big_and_endless_statements_come_to_an_end(sql: str) -> None:
    statements([sql], KNOWN)
    schema_of([[sql]])


def test_many_holes_come_to_an_end() -> None:
    pieces = [piece for _ in range(90) for piece in ("x = ", None, " AND ")]

    (touch,) = statements(["SELECT * FROM t WHERE ", *pieces, "1"], KNOWN)

    assert (touch.holes, touch.reads, touch.known) == (90, ("t",), Answer.YES)
    assert statements([None, ","] * 500, KNOWN)[0].known is Answer.UNKNOWN


def test_a_text_that_is_too_long_is_unknown() -> None:
    (touch,) = statements(["SELECT '" + "x" * 1_000_001 + "'"], KNOWN)

    assert (touch.known, touch.reason) == (Answer.UNKNOWN, "the text is too long")


def test_a_text_with_a_nul_is_unknown() -> None:
    (touch,) = statements(["SELECT '\0'"], KNOWN)

    assert (touch.known, touch.reason) == (Answer.UNKNOWN, "the text contains a NUL character")


def test_a_virtual_table_that_its_module_cannot_open_has_no_columns() -> None:
    clone = Clone()
    steps = ("CREATE VIRTUAL TABLE a USING rtree(x, y, z)", "DELETE FROM a_node", "ALTER TABLE a RENAME TO b")
    assert not any(map(clone.run, steps))
    assert clone.columns("b") == []
