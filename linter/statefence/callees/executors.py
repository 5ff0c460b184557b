"""Which methods of a connection, cursor or session take SQL, and where they take it."""

from __future__ import annotations

from msgspec import Struct


class Executor(Struct, frozen=True):
    """A method that takes SQL as its first argument; `script` when it takes several statements."""

    method: str
    source: str
    script: bool = False


DBAPI = "peps.python.org/pep-0249"

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
        Executor("fetch", "magicstack.github.io/asyncpg"),
        Executor("fetchrow", "magicstack.github.io/asyncpg"),
        Executor("fetchval", "magicstack.github.io/asyncpg"),
        Executor("query", "sqlite-utils.datasette.io"),
        Executor("sql", "duckdb.org/docs/api/python"),
        Executor("raw", "docs.peewee-orm.com, docs.djangoproject.com"),
    )
}

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
