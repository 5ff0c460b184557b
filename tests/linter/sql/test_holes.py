"""Texts with pieces that are not known: `{}` marks each."""

import pytest

from statefence.model import Answer
from statefence.sql import Schema, Touch, schema_of, statements

KNOWN = schema_of([["CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE TABLE u (id, x);"]])


def ask(text: str, schema: Schema = KNOWN) -> Touch:
    pieces: list[str | None] = []
    for piece in text.split("{}"):
        pieces += [piece, None]
    (touch,) = statements(pieces[:-1], schema)
    return touch


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM t WHERE a = {}",
        "SELECT * FROM t WHERE a = '{}' AND b LIKE '%{}%'",
        "SELECT {} FROM t",
        "SELECT {}, {} FROM t",
        "SELECT {} a FROM t",
        "SELECT a{} FROM t",
        "SELECT t.{} FROM t",
        "SELECT count({}) FROM t",
        "SELECT * FROM t WHERE {} = ?",
        "SELECT * FROM t WHERE {}",
        "SELECT * FROM t WHERE {} AND {}",
        "SELECT * FROM t WHERE a = ? {}",
        "SELECT * FROM t WHERE a {} b",
        "SELECT * FROM t WHERE a IS {} NULL",
        "SELECT * FROM t WHERE id IN ({})",
        "SELECT * FROM t WHERE id IN {}",
        "SELECT * FROM t WHERE id IN ({}, {}) ORDER BY {} {} LIMIT {} OFFSET {}",
        "SELECT * FROM t ORDER BY a {}",
        "SELECT * FROM t GROUP BY {} HAVING {}",
        "SELECT * FROM t ORDER BY a COLLATE {}",
        "SELECT CAST(a AS {}) FROM t",
        "SELECT json_extract(a, '$.{}') FROM t",
        "SELECT * FROM t WHERE a > datetime('now', '-{} days')",
        "SELECT * FROM t WHERE a = :{}",
        "SELECT * FROM t -- {}",
    ],
)
def test_a_hole_for_a_value_a_column_a_list_or_a_direction_leaves_the_tables_known(text: str) -> None:
    touch = ask(text)

    assert (touch.reads, touch.writes, touch.known, touch.reason) == (("t",), (), Answer.YES, "")
    assert touch.holes == text.count("{}")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t ({}) VALUES ({})",
        "INSERT INTO t (a, b) VALUES ({})",
        "INSERT INTO t (a, b) VALUES {}",
        "INSERT INTO t (a, {}) VALUES (?, {})",
        "INSERT INTO t VALUES ({})",
        "INSERT INTO t VALUES {}",
        "INSERT INTO t VALUES ({}, {}, {})",
        "INSERT OR {} INTO t (a) VALUES (?)",
        "UPDATE t SET {}",
        "UPDATE t SET {} WHERE id = ?",
        "UPDATE t SET {} = {}",
        "UPDATE t SET a = ? {}",
        "DELETE FROM t WHERE {} = {}",
    ],
)
@pytest.mark.parametrize("schema", [KNOWN, Schema()], ids=["known", "unknown"])
def test_writes_are_found_whatever_is_filled_in(text: str, schema: Schema) -> None:
    touch = ask(text, schema)

    assert (touch.writes, touch.known) == (("t",), Answer.YES)


def test_a_trigger_still_counts_when_the_number_of_values_is_not_known() -> None:
    schema = schema_of(
        [["CREATE TABLE t (a, b, c); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END"]]
    )

    assert ask("INSERT INTO t VALUES ({})", schema).writes == ("t", "log")
    assert ask("INSERT INTO t VALUES {}", schema).writes == ("t", "log")


@pytest.mark.parametrize(
    ("text", "reads", "writes", "ddl"),
    [
        ("SELECT * FROM {}", (), (), ()),
        ("SELECT * FROM {} JOIN t ON t.id = {}.id", ("t",), (), ()),
        ("SELECT * FROM shard_{} WHERE id = ?", (), (), ()),
        ("SELECT * FROM {}_log, t", ("t",), (), ()),
        ('SELECT * FROM "{}" WHERE a = 1', (), (), ()),
        ("SELECT * FROM t, {}", ("t",), (), ()),
        ("SELECT * FROM t WHERE id IN (SELECT id FROM {})", ("t",), (), ()),
        ("INSERT INTO {} (a) SELECT a FROM t", ("t",), (), ()),
        ("INSERT INTO t (a) SELECT a FROM {}", (), ("t",), ()),
        ("UPDATE {} SET a = 1", (), (), ()),
        ("DELETE FROM {} WHERE id = ?", (), (), ()),
        ("CREATE TABLE {} (id INTEGER)", (), (), ()),
        ("DROP TABLE IF EXISTS {}", (), (), ()),
        ("ALTER TABLE {} ADD COLUMN a", (), (), ()),
        ("ALTER TABLE t RENAME TO {}", (), (), ("t",)),
    ],
)
def test_a_hole_for_a_table_is_unknown_and_the_other_tables_are_named(
    text: str, reads: tuple[str, ...], writes: tuple[str, ...], ddl: tuple[str, ...]
) -> None:
    touch = ask(text)

    assert (touch.reads, touch.writes, touch.ddl, touch.known) == (reads, writes, ddl, Answer.UNKNOWN)
    assert touch.reason


@pytest.mark.parametrize("text", ["SELECT * FROM t {}", "SELECT * FROM t {} ORDER BY a", "DELETE FROM t {}"])
def test_a_hole_that_may_be_a_join_is_unknown_but_names_the_table_before_it(text: str) -> None:
    touch = ask(text)

    assert "t" in touch.reads + touch.writes
    assert (touch.known, touch.reason) == (Answer.UNKNOWN, "a part that may name more tables is not known")


def test_a_hole_for_the_database_names_the_table_and_is_unknown() -> None:
    touch = ask("SELECT * FROM {}.t")

    assert (touch.reads, touch.known) == (("t",), Answer.UNKNOWN)
    assert touch.reason == "which database it is in is not known"


@pytest.mark.parametrize("text", ["{}", "{} {}", "{} t SET a = 1", "{};"])
def test_a_hole_for_the_verb_is_unknown(text: str) -> None:
    assert ask(text).known is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("text", "kind", "ddl"),
    [
        ("CREATE TABLE IF NOT EXISTS n ({})", "create-table", ("n",)),
        ("CREATE TABLE n (id INTEGER, {} TEXT DEFAULT {})", "create-table", ("n",)),
        ("CREATE INDEX {} ON t (a)", "index", ("t",)),
        ("CREATE INDEX i_{} ON t ({})", "index", ("t",)),
        ("ALTER TABLE t ADD COLUMN {}", "alter", ("t",)),
        ("ALTER TABLE t ADD COLUMN {} {}", "alter", ("t",)),
        ("PRAGMA user_version = {}", "pragma", ()),
        ("PRAGMA {}", "pragma", ()),
        ("SAVEPOINT {}", "transaction", ()),
        ("ATTACH '{}' AS x", "attach", ()),
    ],
)
def test_holes_in_what_is_not_a_query(text: str, kind: str, ddl: tuple[str, ...]) -> None:
    touch = ask(text)

    assert (touch.kind.value, touch.ddl, touch.known) == (kind, ddl, Answer.YES)


def test_no_made_up_name_is_ever_shown() -> None:
    for text in ("SELECT {}.{} FROM {} WHERE {}", "INSERT INTO {} VALUES ({})", "DROP INDEX {}", "SELECT {} FROM"):
        assert "statefence" not in repr(ask(text)).replace("statefence.sql", "")
