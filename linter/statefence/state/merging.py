"""Merging the tables of one database into another: the target's rows win, and what it lacks is filled in.

A row with a primary key is missing when the target has none of that key. Rows of tables without one, and those whose
key is null in part, are compared as whole rows, as a multiset: the target has each as often as either had it.
Everything is compared and copied inside SQLite, so every value stays what it was, byte for byte.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from msgspec import Struct

from statefence.migrations.bookkeeping import lists_migrations
from statefence.state.reading import own_tables, quoted
from statefence.state.shapes import Shape, difference, shape

SOURCE = "source"
"""The name under which the database that is merged is attached; the target is `main`."""

_TAKEN = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"})
_MOST_ARGUMENTS = 80

Value = str | int | float | None


class RefusedError(Exception):
    """Two databases that cannot be merged without losing or spoiling something; the message says why."""


class Conflict(Struct, frozen=True):
    """A row of the source that did not move, because the target has another one in its place.

    Attributes:
        key: the columns that identify it, with their values; blobs in hexadecimal.
        differs: the columns that differ, or what the target's row has already taken.
    """

    table: str
    key: dict[str, Value]
    differs: tuple[str, ...]


class TableMerge(Struct, frozen=True):
    """What became of the rows of one table of the source: inserted, in the target already, or in conflict."""

    table: str
    created: bool
    inserted: int
    same: int
    conflicts: tuple[Conflict, ...]


class Pair(Struct, frozen=True):
    """A table in the source, and its counterpart in the target."""

    source: Shape
    target: Shape
    created: bool


def merge(connection: sqlite3.Connection, tables: Sequence[str]) -> tuple[TableMerge, ...]:
    """Merges these tables of the attached `source` into `main`, inside the transaction that is open.

    Raises RefusedError when it cannot be done or does not verify: the transaction must then be rolled back.
    """
    try:
        connection.create_function("row_digest", -1, _row_digest, deterministic=True)
        return _merged(connection, tables)
    except sqlite3.Error as error:
        raise RefusedError(str(error)) from error


def _merged(connection: sqlite3.Connection, tables: Sequence[str]) -> tuple[TableMerge, ...]:
    _check_versions(connection)
    broken = _broken_keys(connection)
    pairs = tuple(_pairs(connection, tables))
    aside = _put_triggers_aside(connection, pairs)
    merges = tuple(_merge_table(connection, pair) for pair in pairs)
    _carry_indexes(connection, pairs)
    for sql in aside:
        connection.execute(sql)
    _rebuild(connection, merges)
    _verify(connection, broken)
    return merges


def _check_versions(connection: sqlite3.Connection) -> None:
    (ours,) = connection.execute(f"PRAGMA {SOURCE}.user_version").fetchone()
    (theirs,) = connection.execute("PRAGMA main.user_version").fetchone()
    if ours and theirs and ours != theirs:
        raise RefusedError(f"its user_version is {ours}, the target's {theirs}: migrate it first")


def _pairs(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[Pair]:
    """The tables with something to merge, made in the target where it lacks them."""
    wanted = {table.casefold() for table in tables}
    theirs = {name.casefold(): (name, sql) for name, sql in own_tables(connection)}
    fed = _fed_by_triggers(connection)
    for name, sql in own_tables(connection, SOURCE):
        if name.casefold() not in wanted:
            continue
        source = shape(connection, SOURCE, name, sql)
        if source.module and (name.casefold() in fed or source.mirrors_another):
            continue
        if source.module and not source.keeps_its_own_text:
            _check_empty(connection, source)
            continue
        created = name.casefold() not in theirs
        if created:
            connection.execute(sql)
        target = shape(connection, "main", *theirs.get(name.casefold(), (name, sql)))
        reason = difference(source, target)
        if reason is not None:
            raise RefusedError(reason)
        yield Pair(source, target, created)


def _check_empty(connection: sqlite3.Connection, source: Shape) -> None:
    if connection.execute(f"SELECT 1 FROM {SOURCE}.{quoted(source.name)} LIMIT 1").fetchone():
        raise RefusedError(f"{source.name} is a virtual table ({source.module}) that keeps no rows to merge")


def _fed_by_triggers(connection: sqlite3.Connection) -> frozenset[str]:
    """The virtual tables of the target, in lower case, that its triggers write: they follow from other tables."""
    virtual = [name for name, sql in own_tables(connection) if shape(connection, "main", name, sql).module]
    triggers = [sql.casefold() for _, sql in _triggers(connection)]
    return frozenset(name.casefold() for name in virtual if any(name.casefold() in sql for sql in triggers))


def _triggers(connection: sqlite3.Connection, schema: str = "main") -> list[tuple[str, str]]:
    rows = connection.execute(f"SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'trigger' AND sql NOT NULL")
    return [(name, sql) for name, sql in rows]


def _put_triggers_aside(connection: sqlite3.Connection, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Drops the triggers that would answer to rows which only move; the SQL that makes them again.

    Those that feed virtual tables stay, so that these follow.
    """
    fed = _fed_by_triggers(connection)
    aside = [(name, sql) for name, sql in _triggers(connection) if not any(table in sql.casefold() for table in fed)]
    for name, _ in aside:
        connection.execute(f"DROP TRIGGER main.{quoted(name)}")
    made = {pair.source.name for pair in pairs if pair.created}
    rows = connection.execute(f"SELECT tbl_name, sql FROM {SOURCE}.sqlite_master WHERE type = 'trigger'")
    carried = [sql for table, sql in rows if table in made]
    return (*(sql for _, sql in aside), *carried)


def _carry_indexes(connection: sqlite3.Connection, pairs: Sequence[Pair]) -> None:
    made = {pair.source.name for pair in pairs if pair.created}
    rows = connection.execute(f"SELECT tbl_name, sql FROM {SOURCE}.sqlite_master WHERE type = 'index' AND sql NOT NULL")
    for sql in [sql for table, sql in rows if table in made]:
        connection.execute(sql)


def _merge_table(connection: sqlite3.Connection, pair: Pair) -> TableMerge:
    before = _count(connection, "main", pair.target)
    missing = _missing(connection, pair)
    differing = tuple(_differing(connection, pair))
    taken = tuple(_insert(connection, pair, missing))
    inserted = len(missing) - len(taken)
    of_source = _count(connection, SOURCE, pair.source)
    if inserted and not pair.created and lists_migrations(pair.source.name):
        raise RefusedError(f"{pair.source.name} lists migrations that the target has not seen: migrate both first")
    if _count(connection, "main", pair.target) != before + inserted or len(_missing(connection, pair)) > len(taken):
        raise RefusedError(f"{pair.source.name} has other rows afterwards than it should: nothing was changed")
    _keep_sequence(connection, pair)
    conflicts = (*differing, *taken)
    return TableMerge(pair.source.name, pair.created, inserted, of_source - inserted - len(conflicts), conflicts)


def _count(connection: sqlite3.Connection, schema: str, table: Shape) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {quoted(schema)}.{quoted(table.name)}").fetchone()
    return int(count)


def _missing(connection: sqlite3.Connection, pair: Pair) -> list[tuple[object, ...]]:
    """The identities of the source's rows that the target lacks."""
    missing: list[tuple[object, ...]] = []
    if pair.source.key:
        on = _on(pair.source.key)
        query = (
            f"SELECT {_columns(pair.source.identity, 's')} FROM {SOURCE}.{quoted(pair.source.name)} AS s "
            f"WHERE {_whole(pair.source.key, 's')} "
            f"AND NOT EXISTS (SELECT 1 FROM main.{quoted(pair.target.name)} AS t WHERE {on})"
        )
        missing.extend(connection.execute(query).fetchall())
    if pair.source.rowid is not None:
        missing.extend(_missing_without_key(connection, pair))
    return missing


def _missing_without_key(connection: sqlite3.Connection, pair: Pair) -> Iterator[tuple[object, ...]]:
    keyless = f"NOT ({_whole(pair.source.key, 's')})" if pair.source.key else "1"
    digest = _digest(pair.source.stored)
    theirs = f"SELECT {digest} FROM main.{quoted(pair.target.name)} AS s WHERE {keyless}"
    have = Counter(found for (found,) in connection.execute(theirs))
    identity = _columns(pair.source.identity, "s")
    ours = f"SELECT {identity}, {digest} FROM {SOURCE}.{quoted(pair.source.name)} AS s WHERE {keyless} ORDER BY 1"
    for row, found in connection.execute(ours).fetchall():
        if have[found]:
            have[found] -= 1
        else:
            yield (row,)


def _differing(connection: sqlite3.Connection, pair: Pair) -> Iterator[Conflict]:
    """The rows of the source whose key the target has with other values."""
    key = pair.source.key
    columns = [column.name for column in pair.source.columns if column.name not in key and not column.generated]
    if not key:
        return
    same = [_same(column) for column in (*columns, *key)]
    flags = ", ".join(same)
    query = (
        f"SELECT {', '.join(_shown(column) for column in key)}, {flags} FROM {SOURCE}.{quoted(pair.source.name)} AS s "
        f"JOIN main.{quoted(pair.target.name)} AS t ON {_on(key)} WHERE NOT ({' AND '.join(same)})"
    )
    for row in connection.execute(query):
        equal = row[len(key) :]
        differs = tuple(name for name, is_same in zip((*columns, *key), equal, strict=True) if not is_same)
        yield Conflict(pair.source.name, dict(zip(key, row, strict=False)), differs)


def _insert(connection: sqlite3.Connection, pair: Pair, missing: Sequence[tuple[object, ...]]) -> Iterator[Conflict]:
    """Copies rows; yields those for which a unique constraint of the target leaves no room."""
    columns = _columns(pair.source.stored)
    where = " AND ".join(f"{quoted(name)} IS ?" for name in pair.source.identity)
    row = f"FROM {SOURCE}.{quoted(pair.source.name)} WHERE {where}"
    copy = f"INSERT INTO main.{quoted(pair.target.name)} ({columns}) SELECT {columns} {row}"
    for identity in missing:
        try:
            connection.execute(copy, identity)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname not in _TAKEN:
                raise RefusedError(f"a row of {pair.source.name} is not allowed in the target: {error}") from error
            named = pair.source.key or pair.source.identity
            shown = ", ".join(_shown(name, "") for name in named)
            values = connection.execute(f"SELECT {shown} {row}", identity).fetchone()
            yield Conflict(pair.source.name, dict(zip(named, values, strict=True)), (str(error),))


def _keep_sequence(connection: sqlite3.Connection, pair: Pair) -> None:
    """Numbers that AUTOINCREMENT has given out in either database are not given out again."""
    for schema in ("main", SOURCE):
        if not connection.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            return
    used = connection.execute(
        f"SELECT seq FROM {SOURCE}.sqlite_sequence WHERE name = ?", (pair.source.name,)
    ).fetchone()
    if used is None:
        return
    known = connection.execute("SELECT seq FROM main.sqlite_sequence WHERE name = ?", (pair.target.name,)).fetchone()
    if known is None:
        connection.execute("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", (pair.target.name, *used))
    elif known < used:
        connection.execute("UPDATE main.sqlite_sequence SET seq = ? WHERE name = ?", (*used, pair.target.name))


def _rebuild(connection: sqlite3.Connection, merges: Sequence[TableMerge]) -> None:
    """Has full-text tables over other tables read these again, where no trigger does it."""
    if not any(merge.inserted for merge in merges):
        return
    fed = _fed_by_triggers(connection)
    for name, sql in own_tables(connection):
        if name.casefold() not in fed and shape(connection, "main", name, sql).mirrors_another:
            connection.execute(f"INSERT INTO main.{quoted(name)} ({quoted(name)}) VALUES ('rebuild')")


def _broken_keys(connection: sqlite3.Connection) -> Counter[tuple[str, str]]:
    """How many rows of which table refer to no row of which other, in both databases together."""
    return _broken(connection, "main") + _broken(connection, SOURCE)


def _broken(connection: sqlite3.Connection, schema: str) -> Counter[tuple[str, str]]:
    rows = connection.execute(f"PRAGMA {schema}.foreign_key_check").fetchall()
    return Counter((table.casefold(), parent.casefold()) for table, _, parent, _ in rows)


def _verify(connection: sqlite3.Connection, broken: Counter[tuple[str, str]]) -> None:
    new = _broken(connection, "main") - broken
    if new:
        listed = "; ".join(f"{count} rows of {table} to {parent}" for (table, parent), count in sorted(new.items()))
        raise RefusedError(f"foreign keys would lead nowhere: {listed}")
    found = [line for (line,) in connection.execute("PRAGMA main.integrity_check(5)")]
    if found != ["ok"]:
        raise RefusedError(f"the target is not sound: {'; '.join(found)}")


def _columns(names: Sequence[str], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(name) for name in names)


def _whole(key: Sequence[str], alias: str) -> str:
    return " AND ".join(f"{alias}.{quoted(name)} IS NOT NULL" for name in key)


def _on(key: Sequence[str]) -> str:
    return " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in key)


def _same(name: str) -> str:
    column = quoted(name)
    return f"(typeof(s.{column}) = typeof(t.{column}) AND s.{column} IS t.{column} COLLATE BINARY)"


def _shown(name: str, alias: str = "s.") -> str:
    column = alias + quoted(name)
    return f"CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE {column} END"


def _digest(names: Sequence[str]) -> str:
    """SQL for a digest of a row's values with their types, whatever bytes its texts are made of."""
    parts = [
        part
        for name in names
        for column in ("s." + quoted(name),)
        for part in (
            f"typeof({column})",
            f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) ELSE {column} END",
        )
    ]
    chunks = [parts[start : start + _MOST_ARGUMENTS] for start in range(0, len(parts), _MOST_ARGUMENTS)]
    digests = [f"row_digest({', '.join(chunk)})" for chunk in chunks]
    return digests[0] if len(digests) == 1 else f"row_digest({', '.join(digests)})"


def _typed(column: str) -> tuple[str, str]:
    return f"typeof({column})", f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) ELSE {column} END"


def _row_digest(*values: object) -> bytes:
    return blake2b(repr(values).encode(), digest_size=16).digest()
