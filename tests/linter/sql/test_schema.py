"""The schema that the project's own `CREATE` and `ALTER` statements build up."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.sql import Schema, Touch, schema_of, statements


def ask(sql: str, schema: Schema) -> Touch:
    (touch,) = statements([sql], schema)
    return touch


def columns(schema: Schema, table: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    for sql in schema.ddl:
        connection.execute(sql)
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return names


def test_a_schema_runs_on_an_empty_database() -> None:
    schema = schema_of([["CREATE TABLE t (a); CREATE INDEX i ON t (a)"], ["CREATE VIEW v AS SELECT a FROM t"]])

    assert len(schema.ddl) == 3
    assert columns(schema, "v") == ["a"]


def test_two_tables_of_one_name_become_one_with_the_columns_of_both() -> None:
    schema = schema_of(
        [["CREATE TABLE t (id, a)"], ["CREATE TABLE IF NOT EXISTS t (id, b)"], ["create table T (c, a)"]]
    )

    assert columns(schema, "t") == ["id", "a", "b", "c"]


def test_what_is_declared_before_its_table_is_still_found() -> None:
    schema = schema_of(
        [
            ["ALTER TABLE t ADD COLUMN b"],
            ["CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM u; END"],
            ["CREATE INDEX i ON t (b)"],
            ["CREATE TABLE t (a)"],
        ]
    )

    assert columns(schema, "t") == ["a", "b"]
    assert ask("INSERT INTO t (a) VALUES (1)", schema).writes == ("t", "u")
    assert ask("DROP INDEX i", schema).ddl == ("t",)


def test_a_table_rebuilt_by_a_migration_has_the_new_columns() -> None:
    schema = schema_of(
        [
            ["CREATE TABLE t (id, old); CREATE VIEW v AS SELECT id FROM t"],
            [
                """
                CREATE TABLE t_new (id, new); INSERT INTO t_new SELECT id, old FROM t; DROP TABLE t;
                ALTER TABLE t_new RENAME TO t
                """
            ],
        ]
    )

    assert columns(schema, "t") == ["id", "old", "new"]
    assert ask("SELECT * FROM v", schema).reads == ("t",)


def test_a_renamed_table_is_known_by_its_new_name() -> None:
    schema = schema_of([["CREATE TABLE a (x); CREATE VIEW v AS SELECT x FROM a; ALTER TABLE a RENAME TO b"]])

    assert ask("SELECT * FROM v", schema).reads == ("b",)


def test_holes_are_filled_and_made_up_names_left_out() -> None:
    schema = schema_of(
        [
            ["CREATE TABLE ", None, "_log (id)"],
            ["CREATE TABLE t (id INTEGER DEFAULT ", None, ", kind TEXT CHECK (kind IN (", None, ")))"],
        ]
    )

    assert columns(schema, "t") == ["id", "kind"]
    assert not any("log" in sql for sql in schema.ddl)


def test_statements_that_build_nothing_are_not_run() -> None:
    schema = schema_of([["CREATE TABLE t (a); INSERT INTO t VALUES (1); DROP TABLE t; ATTACH 'x.db' AS x; PRAGMA a"]])

    assert schema.ddl == ("CREATE TABLE t ( a )",)


def test_views_of_views_and_triggers_of_triggers_reach_the_tables() -> None:
    schema = schema_of(
        [
            [
                """
                CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x);
                CREATE VIEW v AS SELECT a.x FROM a JOIN b USING (x);
                CREATE VIEW w AS SELECT x FROM v;
                CREATE TRIGGER t1 AFTER INSERT ON a BEGIN UPDATE b SET x = 1; END;
                CREATE TRIGGER t2 AFTER UPDATE ON b BEGIN DELETE FROM c; END;
                """
            ]
        ]
    )

    assert set(ask("SELECT * FROM w", schema).reads) == {"a", "b"}
    assert ask("INSERT INTO a VALUES (1)", schema).writes == ("a", "b", "c")


def test_a_virtual_table_answers_for_its_shadow_tables_and_for_a_missing_module() -> None:
    schema = schema_of(
        [
            ["CREATE VIRTUAL TABLE f USING fts5(title, content='')"],
            ["CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)"],
            ["CREATE VIRTUAL TABLE vec USING vec0(id INTEGER PRIMARY KEY, embedding float[3], distance_metric=cosine)"],
        ]
    )

    assert ask("SELECT * FROM f_data, r_node", schema).reads == ("f", "r")
    assert ask("INSERT INTO f (title) VALUES ('x')", schema).reads == ()
    assert columns(schema, "vec") == ["id", "embedding"]


def test_a_table_whose_name_only_begins_like_a_virtual_table_is_its_own() -> None:
    schema = schema_of(
        [["CREATE VIRTUAL TABLE notes USING fts5(body); CREATE TABLE notes_archive (id); CREATE TABLE notes_stat (id)"]]
    )

    assert ask("SELECT * FROM notes_archive, notes_stat", schema).reads == ("notes_archive", "notes_stat")


def test_a_temporary_table_hides_no_table_of_a_store() -> None:
    schema = schema_of([["CREATE TEMP TABLE t (a)"], ["CREATE TABLE t (a)"], ["CREATE TEMP TABLE only (a)"]])

    assert ask("DELETE FROM t", schema).writes == ("t",)
    assert ask("DELETE FROM only", schema).writes == ()


def test_what_cannot_be_made_is_left_out_and_stood_in_for() -> None:
    schema = schema_of([["CREATE TABLE t (id, at TIMESTAMPTZ DEFAULT now())"], ["CREATE TABLE u (id)"]])

    touch = ask("SELECT t.at FROM t JOIN u ON u.id = t.id", schema)
    assert (touch.reads, touch.known) == (("t", "u"), Answer.YES)


def test_equal_texts_give_equal_schemas() -> None:
    texts = [["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"]]

    assert schema_of(texts) == schema_of(texts)
    assert hash(schema_of(texts)) == hash(schema_of(texts))


@given(
    st.permutations(
        ["CREATE TABLE a (x)", "CREATE TABLE b (y)", "CREATE VIEW v AS SELECT x FROM a", "CREATE INDEX i ON b (y)"]
    )
)
def test_the_order_of_the_files_does_not_matter(texts: list[str]) -> None:
    schema = schema_of([[text] for text in texts])

    assert ask("SELECT * FROM v JOIN b", schema).reads == ("b", "a")
    assert ask("DROP INDEX i", schema).ddl == ("b",)
