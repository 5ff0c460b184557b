"""The policy as the rest of the program sees it: validated, with its templates parsed. See DESIGN, section 3."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from statefence.template import Template


class StoreKind(StrEnum):
    """What a store is on disk."""

    SQLITE = "sqlite"
    FILE = "file"
    TREE = "tree"
    URL = "url"


class Variable(Struct, frozen=True):
    """An environment variable that every child must carry.

    Attributes:
        ensure: the value it must be repaired with when the parent lacks it; None when inheriting is enough.
        not_from: variables its fallback chain must never read.
        resolver: `module:function`, the one function that may read it.
        layers: the layers whose spawns need it; empty means all.
        exempt: globs over argv[0] of programs that never need it.
    """

    name: str
    ensure: str | None = None
    not_from: tuple[str, ...] = ()
    resolver: str | None = None
    layers: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()


class Discovery(Struct, frozen=True):
    """What exists on disk and should have a row in `table`: for each column, text with `{names}` of the path."""

    table: str
    path: Template
    columns: dict[str, str]


class Store(Struct, frozen=True):
    """A place where state lives. Layer names in `owners`, `readers` and `deny` all exist.

    Attributes:
        migrations: for each namespace, the directory or module of its migrations; one alone has the store's name.
    """

    name: str
    path: Template
    kind: StoreKind = StoreKind.SQLITE
    owners: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    open_with: str | None = None
    migrations: dict[str, str] = {}
    write_with: str | None = None
    tenant: dict[str, str] = {}
    append_only: bool = False
    discover: tuple[Discovery, ...] = ()
    durable: bool = False


class Mirrors(Struct, frozen=True):
    """What a table's rows are in Python: the owner's types, and copies of them for code that must not know storage.

    Attributes:
        table: the table, in the migrated schema of `store`.
        store: the store; None for the only one that has the table.
        types: classes of the owner, as `module:class`.
        mirrors: copies; their modules import nothing of the store's owners.
        omit: columns and fields that only one side has on purpose.
        rename: for a column, the field that holds it.
    """

    table: str
    store: str | None = None
    types: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    rename: dict[str, str] = {}


class Forbidden(Struct, frozen=True):
    """A path at which no database may ever be; `belongs_to` names the store that its content belongs to."""

    path: Template
    belongs_to: str | None = None
    reason: str = ""
    line: int = 0


class Spawner(Struct, frozen=True):
    """A function that starts children and that the analysis cannot see through.

    Attributes:
        env: the parameter that holds the environment.
        merge: `adds` when it is merged over the parent's, `replaces` when it is all the child gets.
    """

    target: str
    env: str
    merge: str


class Opener(Struct, frozen=True):
    """A function that opens a database and that the analysis cannot see through; `path` is the parameter it is at."""

    target: str
    path: str


class Policy(Struct, frozen=True):
    """All of it. A project without a policy has the default one: no layers, no stores, `src` guessed.

    Attributes:
        backends: for a storage interface, as `module:Class`, the classes that implement it.
        root: the project's root, absolute; every path of a report is relative to it.
        source: the file it was read from, relative to the root; None when there is none.
        lines: for each key path (`stores.admin.path`, `forbidden.0`), its 1-based line in `source`.
    """

    root: str
    source: str | None = None
    src: tuple[str, ...] = ()
    state: Template | None = None
    require_reasons: bool = False
    layers: dict[str, tuple[str, ...]] = {}
    variables: tuple[Variable, ...] = ()
    stores: tuple[Store, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    namespaces: dict[str, tuple[str, ...]] = {}
    spawners: tuple[Spawner, ...] = ()
    openers: tuple[Opener, ...] = ()
    mirrors: tuple[Mirrors, ...] = ()
    backends: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}

    def store(self, name: str) -> Store:
        """The store of that name; raises KeyError."""
        for store in self.stores:
            if store.name == name:
                return store
        raise KeyError(name)

    def layer_of(self, module: str) -> str | None:
        """The layer that the dotted module name belongs to, None when it belongs to none."""
        from statefence.policy.globs import matches_module

        for layer, patterns in self.layers.items():
            if any(matches_module(pattern, module) for pattern in patterns):
                return layer
        return None

    def owner_of_table(self, table: str) -> tuple[Store, ...]:
        """The stores that list `table` (SQLite compares names without case)."""
        wanted = table.casefold()
        return tuple(store for store in self.stores if any(t.casefold() == wanted for t in store.tables))
