"""What `state scan` reports. These records are its JSON, and their schema is its JSON Schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

VERSION = 1
"""Raised when a field of the report changes."""

AbsolutePath = Annotated[str, Meta(description="absolute; bytes that are no UTF-8 as \\xNN")]
RelativePath = Annotated[str, Meta(description="relative to `directory`; bytes that are no UTF-8 as \\xNN")]


class Problem(StrEnum):
    """What can be wrong."""

    FORBIDDEN = "forbidden-database"
    FOREIGN_TABLE = "foreign-table"
    DUPLICATE = "duplicate-database"
    ORPHAN = "orphaned-companion"
    HOT_JOURNAL = "hot-journal"
    CORRUPT = "corrupt-database"
    FOREIGN_KEY = "broken-foreign-key"
    EMPTY = "empty-database"
    SHRUNK = "append-only-shrunk"
    REWRITTEN = "append-only-rewritten"
    GONE = "append-only-gone"
    READABLE = "readable-by-others"
    HARD_LINKED = "hard-linked-database"
    UNREGISTERED = "unregistered"
    MIGRATIONS = "migration-mismatch"


class Role(StrEnum):
    """What a database is to the policy."""

    STORE = "store"
    FORBIDDEN = "forbidden"
    RETIRED = "retired"
    OTHER = "other"


class Found(Struct, frozen=True):
    """A finding.

    Attributes:
        code: of the rule of `check` that is about the same; null where no rule is.
        policy: the line of the policy that it breaks, such as `statefence.toml:31`; null where none says so.
    """

    problem: Problem
    path: RelativePath
    message: str
    code: str | None = None
    policy: str | None = None


class Database(Struct, frozen=True):
    """A database.

    Attributes:
        store: the store it is; null when it is none.
        schema: a digest of its tables and columns, equal for equal ones; empty without tables.
        tables: rows per table; null when not known.
        rows: in all tables that could be counted.
        size: bytes, of the file alone.
        log: bytes in its write-ahead log, which belong to it.
        written: the last write, ISO 8601 in UTC.
        sound: what `integrity_check` says; null when it could not be asked.
        links: other names of the same file.
    """

    path: RelativePath
    role: Role
    store: str | None
    schema: str
    tables: dict[str, int | None]
    rows: int
    size: int
    log: int
    written: str
    sound: bool | None
    links: tuple[RelativePath, ...] = ()


class Group(Struct, frozen=True):
    """Databases with the same tables and columns in several places, the one written last first."""

    schema: str
    tables: tuple[str, ...]
    paths: tuple[RelativePath, ...]


class Unjudged(Struct, frozen=True):
    """What could not be told, and why."""

    path: RelativePath
    reason: str


class Summary(Struct, frozen=True):
    """How much was looked at."""

    files: int
    databases: int
    findings: int
    unknown: int


class Scan(Struct, frozen=True):
    """The audit of one state directory.

    Attributes:
        policy: the file of the policy; null when there is none.
        unknown: what keeps the answer from being whole.
        left_out: what is not looked at on purpose, such as links to other directories.
    """

    version: Annotated[int, Meta(description="raised when a field changes")]
    directory: AbsolutePath
    policy: str | None
    summary: Summary
    findings: tuple[Found, ...]
    databases: tuple[Database, ...]
    groups: tuple[Group, ...]
    unknown: tuple[Unjudged, ...]
    left_out: tuple[Unjudged, ...]
