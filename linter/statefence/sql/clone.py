"""An empty SQLite database in memory that statements are prepared on, and that tells what each would touch.

Nothing a caller hands in is ever run but `CREATE` and `ALTER`, on this database alone: it never attaches a file, never
loads an extension, and gives up on what is too long, too deep or takes too many steps.
"""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from threading import get_ident
from typing import Any

from msgspec import Struct

from statefence.sql.model import Schema, Touch

LONGEST = 1_000_000  # characters of a statement, bytes of a value
_STEPS = 200_000  # virtual machine steps that one statement may take
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_MODULE = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+(\w+)", re.IGNORECASE | re.DOTALL)
_INCOMPLETE = "incomplete input"
_RTREE = ("node", "rowid", "parent")
# Sources: https://www.sqlite.org/fts5.html, /fts3.html and /rtree.html, the sections on shadow tables.
_SHADOWS = {
    "fts5": ("data", "idx", "content", "docsize", "config"),
    "fts4": ("content", "segments", "segdir", "docsize", "stat"),
    "fts3": ("content", "segments", "segdir"),
    "rtree": _RTREE,
    "rtree_i32": _RTREE,
    "geopoly": _RTREE,
}
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
        shadows: the virtual table, as it is written, that each shadow table belongs to.
        triggers: the table or view that each trigger hangs on.
    """

    views: frozenset[str]
    temporary: frozenset[str]
    tables: frozenset[str]
    shadows: dict[str, str]
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

    def accepts(self, text: str, *, whole: bool) -> bool:
        """Whether the grammar takes the text as a statement, or without `whole` as the beginning of one."""
        error = self.explain(text)
        return not is_syntax(error) or (not whole and error == _INCOMPLETE)

    def run(self, sql: str) -> str:
        """Runs one statement (the package's own, or DDL) within bounds. The error, else ''."""
        self.seen.clear()
        try:
            self.connection.execute(sql).close()
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
            return str(error) or type(error).__name__
        return ""

    def rows(self, sql: str, *parameters: str | int) -> list[tuple[Any, ...]]:
        """The rows of one of the package's own queries or pragmas, which the authorizer does not see."""
        self.connection.set_authorizer(None)
        try:
            return self.connection.execute(sql, parameters).fetchall()
        finally:
            self.connection.set_authorizer(self._authorize)

    def columns(self, table: str) -> list[tuple[str, str]]:
        """The names and types of the table's columns that are not generated; none of one that SQLite cannot open.

        A virtual table is opened by its module, which may find its shadow tables other than it left them.
        """
        try:
            return self.rows("SELECT name, type FROM pragma_table_info(?)", table)
        except sqlite3.DatabaseError:
            return []

    def first_column(self, table: str) -> str:
        """The name of the table's first column that is not generated; '' when it has none."""
        return next((name for name, _ in self.columns(table)), "")

    def opened_roots(self, sql: str) -> list[tuple[int, int]]:
        """Database number and root page of what the statement's program opens to read; none when it has no program."""
        try:
            program = self.connection.execute(sql if sql[:7].upper() == "EXPLAIN" else f"EXPLAIN {sql}").fetchall()
        except sqlite3.Error:
            return []
        return list(dict.fromkeys((row[4], row[3]) for row in program if row[1] == "OpenRead"))

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
        shadows={name: row[2] for row in main for name in _shadows(row[1], row[4])},
        triggers={row[1]: row[3] for row in rows if row[0] == "trigger"},
    )


def _shadows(name: str, sql: str) -> list[str]:
    """The shadow tables of the virtual table that `sql` creates; none for anything else."""
    module = _MODULE.match(sql)
    return [f"{name}_{suffix}" for suffix in _SHADOWS.get(module[1].lower(), ())] if module else []


def is_syntax(error: str) -> bool:
    """Whether SQLite's error is one of grammar, which no schema can mend."""
    return error.endswith("syntax error") or error.startswith("unrecognized token") or error == _INCOMPLETE


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
