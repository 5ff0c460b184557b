"""An empty SQLite database in memory that statements are prepared on, and that tells what each would touch.

Nothing a caller hands in is ever run but `CREATE` and `ALTER`, on this database alone: it never attaches a file, never
loads an extension, and gives up on what is too long, too deep or takes too many steps.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from threading import get_ident

from msgspec import Struct

from statefence.sql.model import Schema, Touch

LONGEST = 1_000_000  # characters of a statement, bytes of a value
_STEPS = 200_000  # virtual machine steps that one statement may take
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, 2 * LONGEST),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 2 * LONGEST),
    (sqlite3.SQLITE_LIMIT_VDBE_OP, 500_000),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 500),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 500),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
)


class Access(Struct, frozen=True):
    """One call of SQLite's authorizer; the meaning of `first` and `second` depends on the action.

    Source: https://www.sqlite.org/c3ref/c_alter_table.html
    """

    action: int
    first: str | None
    second: str | None
    database: str | None
    inside: str | None  # the innermost view or trigger that is the cause


class Catalogue(Struct, frozen=True):
    """What the clone has beside ordinary tables; names in lower case.

    Attributes:
        virtual: the names as written, by name.
        triggers: the table or view that each trigger hangs on.
    """

    views: frozenset[str]
    temporary: frozenset[str]
    tables: frozenset[str]
    virtual: dict[str, str]
    triggers: dict[str, str]


class Clone:
    """A connection to an empty database in memory, with what its authorizer saw last.

    Attributes:
        seen: what the last statement asked for, in order.
        answers: what has been found out on this schema, by text; one clone answers for one schema.
    """

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0)
        self.seen: list[Access] = []
        self.answers: dict[str, tuple[Touch, ...]] = {}
        self._settled: Catalogue | None = None
        for limit, value in _LIMITS:
            self.connection.setlimit(limit, value)
        self.modules = frozenset(row[0] for row in self.connection.execute("PRAGMA module_list"))
        self.connection.execute("PRAGMA count_changes = ON")  # or `INSERT INTO a SELECT * FROM b` tells nothing of b
        self.connection.set_progress_handler(lambda: 1, _STEPS)
        self.connection.set_authorizer(self._authorize)

    def _authorize(
        self, action: int, first: str | None, second: str | None, database: str | None, inside: str | None
    ) -> int:
        self.seen.append(Access(action, first, second, database, inside))
        if action == sqlite3.SQLITE_ATTACH:
            return sqlite3.SQLITE_OK if first == ":memory:" else sqlite3.SQLITE_IGNORE
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_IGNORE
        if action == sqlite3.SQLITE_FUNCTION and second in _REFUSED_FUNCTIONS:
            return sqlite3.SQLITE_IGNORE
        return sqlite3.SQLITE_OK

    def explain(self, sql: str) -> str:
        """Prepares one statement without running it; `seen` then holds what it asked for. The error, else ''."""
        return self.run(sql if sql[:7].upper() == "EXPLAIN" else f"EXPLAIN {sql}")

    def run(self, sql: str) -> str:
        """Runs one statement (the package's own, or DDL) within bounds. The error, else ''."""
        self.seen.clear()
        try:
            self.connection.execute(sql).close()
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
            return str(error) or type(error).__name__
        return ""

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        """The rows of one of the package's own queries or pragmas, which the authorizer does not see."""
        self.connection.set_authorizer(None)
        try:
            return self.connection.execute(sql).fetchall()
        finally:
            self.connection.set_authorizer(self._authorize)

    def catalogue(self) -> Catalogue:
        """The catalogue as it stands; kept while nothing is being changed."""
        if self.connection.in_transaction:
            return _catalogue(self)
        if self._settled is None:
            self._settled = _catalogue(self)
        return self._settled

    def begin(self) -> None:
        """From here on changes of the schema can be taken back."""
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN")

    def forget(self) -> None:
        """Takes back every change of the schema since `begin`, and lets go of attached databases."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
            for name in self.attached():
                self.rows(f"DETACH {quoted(name)}")

    def attached(self) -> list[str]:
        """The databases beside `main` and `temp`."""
        return [row[1] for row in self.rows("PRAGMA database_list") if row[1] not in {"main", "temp"}]


def _catalogue(clone: Clone) -> Catalogue:
    columns = "type, lower(name), name, lower(tbl_name), coalesce(sql, '')"
    main = clone.rows(f"SELECT {columns} FROM sqlite_master")
    temporary = clone.rows(f"SELECT {columns} FROM sqlite_temp_master")
    rows = main + temporary
    return Catalogue(
        views=frozenset(row[1] for row in rows if row[0] == "view"),
        temporary=frozenset(row[1] for row in temporary if row[0] in {"table", "view"}) - {row[1] for row in main},
        tables=frozenset(row[1] for row in main if row[0] == "table"),
        virtual={row[1]: row[2] for row in main if row[4][:14].upper() == "CREATE VIRTUAL"},
        triggers={row[1]: row[3] for row in rows if row[0] == "trigger"},
    )


def quoted(name: str) -> str:
    """The name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=8)
def _opened(schema: Schema, _thread: int) -> Clone:
    clone = Clone()
    for statement in schema.ddl:
        clone.run(statement)
    return clone


def opened(schema: Schema) -> Clone:
    """The clone of that schema for the calling thread: a connection of Python's must not change threads."""
    return _opened(schema, get_ident())
