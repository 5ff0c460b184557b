"""The statements of each driver: through its connections, cursors, pools and helpers."""

from __future__ import annotations

import textwrap

import pytest

from statefence.model import Answer
from statefence.policy.load import default
from statefence.project import analyse
from statefence.project.sites import Statement
from statefence.source import Source, decoded

DRIVERS = {
    "aiosqlite": """
        import aiosqlite
        async def run():
            async with aiosqlite.connect("/srv/a.db") as db:
                await db.execute("INSERT INTO a (x) VALUES (?)", (1,))
                async with db.execute("SELECT * FROM b") as cursor:
                    await cursor.execute("SELECT * FROM c")
                await db.execute_fetchall("SELECT x FROM d")
                await db.executescript("DELETE FROM e; SELECT 1;")
    """,
    "asyncpg": """
        import asyncpg
        async def run():
            pool = await asyncpg.create_pool("postgresql://host/app")
            async with pool.acquire() as connection:
                await connection.execute("INSERT INTO a (x) VALUES ($1)", 1)
                await connection.fetch("SELECT * FROM b WHERE id = ANY($1::int[])", [5])
                statement = await connection.prepare("SELECT * FROM c WHERE id = $1")
                await statement.fetch("SELECT is no SQL here")
            await pool.fetchval("SELECT count(*) FROM public.d")
            async with pool.acquire() as connection:
                async for row in connection.cursor("WITH x AS (DELETE FROM e RETURNING *) SELECT * FROM x"):
                    print(row)
    """,
    "psycopg": """
        import psycopg
        from psycopg import sql
        def run(value):
            with psycopg.connect("postgresql://host/app") as connection:
                connection.execute("INSERT INTO a (x) VALUES (%s) ON CONFLICT (x) DO NOTHING RETURNING id", (1,))
                with connection.cursor("name of a cursor") as cursor:
                    cursor.execute(query="SELECT * FROM b WHERE x = %(name)s", params={"name": 1})
                    text = sql.SQL("SELECT {} FROM {} WHERE x = {}")
                    cursor.execute(text.format(sql.Identifier("x"), sql.Identifier("c"), sql.Literal(value)))
                    cursor.stream("SELECT 1 FROM d")
                    cursor.copy("COPY e (x) FROM STDIN")
    """,
    "psycopg2": """
        import psycopg2
        from psycopg2.extras import execute_batch, execute_values
        connection = psycopg2.connect(host="db", dbname="app")
        cursor = connection.cursor()
        execute_values(cursor, "INSERT INTO a (x) VALUES %s", [(1,)])
        cursor.execute("SELECT * FROM b JOIN c ON c.id = b.id WHERE b.x = %s", (1,))
        cursor.copy_expert("COPY (SELECT * FROM d) TO STDOUT", None)
        execute_batch(cursor, "DELETE FROM e", [()])
    """,
    "sqlalchemy": """
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session
        engine = create_engine("sqlite:////srv/a.db")
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO a (x) VALUES (:x)").bindparams(x=1))
            connection.execute(statement=text("SELECT * FROM b WHERE x = :x"), parameters={"x": 1})
            connection.exec_driver_sql("SELECT * FROM c")
        with Session(engine) as session:
            session.scalar(text("SELECT count(*) FROM d"))
            session.execute(text("DELETE FROM e"))
    """,
    "sqlite_utils": """
        import sqlite_utils
        db = sqlite_utils.Database("/srv/a.db")
        db["a"].insert({"x": 1})
        db.execute("SELECT * FROM b")
        list(db.query("SELECT * FROM c"))
        db["d"].rows_where("x = ?", [1])
        db.conn.execute("DELETE FROM e")
    """,
    "peewee": """
        from peewee import PostgresqlDatabase
        db = PostgresqlDatabase("app")
        db.execute_sql("INSERT INTO a (x) VALUES (%s) RETURNING id", (1,))
        db.execute_sql("SELECT * FROM b, c")
        with db.atomic():
            db.execute_sql("SELECT * FROM d FOR UPDATE SKIP LOCKED")
            db.execute_sql("DELETE FROM e")
    """,
}


def statements(program: str) -> tuple[Statement, ...]:
    read = decoded("app.py", textwrap.dedent(program).encode())
    assert isinstance(read, Source)
    return analyse([read], default("/project")).statements_by_path["app.py"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_statement_is_known(driver: str) -> None:
    found = statements(DRIVERS[driver])
    assert {name for each in found for name in each.reads} == {"b", "c", "d"}
    assert {name for each in found for name in each.writes} == {"a", "e"}
    assert {each.known for each in found} == {Answer.YES}
    assert {bool(each.connection) for each in found} == {True}


def test_a_table_that_a_method_makes_is_told() -> None:
    (made,) = statements('import sqlite_utils\nsqlite_utils.Database("/srv/a.db").create_table("notes", {"id": int})\n')
    assert made.ddl == ("notes",)


def test_a_name_that_the_caller_decides_stays_open() -> None:
    program = """
        import psycopg
        from psycopg import sql
        def run(table):
            db = psycopg.connect("postgresql://host/app")
            db.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
    """
    (found,) = statements(program)
    assert (found.reads, found.known) == ((), Answer.UNKNOWN)
