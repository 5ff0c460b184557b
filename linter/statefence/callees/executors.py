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
    )
}
