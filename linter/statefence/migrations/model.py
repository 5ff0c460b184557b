"""What a sequence of migrations is, once read. Data only."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from statefence.model import Place, Span


class Shape(StrEnum):
    """How the migrations of one sequence are kept."""

    SQL = "sql"  # a directory of `.sql` files
    MODULES = "modules"  # a directory of Python modules, each with one migration
    LIST = "list"  # one Python module with a list of migrations
    ALEMBIC = "alembic"  # a directory of Alembic versions


class Rebuild(Struct, frozen=True):
    """A table that is made anew, with one thing changed.

    Attributes:
        column: the column that gets another type, default, or permission to be NULL; empty when none does.
        default: the new default's expression, empty for none; None when it stays.
        dropped: the column that goes, with the constraints and indexes that it is in.
        constraint: the table constraint that is added, as it is written.
        constraint_dropped: the name of the one that goes.
    """

    table: str
    column: str = ""
    type: str = ""
    nullable: bool | None = None
    default: str | None = None
    dropped: str = ""
    constraint: str = ""
    constraint_dropped: str = ""


class Sql(Struct, frozen=True):
    """One statement of a migration, and where it is written.

    Attributes:
        parametrised: values are bound to it, which are not known: it changes rows, never the schema.
        rebuild: what is done instead, where it takes several statements that depend on what the table is.
    """

    text: str
    place: Place
    parametrised: bool = False
    rebuild: Rebuild | None = None


class Migration(Struct, frozen=True):
    """One step of a schema's history.

    Attributes:
        version: as it is written, `001`.
        key: what the lock calls it: the file's name without ending, or the version in a list.
        place: where a finding about the whole of it stands.
        up: what applies it, in order; empty when that is not known.
        down: what takes it back, in order; None when there is nothing that does.
        digest: SHA-256 of what applies it, line ends as LF.
        unknown: why `up` is not known, with the place; empty when it is.
        down_unknown: the same of `down`.
        after: the keys of those it comes after, where that is said (Alembic); else empty.
        name: the Python name of the object that it is; empty when its module's own names make it.
        parts: of an object made by a call, where the call (as the empty name) and the values of its keywords stand.
        counterpart: the name under which its module would list what takes it back, where it lists what applies it.
    """

    version: str
    key: str
    place: Place
    up: tuple[Sql, ...]
    down: tuple[Sql, ...] | None
    digest: str
    unknown: str = ""
    down_unknown: str = ""
    after: tuple[str, ...] = ()
    name: str = ""
    parts: tuple[tuple[str, Span], ...] = ()
    counterpart: str = ""


class Fault(Struct, frozen=True):
    """Something wrong with a sequence as such; the message is without a full stop."""

    place: Place
    message: str
    unregistered: str = ""  # the key of the migration that its registry lacks


class Registry(Struct, frozen=True):
    """Where the project lists a sequence's migrations.

    Attributes:
        place: the list, tuple or dict display, in a Python module.
        keys: the migrations it lists.
        elements: where each of them stands.
        form: how it names them: `object`, `module`, `text` (their file names), or in a way that no fix follows.
        package: the dotted name of the package that the migrations are imported from; empty for `text`.
        ending: what follows the key in a file name of a `text` registry.
        named: the migrations that its module names, here or elsewhere.
    """

    place: Place
    keys: tuple[str, ...]
    elements: tuple[Span, ...]
    form: str
    package: str = ""
    ending: str = ""
    named: tuple[str, ...] = ()


class History(Struct, frozen=True):
    """The migrations of one namespace of a store, in the order in which they are applied.

    Attributes:
        path: the directory or module that the policy names.
        runs: whether its statements are SQLite's, so that they can be run.
        separate_down: whether what takes a migration back is in a file of its own (`.down.sql`).
        faults: what keeps it from being a sequence.
        example: of modules, the text of the last one, which a new one is written like.
        provided: the tables, in lower case, that the program makes itself and the migrations do not.
    """

    store: str
    namespace: str
    path: str
    shape: Shape
    migrations: tuple[Migration, ...]
    runs: bool = True
    separate_down: bool = True
    faults: tuple[Fault, ...] = ()
    registry: Registry | None = None
    example: str = ""
    provided: tuple[str, ...] = ()


def whole(path: str) -> Place:
    """The place of a finding about a whole file: its first line."""
    return Place(path, Span(1, 0, 1, 0))
