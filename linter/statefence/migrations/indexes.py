"""Foreign keys without an index: every delete of what they refer to then reads their whole table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from statefence.errors import UsageError
from statefence.migrations.addition import added
from statefence.migrations.model import History, Migration, Sql
from statefence.migrations.rehearse import siblings
from statefence.migrations.sandbox import Ending, opened, rows, run
from statefence.migrations.sql_files import span_of
from statefence.model import Edit, Place
from statefence.sql.clone import quoted
from statefence.sql.keywords import KEYWORDS
from statefence.sql.tokens import TokenKind, tokenize

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Unindexed(Struct, frozen=True):
    """A foreign key that no index serves; `place` is where it is written."""

    table: str
    columns: tuple[str, ...]
    target: str
    place: Place
    migration: Migration


@lru_cache(maxsize=64)
def unindexed(history: History, every: tuple[History, ...] = ()) -> tuple[Unindexed, ...]:
    """The foreign keys without an index once every migration is applied, each where it came from."""
    first: dict[tuple[str, tuple[str, ...], str], Migration] = {}
    connection = opened()
    for other in siblings(history, every):
        for migration in other.migrations:
            run(connection, migration.up)
    before = set(_foreign_keys(connection))
    for migration in history.migrations:
        if migration.unknown or run(connection, migration.up).ending is not Ending.DONE:
            break
        present = set(_foreign_keys(connection)) - before
        first = {key: first.get(key, migration) for key in sorted(present)}
    found = tuple(
        Unindexed(table, columns, target, _place(migration, table, columns), migration)
        for (table, columns, target), migration in first.items()
        if not _is_served(connection, table, columns)
    )
    connection.close()
    return found


def _foreign_keys(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Table, columns and the table they refer to, of every foreign key."""
    query = """
        SELECT t.name, k.id, k."from", k."table" FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS k
        WHERE t.type = 'table' ORDER BY t.name, k.id, k.seq
    """
    keys: dict[tuple[str, str], tuple[list[str], str]] = {}
    for table, number, column, target in rows(connection, query):
        keys.setdefault((str(table), str(number)), ([], str(target)))[0].append(str(column))
    yield from ((table, tuple(columns), target) for (table, _), (columns, target) in keys.items())


def _is_served(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> bool:
    """Whether the columns begin an index over all rows, the primary key's included, in any order among themselves."""
    wanted = {column.lower() for column in columns}
    indexes = rows(connection, "SELECT name FROM pragma_index_list(?) WHERE partial = 0", table)
    for (name,) in indexes:
        served = rows(connection, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", name)
        if {str(column).lower() for (column,) in served[: len(columns)]} == wanted:
            return True
    key = rows(connection, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)
    return {str(column).lower() for (column,) in key[: len(columns)]} == wanted


def _place(migration: Migration, table: str, columns: Sequence[str]) -> Place:
    """Where the foreign key is written: the column in the last statement that makes or alters its table."""
    naming = [sql for sql in migration.up if _names(sql, table)]
    for sql in reversed(naming):
        if found := _within(sql, columns[0]):
            return found
    return naming[-1].place if naming else migration.place


def _names(sql: Sql, table: str) -> bool:
    words = [token.name.lower() for token in tokenize(sql.text) if token.name]
    return words[:1] in (["create"], ["alter"]) and table.lower() in words


def _within(sql: Sql, column: str) -> Place | None:
    """The column's name in the statement before a `REFERENCES`, on its own line; None where lines cannot be told."""
    span = sql.place.span
    if sql.text.count("\n") != span.end_line - span.line:
        return None
    offset = 0
    named: tuple[int, int] | None = None
    for token in tokenize(sql.text):
        if token.kind is not TokenKind.SPACE and token.name.lower() == column.lower():
            named = (offset, offset + len(token.text))
        if token.upper == "REFERENCES" and named and not re.search(r",(?![^(]*\))", sql.text[named[1] : offset]):
            return Place(sql.place.path, span_of(sql.text, *named, first=span.line, indent=span.column))
        offset += len(token.text)
    return None


def index_edits(history: History, wanted: Sequence[Unindexed]) -> tuple[Edit, ...]:
    """The edits that add one migration with an index for each of the foreign keys; none where that cannot be done."""
    made = [(f"idx_{each.table}_{'_'.join(each.columns)}", each) for each in wanted]
    up = [
        f"CREATE INDEX {name(title)} ON {name(each.table)} ({', '.join(map(name, each.columns))})"
        for title, each in made
    ]
    down = [f"DROP INDEX {name(title)}" for title, _ in reversed(made)]
    try:
        return added(history, "index foreign keys", up, down)
    except UsageError:
        return ()


def name(identifier: str) -> str:
    """An identifier, in quotes only where it needs them."""
    return identifier if _PLAIN.fullmatch(identifier) and identifier.upper() not in KEYWORDS else quoted(identifier)
