"""Databases in memory on which migrations are run: nothing is attached, loaded or written, and everything ends.

What a file of the project says is run here as SQL, so it is taken for hostile: an authorizer refuses whatever reaches
outside the database, and limits bound its steps, its values and its pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from statefence.migrations.bookkeeping import lists_migrations
from statefence.migrations.functions import is_schema_change
from statefence.migrations.model import Rebuild, Sql
from statefence.migrations.rebuilds import NotFollowed, statements
from statefence.sql.tokens import tokenize

_STEPS = 20_000_000  # virtual machine steps that one statement may take
_PAGES = 16_384  # of 4 KiB
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, 4_000_000),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 2_000_000),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 500),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 500),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
)
# Those that concern this database alone. Others set the process's memory or temporary directory, or open files.
_PRAGMAS = frozenset(
    {
        "application_id", "defer_foreign_keys", "encoding", "foreign_key_check", "foreign_key_list", "foreign_keys",
        "ignore_check_constraints", "index_info", "index_list", "index_xinfo", "legacy_alter_table",
        "recursive_triggers", "table_info", "table_list", "table_xinfo", "user_version",
    }
)  # fmt: skip
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_NO_TABLE = "no such table: "
_LACKING = ("no such function", "no such module", "no such collation", "unknown tokenizer", "no such tokenizer")


class Ending(StrEnum):
    """How a run ended: it went through, SQLite refused a statement, or that is not known."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Run(Struct, frozen=True):
    """What running some statements came to; `at` is the one it ended at, None when it went through."""

    ending: Ending
    message: str = ""
    at: Sql | None = None


def opened() -> sqlite3.Connection:
    """An empty database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0)
    connection.execute(f"PRAGMA max_page_count = {_PAGES}").close()
    for limit, value in _LIMITS:
        connection.setlimit(limit, value)
    connection.set_authorizer(_authorize)
    return connection


def copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Another database in memory with the same content; what an unfinished transaction changed is not in it."""
    other = opened()
    if connection.in_transaction:
        connection.execute("COMMIT")
    other.set_authorizer(None)
    connection.backup(other)
    other.set_authorizer(_authorize)
    return other


def run(connection: sqlite3.Connection, migration: Iterable[Sql]) -> Run:
    """Run the statements, in order, until one cannot be run. What they left open is committed.

    What a migration writes in the table of those that were applied, which whoever applies it makes, is left out.
    """
    for sql in migration:
        if sql.parametrised and not is_schema_change(sql):
            continue
        error = _run_one(connection, sql.text) if sql.rebuild is None else _rebuilt(connection, sql.rebuild)
        if error and not lists_migrations(missing_table(error)):
            ending = Ending.UNKNOWN if _is_unknown(error) else Ending.FAILED
            if connection.in_transaction:
                _unwatched(connection, "ROLLBACK")
            return Run(ending, error, sql)
    if connection.in_transaction:
        error = _run_one(connection, "COMMIT")
        if error:
            _unwatched(connection, "ROLLBACK")
            return Run(Ending.FAILED, error)
    return Run(Ending.DONE)


def missing_table(error: str) -> str:
    """The table for want of which SQLite refused a statement, without its database; empty when it lacked none."""
    return error.removeprefix(_NO_TABLE).removeprefix("main.") if error.startswith(_NO_TABLE) else ""


def _rebuilt(connection: sqlite3.Connection, rebuild: Rebuild) -> str:
    """The error of making a table anew, else ''. Whether its rows fit what it is then depends on them."""
    connection.set_authorizer(None)
    try:
        found = tuple(statements(connection, rebuild))
    except NotFollowed as reason:
        return f"{_NOT_FOLLOWED}: {reason}"
    finally:
        connection.set_authorizer(_authorize)
    for sql in found:
        if error := _run_one(connection, sql):
            return f"{_NOT_FOLLOWED}: its rows may not fit: {error}" if sql.startswith("INSERT") else error
    return ""


_NOT_FOLLOWED = "the table is made anew"


def rows(connection: sqlite3.Connection, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    """The rows of one of the package's own queries."""
    connection.set_authorizer(None)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.set_authorizer(_authorize)


def _unwatched(connection: sqlite3.Connection, sql: str) -> None:
    connection.set_authorizer(None)
    connection.execute(sql)
    connection.set_authorizer(_authorize)


def _run_one(connection: sqlite3.Connection, sql: str) -> str:
    """The error, else ''. The handler is set anew so that each statement has all its steps."""
    if [token.upper for token in tokenize(sql) if token.upper] in (["VACUUM"], ["VACUUM", "MAIN"]):
        return ""  # changes nothing, and would attach a database to do so
    connection.set_progress_handler(lambda: 1, _STEPS)
    try:
        for _ in connection.execute(sql):
            pass
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError, OverflowError) as error:
        return str(error) or type(error).__name__
    finally:
        connection.set_progress_handler(None, 0)
    return ""


def _is_unknown(error: str) -> bool:
    """Whether the error says that this place lacks something, or refuses it, and not that the statement is wrong."""
    beyond = (
        "not authorized",
        "authorization denied",
        "interrupted",
        "database or disk is full",
        "too big",
        "out of memory",
        "prohibited",
    )
    return error.startswith((*_LACKING, _NOT_FOLLOWED)) or any(word in error for word in beyond)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _inside: str | None) -> int:
    if action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (first or "").lower() in _PRAGMAS else sqlite3.SQLITE_IGNORE
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
