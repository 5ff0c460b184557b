"""What is in a copied database. Reader process only; standard library, no site."""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH108, PTH110

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from typing import TypeVar

from pytest_statefence import snapshots
from pytest_statefence.pages import PagesError
from pytest_statefence.parts import write_part
from statefence.copies import SIDECARS, UnreadableError

Answer = TypeVar("Answer")
Wanted = Callable[[str], bool]

_MASK = (1 << 128) - 1
_BLOCK = 1 << 18


def digest(copy: str, wanted: Iterable[str] | None) -> dict[str, tuple[int, str, str]]:
    """For every table of the copied database, or those `wanted` (in any case): its rows, their digest, its SQL.

    The digest is that of a multiset: neither row order nor rowids count, so VACUUM changes nothing. The copy stays as
    it is. Raises UnreadableError when SQLite cannot read the file.
    """
    names = None if wanted is None else {name.casefold() for name in wanted}

    def read(connection: sqlite3.Connection) -> dict[str, tuple[int, str, str]]:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: (*_rows(connection, name), sql or "")
            for name, sql in tables
            if not name.startswith("sqlite_") and (names is None or name.casefold() in names)
        }

    return answered(copy, None if names is None else names.__contains__, read)


def lost_rows(before: str, after: str, wanted: Iterable[str]) -> dict[str, int]:
    """How many rows of each of the tables `wanted` are in the copy `before` and not in `after`.

    Columns that were added do not count. Raises UnreadableError when SQLite cannot read one of the copies.
    """
    names = {name: name.casefold() for name in wanted}
    is_wanted = {*names.values()}.__contains__
    columns = answered(before, is_wanted, lambda old: {name: _columns(old, name) for name in names})

    def count(connection: sqlite3.Connection) -> dict[str, Counter[bytes]]:
        return {name: _row_counts(connection, name, columns[name]) for name in names}

    old, new = (answered(copy, is_wanted, count) for copy in (before, after))
    return {name: (old[name] - new[name]).total() for name in names}


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [_quoted(row[1]) for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")]


def _row_counts(connection: sqlite3.Connection, table: str, columns: list[str]) -> Counter[bytes]:
    if not columns or not {*_columns(connection, table)}.issuperset(columns):
        return Counter()
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {_quoted(table)}")
    return Counter(_row_digest(row) for row in rows)


def answered(copy: str, wanted: Wanted | None, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """What SQLite answers about the tables of a private copy that are `wanted` (in lower case), or about all.

    Raises UnreadableError when SQLite cannot read the file.
    """
    failure: sqlite3.Error | None = None
    for path in _expendable(copy, wanted):
        try:
            with closing(_connected(path)) as connection:
                return ask(connection)
        except sqlite3.Error as error:
            failure = error
    raise UnreadableError(f"SQLite cannot read it: {failure}") from failure


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    return connection


def _expendable(copy: str, wanted: Wanted | None) -> Iterator[str]:
    """Files that SQLite may change: where there is a log, reading plays it back or folds it in. The last is whole."""
    if not any(os.path.exists(copy + beside) for beside in (*SIDECARS, "-changes")):
        yield copy
        return
    expendable = copy + "-expendable"
    if wanted is not None and _has_part(copy, expendable, wanted):
        _write_sidecars(copy, expendable)
        yield expendable
    snapshots.write_out(copy, expendable)
    _write_sidecars(copy, expendable)
    yield expendable


def _has_part(copy: str, path: str, wanted: Wanted) -> bool:
    try:
        write_part(copy, path, wanted)
    except PagesError:
        return False
    return True


def _write_sidecars(copy: str, expendable: str) -> None:
    for sidecar in ("-shm", *SIDECARS):
        _remove(expendable + sidecar)
        if sidecar in SIDECARS and os.path.exists(copy + sidecar):
            snapshots.write_out(copy + sidecar, expendable + sidecar)


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
