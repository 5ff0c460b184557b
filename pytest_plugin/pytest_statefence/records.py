"""The nouns of the plugin. Frozen; a violation can be sent between the processes of a distributed run."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from statefence.policy import StoreKind
from statefence.template import Template


class Mode(StrEnum):
    """What a violation does to the test."""

    OFF = "off"
    WARN = "warn"
    FAIL = "fail"


class Namespace(Struct, frozen=True):
    """A sequence of migrations, by the versions that are locked and those that have files; None where that is not told.

    Numbers are written without leading zeros.
    """

    name: str
    locked: tuple[str, ...]
    present: tuple[str, ...] | None


class Known(Struct, frozen=True):
    """What a store's migrations make, as far as the policy, the lock and the names in the files tell.

    Attributes:
        tables: the tables that any store or namespace of the policy owns, in lower case.
        words: every word of the migrations, in lower case: a table that one of them names is some migration's.
    """

    tables: frozenset[str]
    words: frozenset[str]
    namespaces: tuple[Namespace, ...]


class Clause(Struct, frozen=True):
    """One line of the policy that speaks of a file: a store, or a path at which no database may be.

    Attributes:
        place: where it stands, such as `statefence.toml:31`.
        store: the store's name; None for a forbidden path.
        reason: why a path is forbidden, as the policy says it.
        foreign: tables (in lower case) that other stores own and this one does not.
        owners: the foreign tables, each with the stores that own it.
        kind: what the store is on disk; a forbidden path is one of databases.
        is_append_only: whether what is in the store may never change or go.
        is_of_machine: whether it is the store of the user who runs the tests, which no test may change at all.
        is_kept_only: whether what is made there is nobody's yet, and only what was there before the run may not change.
        known: what the store's migrations make; None when it declares none.
    """

    template: Template
    place: str
    store: str | None = None
    reason: str = ""
    foreign: frozenset[str] = frozenset()
    owners: tuple[tuple[str, str], ...] = ()
    kind: StoreKind = StoreKind.SQLITE
    is_append_only: bool = False
    is_of_machine: bool = False
    is_kept_only: bool = False
    known: Known | None = None

    @property
    def is_forbidden(self) -> bool:
        """Whether no database may be there."""
        return self.store is None

    @property
    def is_of_databases(self) -> bool:
        """Whether its files are compared by tables; those of others by their bytes."""
        return self.kind is StoreKind.SQLITE

    @property
    def compares_tables(self) -> bool:
        """Whether what a database held before is needed to judge it."""
        asked = self.is_forbidden or self.foreign or self.known or self.is_append_only or self.is_of_machine
        return self.is_of_databases and bool(asked)

    def __str__(self) -> str:
        if self.store is not None:
            return f"{self.place} store {self.store}: {self.template}"
        return f"{self.place} forbidden {self.template}" + (f": {self.reason}" if self.reason else "")


class TableState(Struct, frozen=True):
    """What a table held: how many rows, a digest of them in any order, and the SQL that made it."""

    rows: int
    digest: str
    sql: str


class Contents(Struct, frozen=True):
    """What a file held at one moment.

    Attributes:
        tables: its tables by name; None when SQLite cannot read it.
        fingerprint: a digest of its bytes, only when `tables` is None; empty when not even those could be read.
        reason: why it could not be read.
    """

    tables: Mapping[str, TableState] | None = None
    fingerprint: str = ""
    reason: str = ""


EMPTY = Contents(tables={})
"""What a file holds that is not there."""


class Extent(Struct, frozen=True):
    """A file that is compared by its bytes, at one moment.

    Attributes:
        inode: 0 when it was not there, or could not be read.
        size: in bytes.
        digest: of all its bytes.
        prefix: digest of as many bytes as it held the time before; that of all when it is shorter now.
        reason: why it could not be read; empty when it could, and when it was not there.
    """

    inode: int = 0
    size: int = 0
    digest: str = ""
    prefix: str = ""
    reason: str = ""


NO_FILE = Extent()


class Bookkeeping(Struct, frozen=True):
    """A database's tables, and the migrations that it says are applied, as namespace (or empty) and version."""

    tables: tuple[str, ...] = ()
    applied: tuple[tuple[str, str], ...] = ()


class Made(Struct, frozen=True):
    """Paths at which files were made, also of those removed again.

    Attributes:
        unseen: directories that were made and gone before anybody could look into them.
        lost: why anything else may be missing; empty when nothing can be.
    """

    files: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    lost: str = ""


class TableChange(Struct, frozen=True):
    """A table that differs. The rows are None where the table is not there."""

    table: str
    rows_before: int | None
    rows_after: int | None

    def __str__(self) -> str:
        before = "absent" if self.rows_before is None else self.rows_before
        after = "absent" if self.rows_after is None else self.rows_after
        same = ", not the same ones" if before == after else ""
        return f"{self.table}: rows {before} -> {after}{same}"


class Explanation(Struct, frozen=True):
    """The static finding that foretells a violation, as `statefence check` gives it."""

    code: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}"


class Violation(Struct, frozen=True):
    """Something the policy forbids, which happened.

    Attributes:
        code: the code of the static rule that finds the same.
        subject: the file, or the program of a spawn.
        what: one sentence without a full stop.
        clause: the line of the policy, and its reason.
        tables: what changed in it.
        culprits: who did it as far as can be told, one line each.
        places: the lines of the project, by path and number, on the stacks of those, the likeliest first.
        explanations: the static findings at those lines.
        candidates: the tests, fixtures or moments that may have done it; empty when it was the one that was on.
    """

    code: str
    subject: str
    what: str
    clause: str
    tables: tuple[TableChange, ...] = ()
    culprits: tuple[str, ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    explanations: tuple[Explanation, ...] = ()
    candidates: tuple[str, ...] = ()


class Judgement(Struct, frozen=True):
    """The answer about one file: violations, and what could not be judged and why."""

    violations: tuple[Violation, ...] = ()
    unknown: tuple[str, ...] = ()
