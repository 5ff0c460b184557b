"""Which migrations a database has seen, beside those that the lock says were released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import PurePath

from msgspec import Struct

from statefence.migrations.bookkeeping import applied_in, lists_migrations
from statefence.migrations.lock import read_lock
from statefence.state.reading import connect, own_tables

_HEADS_ONLY = frozenset({"alembic_version"})
_LEADING_NUMBER = re.compile(r"[Vv]?(\d+)")


class Applied(Struct, frozen=True):
    """What is wrong with the migrations of a database, and what cannot be told about them."""

    faults: tuple[str, ...] = ()
    unknown: str = ""


def locked_keys(root: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each store of the project's lock, the keys of each of its sequences in order; raises StatefenceError."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for (store, _), entries in read_lock(root).items():
        found[store] = (*found.get(store, ()), tuple(entries))
    return found


def compare(copy: str, sequences: Sequence[Sequence[str]]) -> Applied:
    """The migrations that the copied database lists, beside the released ones; nothing when none is released.

    Those still to be applied are no fault: the program applies them when it starts. Raises sqlite3.Error.
    """
    if not any(sequences):
        return Applied()
    with closing(connect(copy)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = [name for name, _ in own_tables(connection)]
        lists = {table: applied_in(connection, table) for table in tables if lists_migrations(table)}
    known = [key for keys in sequences for key in keys]
    if not tables:
        return Applied()
    if not any(lists.values()) and not version:
        return Applied(unknown="which migrations were applied: no table lists them, and user_version is 0")
    if not any(lists.values()):
        more = version > len(known) and len(sequences) == 1
        return Applied((f"user_version is {version}, and the lock has {len(known)} migrations",) if more else ())
    applied = [value for rows in lists.values() for _, value in rows]
    strange = [value for value in applied if not any(_is(value, key) for key in known)]
    faults = [f"the migration {value} was applied, and is not in the lock" for value in strange]
    if not any(table.casefold() in _HEADS_ONLY for table in lists):
        faults.extend(fault for keys in sequences for fault in _gaps(keys, applied))
    return Applied(tuple(faults))


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
