"""What a SQL text touches, and the schema it is asked against. Data only."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from statefence.model import Answer


class Kind(StrEnum):
    """What a statement does, by its main verb; `INSERT OR REPLACE` counts as replace, `VALUES` as select."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_TABLE = "create-table"
    ALTER = "alter"
    DROP = "drop"
    INDEX = "index"
    TRIGGER = "trigger"
    VIEW = "view"
    PRAGMA = "pragma"
    ATTACH = "attach"
    DETACH = "detach"
    TRANSACTION = "transaction"
    VACUUM = "vacuum"
    ANALYZE = "analyze"
    REINDEX = "reindex"
    EXPLAIN = "explain"
    OTHER = "other"


class Touch(Struct, frozen=True):
    """What one statement touches, as SQLite itself answers.

    Table names are written as the schema writes them, else as the statement does, in the statement's order. A table of
    an attached database carries its prefix (`archive.notes`); those of `main` carry none. Views are followed to the
    tables beneath them, triggers to the tables they write, the shadow tables of a virtual table to that table.
    SQLite's own tables (`sqlite_*`), table-valued functions and temporary tables are left out: no store keeps them.

    Attributes:
        reads: tables with a column, or a row count, that the statement looks at, also in order to find what it writes.
        writes: tables it inserts into, updates or deletes from; for a trigger or view, what its body does.
        rewrites: those of `writes` whose existing rows it may change or remove.
        ddl: tables and views that it creates, alters, indexes, hangs a trigger on, or drops.
        known: whether the tables above are all of them; YES or UNKNOWN.
        reason: why they may not be; empty when they are.
        holes: how many pieces of its text are not known.
        sql: its text, each hole written as `{}`.
    """

    kind: Kind
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    ddl: tuple[str, ...] = ()
    known: Answer = Answer.YES
    reason: str = ""
    holes: int = 0
    sql: str = ""


class Schema(Struct, frozen=True):
    """The tables, indexes, views and triggers that are known: statements that make them, in order, from nothing."""

    ddl: tuple[str, ...] = ()


class Use(Struct, frozen=True):
    """One occurrence of a table in a statement.

    Attributes:
        pinned: whether the column asked about is pinned there; UNKNOWN where that cannot be told.
        written: rows of it are inserted, changed or removed.
    """

    table: str
    column: str
    pinned: Answer
    written: bool = False
