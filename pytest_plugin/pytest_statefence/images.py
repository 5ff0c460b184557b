"""What is in a private copy of a database. Runs in the reader process only; standard library, no site."""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH110, PTH123

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from hashlib import blake2b

from statefence.copies import SIDECARS, UnreadableError, copy_parts

_MASK = (1 << 128) - 1


def digest(copy: str, wanted: Iterable[str] | None) -> dict[str, tuple[int, str, str]]:
    """For every table of the copied database, or those `wanted` (in any case): its rows, their digest, its SQL.

    The digest is that of a multiset: neither row order nor rowids count, so VACUUM changes nothing. The copy stays as
    it is. Raises UnreadableError when SQLite cannot read the file.
    """
    names = None if wanted is None else {name.casefold() for name in wanted}
    try:
        with closing(sqlite3.connect(_expendable(copy), isolation_level=None)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
            tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: (*_rows(connection, name), sql or "")
                for name, sql in tables
                if not name.startswith("sqlite_") and (names is None or name.casefold() in names)
            }
    except sqlite3.Error as error:
        raise UnreadableError(f"SQLite cannot read it: {error}") from error


def _expendable(copy: str) -> str:
    """A file that SQLite may change: a copy of the copy where there is a log, which reading plays back or folds in."""
    if not any(os.path.exists(copy + sidecar) for sidecar in SIDECARS):
        return copy
    copy_parts(copy, copy + "-expendable")
    return copy + "-expendable"


def fingerprint(copy: str) -> str:
    """A digest of the bytes of the copy and its log, for files that are no database SQLite can read."""
    total = blake2b(digest_size=16)
    for part in (copy, *(copy + sidecar for sidecar in SIDECARS)):
        if os.path.exists(part):
            with open(part, "rb") as file:
                while block := file.read(1 << 20):
                    total.update(block)
    return total.hexdigest()


def _rows(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    quoted = '"' + table.replace('"', '""') + '"'
    count = total = 0
    try:
        rows = connection.execute(f"SELECT * FROM {quoted}")
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
        rows = connection.execute("SELECT 1 WHERE 0")  # a virtual table: its content is in tables beside it
    for row in rows:
        count += 1
        line = repr(row).encode("utf-8", "surrogatepass")
        total += int.from_bytes(blake2b(line, digest_size=16).digest())
    return count, f"{total & _MASK:032x}"
