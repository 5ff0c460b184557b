"""What is in a copied database. Reader process only; standard library, no site."""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH108, PTH110

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from hashlib import blake2b

from pytest_statefence import snapshots
from statefence.copies import SIDECARS, UnreadableError

_MASK = (1 << 128) - 1
_BLOCK = 1 << 18


def digest(copy: str, wanted: Iterable[str] | None) -> dict[str, tuple[int, str, str]]:
    """For every table of the copied database, or those `wanted` (in any case): its rows, their digest, its SQL.

    The digest is that of a multiset: neither row order nor rowids count, so VACUUM changes nothing. The copy stays as
    it is. Raises UnreadableError when SQLite cannot read the file.
    """
    names = None if wanted is None else {name.casefold() for name in wanted}
    try:
        with closing(connected(copy)) as connection:
            tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: (*_rows(connection, name), sql or "")
                for name, sql in tables
                if not name.startswith("sqlite_") and (names is None or name.casefold() in names)
            }
    except sqlite3.Error as error:
        raise UnreadableError(f"SQLite cannot read it: {error}") from error


def lost_rows(before: str, after: str, wanted: Iterable[str]) -> dict[str, int]:
    """How many rows of each of the tables `wanted` are in the copy `before` and not in `after`.

    Columns that were added do not count. Raises UnreadableError when SQLite cannot read one of the copies.
    """
    lost = {}
    try:
        with closing(connected(before)) as old, closing(connected(after)) as new:
            for table in wanted:
                columns = [_quoted(row[1]) for row in old.execute(f"PRAGMA table_info({_quoted(table)})")]
                lost[table] = (_row_counts(old, table, columns) - _row_counts(new, table, columns)).total()
    except sqlite3.Error as error:
        raise UnreadableError(f"SQLite cannot read it: {error}") from error
    return lost


def _row_counts(connection: sqlite3.Connection, table: str, columns: list[str]) -> Counter[bytes]:
    there = {_quoted(row[1]) for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")}
    if not columns or not there.issuperset(columns):
        return Counter()
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {_quoted(table)}")
    return Counter(_row_digest(row) for row in rows)


def connected(copy: str) -> sqlite3.Connection:
    """A connection to a private copy, or to one of it that SQLite may change."""
    connection = sqlite3.connect(_expendable(copy), isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    return connection


def _expendable(copy: str) -> str:
    """A whole file that SQLite may change: where there is a log, reading plays it back or folds it in."""
    if not any(os.path.exists(copy + beside) for beside in (*SIDECARS, "-changes")):
        return copy
    whole = copy + "-expendable"
    snapshots.write_out(copy, whole)
    for sidecar in SIDECARS:
        _remove(whole + sidecar)
        if os.path.exists(copy + sidecar):
            snapshots.write_out(copy + sidecar, whole + sidecar)
    return whole


def fingerprint(copy: str) -> str:
    """A digest of the bytes of the copy and its log, for files that are no database SQLite can read."""
    total = blake2b(digest_size=16)
    for part in filter(os.path.exists, (copy, *(copy + sidecar for sidecar in SIDECARS))):
        with snapshots.opened(part) as snapshot:
            for offset in range(0, snapshot.size, _BLOCK):
                total.update(snapshot.read(_BLOCK, offset))
    return total.hexdigest()


def _rows(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    count = total = 0
    try:
        rows = connection.execute(f"SELECT * FROM {_quoted(table)}")
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
        rows = connection.execute("SELECT 1 WHERE 0")  # a virtual table: its content is in tables beside it
    for row in rows:
        count += 1
        total += int.from_bytes(_row_digest(row))
    return count, f"{total & _MASK:032x}"


def _row_digest(row: tuple[object, ...]) -> bytes:
    return blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
