"""Which migrations a database has seen, beside those that the lock says were released."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePath

import tomli
from msgspec import Struct

from statefence.errors import StatefenceError
from statefence.state.reading import connect, own_tables, quoted

LOCK_FILE = "migrations.lock"
"""In the project's root: a table `[STORE.NAMESPACE]` for each sequence, a line `"KEY" = "DIGEST"` for each step."""

_KNOWN = frozenset({"alembic_version", "flyway_schema_history", "goose_db_version", "schema_version"})
_HEADS_ONLY = frozenset({"alembic_version"})
_COLUMNS = ("version", "version_num", "version_id", "migration", "migration_name", "name", "filename", "script", "id")
_MIGRATION = re.compile(r"(?<!im)(?<!\be)migration")
_LEADING_NUMBER = re.compile(r"[Vv]?(\d+)")


class Applied(Struct, frozen=True):
    """What is wrong with the migrations of a database, and what cannot be told about them."""

    faults: tuple[str, ...] = ()
    unknown: str = ""


def lists_migrations(table: str) -> bool:
    """Whether a table of this name is where a tool or program writes down which migrations a database has seen."""
    name = table.casefold()
    return name in _KNOWN or _MIGRATION.search(name) is not None


def locked_keys(root: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each store of the project's lock, the keys of each of its sequences in order; raises StatefenceError."""
    path = Path(root, LOCK_FILE)
    try:
        content = tomli.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StatefenceError(f"{path}: cannot be used: {error}") from error
    return {
        store: tuple(tuple(keys) for keys in namespaces.values() if isinstance(keys, Mapping))
        for store, namespaces in content.items()
        if isinstance(namespaces, Mapping)
    }


def compare(copy: str, sequences: Sequence[Sequence[str]]) -> Applied:
    """The migrations that the copied database lists, beside the released ones; nothing when none is released.

    Those still to be applied are no fault: the program applies them when it starts. Raises sqlite3.Error.
    """
    if not any(sequences):
        return Applied()
    with closing(connect(copy)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = [name for name, _ in own_tables(connection)]
        lists = {table: _listed(connection, table) for table in tables if lists_migrations(table)}
    known = [key for keys in sequences for key in keys]
    if not tables:
        return Applied()
    if not any(lists.values()) and not version:
        return Applied(unknown="which migrations were applied: no table lists them, and user_version is 0")
    if not any(lists.values()):
        more = version > len(known) and len(sequences) == 1
        return Applied((f"user_version is {version}, and the lock has {len(known)} migrations",) if more else ())
    applied = [value for values in lists.values() for value in values]
    strange = [value for value in applied if not any(_is(value, key) for key in known)]
    faults = [f"the migration {value} was applied, and is not in the lock" for value in strange]
    if not any(table.casefold() in _HEADS_ONLY for table in lists):
        faults.extend(fault for keys in sequences for fault in _gaps(keys, applied))
    return Applied(tuple(faults))


def _listed(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    columns = {row[1].casefold() for row in connection.execute(f"PRAGMA table_xinfo({quoted(table)})")}
    column = next((name for name in _COLUMNS if name in columns), None)
    if column is None:
        return ()
    rows = connection.execute(f"SELECT {quoted(column)} FROM {quoted(table)} ORDER BY 1")
    return tuple(str(value) for (value,) in rows if value is not None)


def _gaps(keys: Sequence[str], applied: Sequence[str]) -> list[str]:
    """The migrations that were left out although a later one was applied."""
    done = [any(_is(value, key) for value in applied) for key in keys]
    last = max((number for number, is_done in enumerate(done) if is_done), default=-1)
    return [
        f"the migration {keys[number]} was not applied, but {keys[last]} after it was"
        for number in range(last)
        if not done[number]
    ]


def _is(applied: str, key: str) -> bool:
    """Whether a listed migration is the one with that key: by name, or by the number that it begins with."""
    if key in {applied, PurePath(applied).stem} or key.startswith((f"{applied}_", f"{applied}-", f"{applied}.")):
        return True
    number = _LEADING_NUMBER.match(key)
    return applied.isdigit() and number is not None and int(number[1]) == int(applied)
