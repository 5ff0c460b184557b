"""A guarded connection: for applications that want the policy to hold while they run, not only when they are checked.

`open_guarded(path, "runtime")` is a `sqlite3.Connection` that refuses tables which other stores own, every change of
the schema, and in an append-only store every change but an insert. With SQLAlchemy:
`create_engine("sqlite://", creator=lambda: open_guarded(path, "runtime"))`.

It keeps a program from mistakes, not from malice: another connection to the same file is free, and so are `ctypes` and
another connection's `backup` into this one. A table that is made elsewhere after the opening is append-only against
UPDATE and DELETE; against REPLACE it is from the next opening on. Importing this module imports neither the analyzer
nor the policy's parser.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fsdecode
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from statefence.policy import Policy

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]
Cursor = sqlite3.Cursor


class Fence(NamedTuple):
    """What a connection refuses.

    Attributes:
        store: the store's name, for messages.
        foreign: for each table of another store, in lower case, that store's name.
        append_only: whether rows may only be added.
        tables: the tables that are append-only, in lower case; all when empty.
        behind: what the tables begin with, in lower case, in which virtual tables keep their content.
    """

    store: str
    foreign: Mapping[str, str] = MappingProxyType({})
    append_only: bool = False
    tables: frozenset[str] = frozenset()
    behind: tuple[str, ...] = ()


class GuardError(sqlite3.DatabaseError):
    """A statement that the fence refuses; the message says which and why."""


class GuardedCursor(sqlite3.Cursor):
    """A cursor whose refusals say what was refused."""

    connection: GuardedConnection

    def execute(self, sql: str, parameters: Any = (), /) -> GuardedCursor:  # noqa: ANN401 - as in sqlite3
        """As in sqlite3; raises GuardError for what the fence refuses."""
        try:
            super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            _explain(self.connection, error)
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> GuardedCursor:
        """As in sqlite3; raises GuardError for what the fence refuses."""
        try:
            super().executemany(sql, parameters)
        except sqlite3.DatabaseError as error:
            _explain(self.connection, error)
        return self

    def executescript(self, sql_script: str, /) -> GuardedCursor:
        """As in sqlite3; raises GuardError for what the fence refuses."""
        try:
            super().executescript(sql_script)
        except sqlite3.DatabaseError as error:
            _explain(self.connection, error)
        return self


class GuardedConnection(sqlite3.Connection):
    """A connection behind a fence."""

    refusal = ""
    """Why the last statement was refused, until it has been raised."""

    _fence: Fence | None = None

    def cursor(self, factory: Any = GuardedCursor) -> Any:  # noqa: ANN401 - as in sqlite3
        """As in sqlite3."""
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> GuardedCursor:  # noqa: ANN401 - as in sqlite3
        """As in sqlite3; raises GuardError for what the fence refuses."""
        return GuardedCursor(self).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> GuardedCursor:
        """As in sqlite3; raises GuardError for what the fence refuses."""
        return GuardedCursor(self).executemany(sql, parameters)

    def executescript(self, sql_script: str, /) -> GuardedCursor:
        """As in sqlite3; raises GuardError for what the fence refuses."""
        return GuardedCursor(self).executescript(sql_script)

    def set_authorizer(self, authorizer_callback: Authorizer | None) -> None:
        """Adds an authorizer to the fence's, which is asked first; None removes the added one."""
        if self._fence is None:
            super().set_authorizer(authorizer_callback)
        else:
            super().set_authorizer(_authorizer(self, self._fence, authorizer_callback))

    def blobopen(self, *arguments: Any, **options: Any) -> sqlite3.Blob:  # noqa: ANN401 - as in sqlite3
        """As in sqlite3; an append-only store's blobs are read-only, since no authorizer is asked about them."""
        if self._fence is not None and self._fence.append_only and not options.get("readonly"):
            raise GuardError(f"the store {self._fence.store} is append-only: open its blobs with readonly=True")
        if self._fence is not None and arguments and str(arguments[0]).casefold() in self._fence.foreign:
            raise GuardError(_foreign(self._fence, str(arguments[0])))
        return super().blobopen(*arguments, **options)

    def deserialize(self, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401 - as in sqlite3
        """Refused: it would replace the database."""
        raise GuardError("a guarded connection's database cannot be replaced")


def open_guarded(
    path: str | PathLike[str],
    store: str | Fence,
    policy: Policy | str | PathLike[str] | None = None,
    **options: Any,  # noqa: ANN401 - those of sqlite3.connect
) -> GuardedConnection:
    """Opens the database of a store, guarded.

    Args:
        path: the file, as for `sqlite3.connect`.
        store: its name in the policy, or a fence, with which no policy is read.
        policy: the policy or its file; by default the nearest above the working directory.
        options: as for `sqlite3.connect`, but for `factory`.

    Raises:
        PolicyError: the policy cannot be read.
        UsageError: there is no policy, or no such store in it.
        sqlite3.Error: as `sqlite3.connect`.
    """
    fence = store if isinstance(store, Fence) else fence_of(store, policy)
    connection = sqlite3.connect(path, factory=GuardedConnection, **options)
    try:
        if fence.append_only:
            fence = fence._replace(behind=_behind(connection))
            _refuse_deletions(connection, fence)
            connection.commit()
        connection._fence = fence  # noqa: SLF001 - its own connection
        connection.set_authorizer(None)
    except BaseException:
        connection.close()
        raise
    return connection


def fence_of(store: str, policy: Policy | str | PathLike[str] | None = None) -> Fence:
    """The fence of a store: what its policy says that no connection to it may do. Raises as `open_guarded`."""
    from pathlib import Path

    from statefence.errors import UsageError
    from statefence.policy import Policy
    from statefence.policy.load import find, load

    if policy is None:
        policy = find(Path.cwd())
        if policy is None:
            raise UsageError("there is no policy above the working directory: name its file")
    known = policy if isinstance(policy, Policy) else load(Path(fsdecode(policy)))
    if store not in {each.name for each in known.stores}:
        raise UsageError(f"the policy has no store {store!r}, only {', '.join(each.name for each in known.stores)}")
    own = known.store(store)
    tables = frozenset(table.casefold() for table in own.tables)
    foreign = {table.casefold(): other.name for other in known.stores for table in other.tables}
    return Fence(
        store,
        {table: owner for table, owner in foreign.items() if table not in tables},
        append_only=own.append_only,
        tables=tables,
    )


def _explain(connection: GuardedConnection, error: sqlite3.DatabaseError) -> NoReturn:
    """Raises the error, as a GuardError when the fence made it."""
    refusal, connection.refusal = connection.refusal, ""
    if refusal and not isinstance(error, sqlite3.IntegrityError):
        raise GuardError(refusal) from error
    raise error


def _foreign(fence: Fence, table: str) -> str:
    return f"the table {table} belongs to the store {fence.foreign[table.casefold()]}, not to {fence.store}"


_TEMPORARY = frozenset(
    {
        sqlite3.SQLITE_CREATE_TEMP_INDEX,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        sqlite3.SQLITE_DROP_TEMP_INDEX,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_VIEW,
    }
)
_SCHEMA = {
    sqlite3.SQLITE_ALTER_TABLE: "ALTER TABLE",
    sqlite3.SQLITE_CREATE_INDEX: "CREATE INDEX",
    sqlite3.SQLITE_CREATE_TABLE: "CREATE TABLE",
    sqlite3.SQLITE_CREATE_TRIGGER: "CREATE TRIGGER",
    sqlite3.SQLITE_CREATE_VIEW: "CREATE VIEW",
    sqlite3.SQLITE_CREATE_VTABLE: "CREATE VIRTUAL TABLE",
    sqlite3.SQLITE_DROP_INDEX: "DROP INDEX",
    sqlite3.SQLITE_DROP_TABLE: "DROP TABLE",
    sqlite3.SQLITE_DROP_TEMP_TRIGGER: "DROP TRIGGER",
    sqlite3.SQLITE_DROP_TRIGGER: "DROP TRIGGER",
    sqlite3.SQLITE_DROP_VIEW: "DROP VIEW",
    sqlite3.SQLITE_DROP_VTABLE: "DROP TABLE",
    sqlite3.SQLITE_ATTACH: "ATTACH",
    sqlite3.SQLITE_DETACH: "DETACH",
}
_ROWS = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_CHANGES = frozenset({sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_OWN_PRAGMAS = frozenset({"writable_schema", "recursive_triggers"})
"""Pragmas with which a connection could leave the fence."""


def _authorizer(connection: GuardedConnection, fence: Fence, added: Authorizer | None) -> Authorizer:
    """SQLite's question, which it asks when a statement is prepared, answered by the fence and then by `added`."""

    def authorize(action: int, first: str | None, second: str | None, schema: str | None, trigger: str | None) -> int:
        if action in _ROWS:
            reason = _row_refusal(fence, action, (first or "").casefold(), schema)
        elif action in _SCHEMA:
            reason = f"{_SCHEMA[action]} is for the migrations of the store {fence.store}"
        elif action == sqlite3.SQLITE_PRAGMA and second is not None and (first or "").casefold() in _OWN_PRAGMAS:
            reason = f"PRAGMA {first} would open the fence of the store {fence.store}"
        else:
            reason = ""
        if reason:
            connection.refusal = reason
            return sqlite3.SQLITE_DENY
        return added(action, first, second, schema, trigger) if added is not None else sqlite3.SQLITE_OK

    return authorize


def _row_refusal(fence: Fence, action: int, table: str, schema: str | None) -> str:
    if schema == "temp":
        return ""
    if table in fence.foreign:
        return _foreign(fence, table)
    if fence.append_only and action in _CHANGES and _is_kept(fence, table):
        return f"{table} of the store {fence.store} is append-only"
    return ""


def _is_kept(fence: Fence, table: str) -> bool:
    """Whether a table's rows must stay: not those of SQLite itself, nor what a full-text index keeps for itself."""
    return table in fence.tables if fence.tables else not table.startswith(("sqlite_", *fence.behind))


def _behind(connection: sqlite3.Connection) -> tuple[str, ...]:
    query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
    return tuple(f"{name.casefold()}_" for (name,) in connection.execute(query))


def _refuse_deletions(connection: sqlite3.Connection, fence: Fence) -> None:
    """Has REPLACE, which asks no authorizer about the rows it deletes, run into a trigger."""
    connection.execute("PRAGMA recursive_triggers = ON")
    query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    for name in [name for (name,) in connection.execute(query) if _is_kept(fence, name.casefold())]:
        quoted = name.replace('"', '""')
        connection.execute(
            f'CREATE TEMP TRIGGER "statefence {quoted}" BEFORE DELETE ON main."{quoted}" BEGIN '
            f"SELECT RAISE(ABORT, 'append-only: a row cannot be replaced'); END"
        )
