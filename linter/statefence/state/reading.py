"""What is in the private copy of a database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import blake2b

from msgspec import Struct

SECONDS = 60.0
"""How long the questions about one database may take altogether; what is not answered by then is unknown."""

_MOST_FAULTS = 20
_STEPS_BETWEEN_LOOKS = 50_000
_NEEDS_THE_PROGRAM = ("no such module", "no such collation", "no such function", "unknown tokenizer", "unsupported")


class Breach(Struct, frozen=True):
    """Rows of a table whose foreign key leads to no row of `parent`."""

    table: str
    parent: str
    rows: int


class Contents(Struct, frozen=True):
    """What a database holds.

    Attributes:
        tables: the rows of each table, without SQLite's own and those behind virtual tables; None when not known.
        fingerprint: a digest of the tables and their columns; empty when there are none.
        faults: what `integrity_check` says; empty when it is sound.
        breaches: of foreign keys.
        unknown: what could not be found out, one sentence each.
    """

    tables: dict[str, int | None] = {}
    fingerprint: str = ""
    faults: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    unknown: tuple[str, ...] = ()


def read(copy: str) -> Contents:
    """What the copied database holds. The copy may be changed by it: its log is played back."""
    try:
        with closing(connect(copy)) as connection:
            _set_deadline(connection, time.monotonic() + SECONDS)
            return _contents(connection)
    except sqlite3.Error as error:
        if _is_the_program_s(error):
            return Contents(unknown=(_unanswered("what is in it", error),))
        return Contents(faults=(str(error),))


def connect(path: str) -> sqlite3.Connection:
    """A connection in autocommit mode that takes text of any bytes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = decoded
    return connection


def decoded(text: bytes) -> str:
    """Text of a database, with what is no UTF-8 as escapes."""
    return text.decode("utf-8", "backslashreplace")


def quoted(name: str) -> str:
    """The name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def own_tables(connection: sqlite3.Connection, schema: str = "main") -> tuple[tuple[str, str], ...]:
    """The tables that the program made, with their SQL, in the order they were made.

    Left out are SQLite's own and those in which virtual tables keep their content.
    """
    query = f"SELECT name, sql FROM {quoted(schema)}.sqlite_master WHERE type = 'table' ORDER BY rowid"
    found = [(name, sql or "") for name, sql in connection.execute(query)]
    behind = tuple(f"{name.casefold()}_" for name, sql in found if is_virtual(sql))
    return tuple(
        (name, sql) for name, sql in found if not name.casefold().startswith(("sqlite_", *behind)) or is_virtual(sql)
    )


def is_virtual(sql: str) -> bool:
    """Whether the SQL of a table is that of a virtual one."""
    return sql[:40].upper().startswith("CREATE VIRTUAL")


def fingerprint(connection: sqlite3.Connection, tables: Iterable[str]) -> str:
    """A digest of the tables and their columns, in any order and case; empty without tables."""
    shapes = sorted(repr((table.casefold(), sorted(_columns(connection, table)))) for table in tables)
    return blake2b("\n".join(shapes).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest() if shapes else ""


def _contents(connection: sqlite3.Connection) -> Contents:
    unknown: list[str] = []
    faults = _faults(connection, unknown)
    tables = own_tables(connection)
    names = [name for name, _ in tables]
    return Contents(
        tables={name: _count(connection, name, unknown) for name in names},
        fingerprint=fingerprint(connection, names),
        faults=faults,
        breaches=() if faults else _breaches(connection, unknown),
        unknown=tuple(unknown),
    )


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, int, int, int]]:
    try:
        for _, name, declared, not_null, _, key, hidden in connection.execute(f"PRAGMA table_xinfo({quoted(table)})"):
            yield name.casefold(), declared.upper(), not_null, key, hidden
    except sqlite3.OperationalError as error:
        if not _is_the_program_s(error):
            raise


def _faults(connection: sqlite3.Connection, unknown: list[str]) -> tuple[str, ...]:
    try:
        found = [line for (line,) in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})")]
    except sqlite3.OperationalError as error:
        if not _is_the_program_s(error):
            raise
        unknown.append(_unanswered("its integrity", error))
        return ()
    return tuple(line for line in found if line != "ok")


def _count(connection: sqlite3.Connection, table: str, unknown: list[str]) -> int | None:
    try:
        (count,) = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()
    except sqlite3.DatabaseError as error:
        unknown.append(_unanswered(f"the rows of {table}", error))
        return None
    return int(count)


def _breaches(connection: sqlite3.Connection, unknown: list[str]) -> tuple[Breach, ...]:
    counts: dict[tuple[str, str], int] = {}
    try:
        for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            counts[table, parent] = counts.get((table, parent), 0) + 1
    except sqlite3.OperationalError as error:
        unknown.append(_unanswered("its foreign keys", error))
    return tuple(Breach(table, parent, rows) for (table, parent), rows in sorted(counts.items()))


def _set_deadline(connection: sqlite3.Connection, deadline: float) -> None:
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)


def _is_the_program_s(error: sqlite3.Error) -> bool:
    """Whether SQLite would need something of the program, or more time, rather than another file."""
    return str(error) == "interrupted" or str(error).startswith(_NEEDS_THE_PROGRAM)


def _unanswered(what: str, error: sqlite3.Error) -> str:
    reason = f"not done after {SECONDS:.0f} s" if str(error) == "interrupted" else str(error)
    return f"{what}: {reason}"
