"""The policy as it is written: the raw shape of `[tool.statefence]`, before anything is parsed or looked up.

Loading converts to these records, the JSON Schema is generated from them, and their descriptions are its text.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from statefence.policy.model import StoreKind

Name = Annotated[str, Meta(min_length=1)]
ModuleGlob = Annotated[str, Meta(min_length=1, description="a glob over dotted module names; `**` crosses dots")]
Function = Annotated[str, Meta(min_length=1, description="a function, as `module:function`")]
ClassName = Annotated[str, Meta(min_length=1, description="a class, as `module:class`")]
PathTemplate = Annotated[
    str,
    Meta(
        min_length=1,
        description="text, globs, {state} {home} {cwd} {tmp} {repo} {any}, {env:VARIABLE|default}, "
        "{app:user_data_dir:NAME} and {names}",
    ),
]


class EnvironmentTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """An environment variable that every child process must carry."""

    ensure: Annotated[Name | None, Meta(description="the value it is repaired with when the parent lacks it")] = None
    not_from: Annotated[tuple[Name, ...], Meta(description="variables its fallback chain must never read")] = ()
    resolver: Annotated[Function | None, Meta(description="the one function that may read it")] = None
    layers: Annotated[tuple[Name, ...], Meta(description="only spawns of these layers need it; default: all")] = ()
    exempt: Annotated[tuple[Name, ...], Meta(description="globs over programs that never need it")] = ()


class DiscoveryTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What exists on disk and should have a row in a table."""

    path: PathTemplate
    columns: Annotated[
        dict[Name, Name],
        Meta(description="for a column, text with the path's {names} and {path}; default: each name is a column"),
    ] = {}


class StoreTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A database, file or tree of files that the program keeps."""

    path: PathTemplate
    owners: Annotated[tuple[Name, ...], Meta(min_length=1, description="layers that may open it")]
    kind: Annotated[StoreKind, Meta(description="what it is on disk")] = StoreKind.SQLITE
    readers: Annotated[tuple[Name, ...], Meta(description="layers that may open it read-only")] = ()
    deny: Annotated[tuple[Name, ...], Meta(description="layers whose calls may never reach a write to it")] = ()
    tables: Annotated[tuple[Name, ...], Meta(description="the tables that belong in it")] = ()
    open_with: Annotated[Function | None, Meta(description="what the fixes call instead of a hand-made open")] = None
    migrations: Annotated[
        Name | dict[Name, Name] | None,
        Meta(description="the directory or module of its migrations; of several sequences, each by its namespace"),
    ] = None
    write_with: Annotated[
        Function | None, Meta(description="what the fixes call, with a path and its content, instead of a torn write")
    ] = None
    tenant: Annotated[dict[Name, Name], Meta(description="for a table, the column every query must pin")] = {}
    append_only: Annotated[bool, Meta(description="never rewritten, shortened or replaced")] = False
    discover: Annotated[
        dict[Name, DiscoveryTable], Meta(description="for a table, the files or directories that it has a row for")
    ] = {}
    durable: Annotated[bool, Meta(description="never below a temporary directory, never silently in memory")] = False


class ForbiddenTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A path at which no database may ever be."""

    path: PathTemplate
    belongs_to: Annotated[Name | None, Meta(description="the store that `state repair` merges it into")] = None
    reason: Annotated[str, Meta(description="why, as reports say it")] = ""


class SpawnerTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A function that starts children and that the analysis cannot see through."""

    env: Annotated[Name, Meta(description="the parameter that holds the environment")]
    merge: Annotated[
        Literal["adds", "replaces"], Meta(description="whether it is merged over the parent's or all the child gets")
    ]


class OpenerTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A function that opens a database and that the analysis cannot see through."""

    path: Annotated[Name, Meta(description="the parameter that holds the path")]


class MirrorsTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What the rows of a table are in Python."""

    types: Annotated[tuple[ClassName, ...], Meta(description="the owner's types of its rows")] = ()
    mirrors: Annotated[
        tuple[ClassName, ...], Meta(description="copies of them, in modules that import nothing of the store's owners")
    ] = ()
    store: Annotated[Name | None, Meta(description="the store that has the table, where several do")] = None
    omit: Annotated[tuple[Name, ...], Meta(description="columns and fields that only one side has on purpose")] = ()
    rename: Annotated[dict[Name, Name], Meta(description="for a column, the field that holds it")] = {}


class Document(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """The policy of statefence: what the program keeps on disk, and who may touch it."""

    src: Annotated[tuple[Name, ...], Meta(description="source roots; guessed without it")] = ()
    state: Annotated[PathTemplate | None, Meta(description="the state directory, `{state}` in other paths")] = None
    require_reasons: Annotated[bool, Meta(description="whether every suppression must say why")] = False
    layers: Annotated[
        dict[Name, Annotated[tuple[ModuleGlob, ...], Meta(min_length=1)]],
        Meta(description="the layers of the program, each a list of module globs"),
    ] = {}
    env: Annotated[dict[Name, EnvironmentTable], Meta(description="variables that children must carry")] = {}
    stores: Annotated[dict[Name, StoreTable], Meta(description="the places where state lives")] = {}
    forbidden: Annotated[tuple[ForbiddenTable, ...], Meta(description="where no database may ever be")] = ()
    namespaces: Annotated[
        dict[ModuleGlob, Annotated[tuple[Name, ...], Meta(min_length=1)]],
        Meta(description="for a module glob, the tables that it alone may write"),
    ] = {}
    spawners: Annotated[
        dict[Function, SpawnerTable], Meta(description="functions, as `module:function`, that start children")
    ] = {}
    openers: Annotated[
        dict[Function, OpenerTable], Meta(description="functions, as `module:function`, that open databases")
    ] = {}
    mirrors: Annotated[dict[Name, MirrorsTable], Meta(description="for a table, the types that mirror its rows")] = {}
    backends: Annotated[
        dict[ClassName, Annotated[tuple[ClassName, ...], Meta(min_length=1)]],
        Meta(description="for a storage interface, as `module:Class`, the classes that implement it"),
    ] = {}
