"""Foreign keys and the places they are written at."""

from __future__ import annotations

from tests.linter.migrations.reading import only, read

from statefence.migrations.indexes import index_edits, unindexed
from statefence.model import CreateFile


def test_a_place_is_the_column_that_refers() -> None:
    text = "CREATE TABLE b (\n  a INTEGER,\n  c TEXT,\n  FOREIGN KEY (a) REFERENCES x (y)\n);\n"
    (found,) = unindexed(only({"app/migrations/001_b.sql": text}))
    span = found.place.span
    assert (span.line, span.column, span.end_column) == (4, 15, 16)


def test_a_place_inside_of_python_is_on_the_line_of_the_column() -> None:
    text = 'up = """\nCREATE TABLE b (\n  a INTEGER REFERENCES x (y)\n)\n"""\n'
    (found,) = unindexed(only({"app/migrations/m001_b.py": text}))
    assert found.place.span.line == 3


def test_a_key_of_several_columns_needs_them_all_first() -> None:
    text = "CREATE TABLE b (a, c, d, FOREIGN KEY (a, c) REFERENCES x (a, c));\nCREATE INDEX i ON b (a, d, c);\n"
    (found,) = unindexed(only({"app/migrations/001_b.sql": text}))
    assert found.columns == ("a", "c")


def test_a_table_that_is_dropped_later_does_not_count() -> None:
    files = {
        "app/migrations/001_b.sql": "CREATE TABLE b (a REFERENCES x (y));\n",
        "app/migrations/002_drop.sql": "DROP TABLE b;\n",
    }
    assert unindexed(only(files)) == ()


def test_a_rebuilt_table_is_reported_where_its_key_was_written_first() -> None:
    files = {
        "app/migrations/001_b.sql": "CREATE TABLE b (a REFERENCES x (y));\n",
        "app/migrations/002_rebuild.sql": (
            "CREATE TABLE c (a REFERENCES x (y), n TEXT);\nDROP TABLE b;\nALTER TABLE c RENAME TO b;\n"
        ),
    }
    (found,) = unindexed(only(files))
    assert found.migration.key == "001_b"


def test_names_are_quoted_only_where_they_must_be() -> None:
    text = 'CREATE TABLE "order" ("group by" REFERENCES x (y));\n'
    history = only({"app/migrations/001_b.sql": text})
    edit = index_edits(history, unindexed(history))[0]
    assert isinstance(edit, CreateFile)
    assert edit.text == 'CREATE INDEX "idx_order_group by" ON "order" ("group by");\n'


def test_the_tables_of_another_namespace_are_its_own() -> None:
    files = {
        "app/a/001_a.sql": "CREATE TABLE a (x REFERENCES y (z));\n",
        "app/b/001_b.sql": "CREATE TABLE b (x INTEGER);\n",
    }
    every = read(files, '{ a = "app/a", b = "app/b" }')
    assert [len(unindexed(history, every)) for history in every] == [1, 0]
