"""Which methods of a connection, cursor or session take SQL, and where they take it."""

from __future__ import annotations

from msgspec import Struct

from statefence.callees.records import Argument


class Executor(Struct, frozen=True):
    """A method that takes SQL as its first argument.

    Attributes:
        script: it takes several statements.
        drivers: how the names of the openers begin whose connections have it; empty for every one.
        rows: it gives rows or a prepared statement, whose own methods take no SQL.
    """

    method: str
    source: str
    script: bool = False
    drivers: tuple[str, ...] = ()
    rows: bool = False


DBAPI = "peps.python.org/pep-0249"
ASYNCPG = "magicstack.github.io/asyncpg"

EXECUTORS: dict[str, Executor] = {
    executor.method: executor
    for executor in (
        Executor("execute", DBAPI),
        Executor("executemany", DBAPI),
        Executor("executescript", "docs.python.org/3/library/sqlite3.html", script=True),
        Executor("execute_fetchall", "aiosqlite.omnilib.dev"),
        Executor("execute_insert", "aiosqlite.omnilib.dev"),
        Executor("exec_driver_sql", "docs.sqlalchemy.org/en/20/core/connections.html"),
        Executor("execute_sql", "docs.peewee-orm.com"),
        Executor("scalar", "docs.sqlalchemy.org/en/20/core/connections.html"),
        Executor("scalars", "docs.sqlalchemy.org/en/20/core/connections.html"),
        Executor("fetch", ASYNCPG),
        Executor("fetchrow", ASYNCPG),
        Executor("fetchval", ASYNCPG),
        Executor("cursor", ASYNCPG, drivers=("asyncpg.",), rows=True),
        Executor("prepare", ASYNCPG, drivers=("asyncpg.",), rows=True),
        Executor("copy_from_query", ASYNCPG, drivers=("asyncpg.",), rows=True),
        Executor("stream", "www.psycopg.org/psycopg3", drivers=("psycopg", "sqlalchemy.ext.asyncio"), rows=True),
        Executor("copy", "www.psycopg.org/psycopg3", drivers=("psycopg",), rows=True),
        Executor("copy_expert", "www.psycopg.org", drivers=("psycopg2",), rows=True),
        *(
            Executor(method, "www.encode.io/databases", drivers=("databases.",))
            for method in ("fetch_all", "fetch_one", "fetch_val", "iterate")
        ),
        Executor("query", "sqlite-utils.datasette.io"),
        Executor("sql", "duckdb.org/docs/api/python"),
        Executor("raw", "docs.peewee-orm.com, docs.djangoproject.com"),
    )
}

EXECUTING_FUNCTIONS: dict[str, tuple[Argument, Argument]] = {
    **dict.fromkeys(
        ("psycopg2.extras.execute_values", "psycopg2.extras.execute_batch"), (Argument("cur", 0), Argument("sql", 1))
    ),
    **dict.fromkeys(
        ("pandas.read_sql", "pandas.read_sql_query", "polars.read_database"), (Argument("con", 1), Argument("sql", 0))
    ),
}
"""Functions that are handed a connection or cursor, and the SQL it runs, where they take both.

Sources: www.psycopg.org/docs/extras.html, pandas.pydata.org/docs/reference/io.html, docs.pola.rs
"""

OWN_NAMES = frozenset(
    {
        "execute", "executemany", "executescript", "exec_driver_sql", "raw", "execute_async", "execute_fetchall",
        "execute_insert", "execute_many", "execute_query", "execute_read", "execute_script", "execute_sql",
        "execute_write", "execute_write_many", "execute_write_script",
    }
)  # fmt: skip
"""Methods that run SQL whatever they are called on, if that is SQL: those of drivers, and usual ones of programs."""

TEXT_KEYWORDS = ("sql", "query", "statement", "operation")
"""The names by which drivers take the text."""

TABLE_OPENERS = frozenset(
    {"sqlite_utils.Database", "sqlite_utils.db.Database", "dataset.connect"},
)
"""Openers whose connection gives tables by name, `db["notes"]` or `db.table("notes")`, with methods of their own."""

TABLE_GETTERS = frozenset({"table", "view", "load_table", "get_table", "create_table"})

_INSERT = 'INSERT INTO "{table}" ({}) VALUES ({})'
_REPLACE = 'INSERT OR REPLACE INTO "{table}" ({}) VALUES ({})'
_SELECT = 'SELECT * FROM "{table}" WHERE {}'
_DELETE = 'DELETE FROM "{table}" WHERE {}'

# Sources: sqlite-utils.datasette.io/en/stable/python-api.html and dataset.readthedocs.io, what each method runs.
TABLE_METHODS: dict[str, str] = {
    **dict.fromkeys(("insert", "insert_all", "insert_many", "insert_ignore"), _INSERT),
    **dict.fromkeys(("upsert", "upsert_all", "upsert_many"), _REPLACE),
    **dict.fromkeys(("update", "update_many", "convert"), 'UPDATE "{table}" SET {} WHERE {}'),
    **dict.fromkeys(("delete", "delete_where"), _DELETE),
    **dict.fromkeys(("get", "rows_where", "pks_and_rows_where", "count_where", "search", "find", "find_one"), _SELECT),
    **dict.fromkeys(("all", "distinct"), 'SELECT * FROM "{table}"'),
    "create": 'CREATE TABLE "{table}" ({})',
    "drop": 'DROP TABLE "{table}"',
    **dict.fromkeys(("add_column", "create_column"), 'ALTER TABLE "{table}" ADD COLUMN {}'),
    "create_index": 'CREATE INDEX {} ON "{table}" ({})',
}
"""The statement that each method of such a table runs; `{}` is what only the call's other arguments say."""
