"""The shape of a table as far as merging needs it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress

from msgspec import Struct

from statefence.state.reading import is_virtual, quoted

_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_GENERATED = (2, 3)
_MODULE = re.compile(r"\bUSING\s+([\w$]+)", re.IGNORECASE)
_EXTERNAL = re.compile(r"\bcontent\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s,)]*))", re.IGNORECASE)
_FULL_TEXT = frozenset({"fts3", "fts4", "fts5"})


class Column(Struct, frozen=True):
    """A column: `key` is its place in the primary key, from 1, and 0 outside it."""

    name: str
    declared: str
    key: int
    generated: bool


class Shape(Struct, frozen=True):
    """A table.

    Attributes:
        sql: what made it.
        columns: with generated ones, without those a virtual table hides.
        rowid: the name by which its rowid can be asked for; None in a table without.
    """

    name: str
    sql: str
    columns: tuple[Column, ...]
    rowid: str | None

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns that can be inserted."""
        return tuple(column.name for column in self.columns if not column.generated)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key, in its order; empty without one."""
        parts = sorted((column.key, column.name) for column in self.columns if column.key)
        return tuple(name for _, name in parts)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell a row of this one table from every other."""
        return (self.rowid,) if self.rowid is not None else self.key

    @property
    def module(self) -> str:
        """The module of a virtual table, in lower case; empty for an ordinary one."""
        found = _MODULE.search(self.sql) if is_virtual(self.sql) else None
        return found[1].casefold() if found else ""

    @property
    def keeps_its_own_text(self) -> bool:
        """Whether it is a full-text table whose rows can be read back from it."""
        return self.module in _FULL_TEXT and _EXTERNAL.search(self.sql) is None

    @property
    def mirrors_another(self) -> bool:
        """Whether it is a full-text table over the rows of another table, so that it can be rebuilt."""
        found = _EXTERNAL.search(self.sql) if self.module in _FULL_TEXT else None
        return found is not None and any(found.groups())


def shape(connection: sqlite3.Connection, schema: str, table: str, sql: str) -> Shape:
    """The shape of a table of an attached database; raises sqlite3.Error."""
    rows = connection.execute(f"PRAGMA {quoted(schema)}.table_xinfo({quoted(table)})").fetchall()
    columns = tuple(
        Column(name, " ".join(declared.upper().split()), key, hidden in _GENERATED)
        for _, name, declared, _, _, key, hidden in rows
        if hidden != 1
    )
    return Shape(table, sql, columns, _rowid(connection, schema, table, columns))


def difference(source: Shape, target: Shape) -> str | None:
    """Why rows of one table cannot go into the other; None when they can."""
    ours = {column.name.casefold(): column for column in source.columns}
    theirs = {column.name.casefold(): column for column in target.columns}
    only = [
        *(f"only the source has {ours[name].name}" for name in ours if name not in theirs),
        *(f"only the target has {theirs[name].name}" for name in theirs if name not in ours),
    ]
    other = [
        f"{column.name} is `{_described(column)}` in the source and `{_described(theirs[name])}` in the target"
        for name, column in ours.items()
        if name in theirs and _described(column) != _described(theirs[name])
    ]
    return f"the columns of {source.name} differ: {'; '.join(only + other)}" if only or other else None


def _described(column: Column) -> str:
    key = f" PRIMARY KEY({column.key})" if column.key else ""
    return f"{column.declared}{key}{' GENERATED' if column.generated else ''}".strip()


def _rowid(connection: sqlite3.Connection, schema: str, table: str, columns: tuple[Column, ...]) -> str | None:
    taken = {column.name.casefold() for column in columns}
    for name in _ROWID_NAMES:
        if name not in taken:
            with suppress(sqlite3.OperationalError):
                connection.execute(f"SELECT {name} FROM {quoted(schema)}.{quoted(table)} LIMIT 0")
                return name
    return None
