"""From what SQLite's authorizer saw to the tables of stores: views, shadow tables and SQLite's own are seen through."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from statefence.sql.clone import Access, Catalogue, Clone, quoted
from statefence.sql.fillings import STAND_IN
from statefence.sql.tokens import Token

_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_READS = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_ANALYZE})
_FIRST_IS_TABLE = frozenset(
    {
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_VTABLE,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_DROP_VTABLE,
    }
)
_SECOND_IS_TABLE = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TRIGGER,
    }
)


class Tables(Struct, frozen=True):
    """The tables of one statement, by what it does to them, each once."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    rewrites: tuple[str, ...]
    ddl: tuple[str, ...]


def tables(
    accesses: Iterable[Access], known: Catalogue, modules: frozenset[str], tokens: Sequence[Token], *, rewriting: bool
) -> Tables:
    """The tables that the accesses name. With `rewriting`, inserts may replace rows."""
    reads: dict[str, None] = {}
    writes: dict[str, None] = {}
    rewrites: dict[str, None] = {}
    ddl: dict[str, None] = {}
    for access in accesses:
        name = _named(access, known, modules, tokens)
        if name is None:
            continue
        if access.action in _READS:
            if not (access.inside and known.triggers.get(access.inside.lower()) == (access.first or "").lower()):
                reads[name] = None
        elif access.action in _WRITES:
            writes[name] = None
            if rewriting or access.action != sqlite3.SQLITE_INSERT:
                rewrites[name] = None
        else:
            ddl[name] = None
    order = {token.name.lower(): place for place, token in reversed([*enumerate(tokens)]) if token.name}
    return Tables(*(_ordered(names, order) for names in (reads, writes, rewrites, ddl)))


def _ordered(names: Iterable[str], order: dict[str, int]) -> tuple[str, ...]:
    """The names in the statement's order, those it does not name last."""
    return tuple(sorted(names, key=lambda name: order.get(name.rpartition(".")[2].lower(), len(order) + 10**6)))


def _named(access: Access, known: Catalogue, modules: frozenset[str], tokens: Sequence[Token]) -> str | None:
    """The table that the access is about, as it is shown; None when it is about none that a store keeps."""
    is_ddl = access.action in _FIRST_IS_TABLE or access.action in _SECOND_IS_TABLE
    if not is_ddl and access.action not in _READS and access.action not in _WRITES:
        return None
    name = access.second if access.action in _SECOND_IS_TABLE else access.first
    database = access.first if access.action == sqlite3.SQLITE_ALTER_TABLE else access.database
    if not name or name.lower().startswith("sqlite_") or database == "temp":
        return None
    lower = name.lower()
    if database is None:
        database = _database(name, tokens)
        if database == "main" and lower in known.temporary:
            return None
    if database != "main":
        return f"{database}.{name}"
    if not is_ddl and lower in known.views:
        return None
    if lower not in known.tables and not is_ddl and (lower in modules or lower.startswith("pragma_")):
        return None
    owner = known.shadows.get(lower)
    if owner and not access.inside and lower not in {token.name.lower() for token in tokens}:
        return None  # the virtual table's own housekeeping
    return owner or name


def _database(name: str, tokens: Sequence[Token]) -> str:
    """The database of a table that SQLite names without one (a row count): as the statement qualifies it, or `main`."""
    for before, dot, token in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if dot.text == "." and token.name.lower() == name.lower() and before.name.lower() not in {"temp", "main"}:
            return before.name
    return "main"


def unreported(clone: Clone, sql: str, words: Collection[str] = ("USING",)) -> tuple[Access, ...]:
    """Reads that SQLite does not ask its authorizer about: of columns named in `USING`, or matched by `NATURAL`.

    The program that SQLite compiles opens those tables all the same, by their root pages. Looked for only where one of
    `words` makes it possible, or a view or trigger may hide one.
    """
    if not {"USING", "NATURAL"} & set(words) and not any(access.inside for access in clone.seen):
        return ()
    found: list[Access] = []
    databases = {row[0]: row[1] for row in clone.rows("PRAGMA database_list")}
    for database, root in clone.opened_roots(sql):
        name = databases.get(database, "main")
        query = f"SELECT tbl_name FROM {quoted(name)}.sqlite_master WHERE rootpage = ?"
        found += [Access(sqlite3.SQLITE_READ, row[0], "", name, None) for row in clone.rows(query, root)]
    return tuple(found)


def is_stand_in(name: str) -> bool:
    """Whether the name stands for one that is not known."""
    return STAND_IN in name.lower()
