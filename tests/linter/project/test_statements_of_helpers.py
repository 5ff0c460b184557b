"""Statements behind a program's own helpers: functions within functions, methods of objects that are not known."""

from __future__ import annotations

import textwrap

import pytest

from statefence.model import Answer
from statefence.policy.load import default
from statefence.project import analyse
from statefence.project.sites import Statement
from statefence.source import Source, decoded


def statements(program: str, path: str = "app.py") -> tuple[Statement, ...]:
    read = decoded(path, textwrap.dedent(program).encode())
    assert isinstance(read, Source)
    return analyse([read], default("/project")).statements_by_path.get(path, ())


def test_a_function_within_one_runs_what_the_outer_one_is_handed() -> None:
    program = """
        class Database:
            async def execute(self, sql, params=None):
                def in_thread(conn):
                    cursor = conn.cursor()
                    cursor.execute(sql, params or [])
                    return cursor.fetchall()
                return await self.execute_fn(in_thread)

            async def names(self):
                return await self.execute("SELECT name FROM notes")
    """
    assert [each.reads for each in statements(program)] == [("notes",)]


def test_what_a_class_is_given_is_no_text_of_its_methods() -> None:
    program = """
        class Table:
            def __init__(self, db, name):
                self.db, self.name = db, name

            def count(self):
                return self.db.execute(f"SELECT count(*) FROM {self.name}")

        Table(None, "notes").count()
    """
    found = statements(program)
    assert all(each.sql.startswith("SELECT") for each in found)


@pytest.mark.parametrize(
    "call",
    [
        'app.database().execute_write("INSERT INTO notes (text) VALUES (?)", ["x"])',
        'db.query("INSERT INTO notes (text) VALUES (?) RETURNING id", ["x"])',
        'conn.fetchrow("INSERT INTO notes (text) VALUES ($1) RETURNING id", "x")',
        'await database.fetch_one(query="INSERT INTO notes (text) VALUES (:text) RETURNING id")',
        'op.execute("INSERT INTO notes (text) VALUES (1)")',
        'store.execute_many("INSERT INTO notes (text) VALUES (?)", [["x"]])',
    ],
)
def test_a_method_with_a_usual_name_runs_sql_that_is_written_out(call: str) -> None:
    program = f"from alembic import op\n\nasync def run(app, db, conn, database, store):\n    {call}\n"
    assert [each.writes for each in statements(program)] == [("notes",)]


@pytest.mark.parametrize(
    "call",
    [
        'db.query("Select a model from the list")',
        'db.fetch("settings")',
        "db.query(text)",
        'client.fetch("https://host/select?x=1")',
        'element.query("select > option")',
        'agent.execute_query("Delete the old notes, please")',
        'logger.info("SELECT * FROM notes")',
    ],
)
def test_what_is_no_sql_is_no_statement(call: str) -> None:
    assert statements(f"def run(db, client, element, agent, logger, text):\n    {call}\n") == ()


def test_a_frame_is_read_by_sql() -> None:
    program = """
        import sqlite3
        import pandas as pd
        pd.read_sql_query("SELECT * FROM notes", sqlite3.connect("/srv/a.db"))
    """
    (found,) = statements(program)
    assert found.reads == ("notes",)
    assert found.connection[0].template is not None


def test_what_only_postgresql_understands_is_its_own_where_the_file_speaks_of_it() -> None:
    program = """
        import psycopg
        def run(cursor):
            cursor.execute("SELECT DISTINCT ON (name) * FROM notes WHERE tags @> %s ORDER BY name")
            cursor.execute("Copy the notes to standard output")
    """
    assert [each.reads for each in statements(program)] == [("notes",)]
    assert statements(program.replace("psycopg", "other")) == ()


def test_a_setting_that_is_a_number_touches_no_table() -> None:
    program = """
        import sqlite3
        def run(size):
            sqlite3.connect("/srv/a.db").execute(f"PRAGMA cache_size=-{size}")
    """
    (found,) = statements(program)
    assert (found.reads, found.known) == ((), Answer.YES)
