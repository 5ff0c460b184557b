"""From the policy and the project's files to the sequences of migrations."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from statefence.migrations import alembic
from statefence.migrations.model import Fault, History, Migration, Shape, whole
from statefence.migrations.names import ordinal
from statefence.migrations.order import alembic_order, sequence_faults
from statefence.migrations.provided import provided
from statefence.migrations.python_files import Parsed, listed_migrations, module_migration, parsed
from statefence.migrations.registries import registry_of, unregistered
from statefence.migrations.sql_files import read_sql, uses_sections
from statefence.module_names import module_names
from statefence.policy import Policy, StoreKind
from statefence.source import Source


def histories(policy: Policy, sources: Mapping[str, Source]) -> tuple[History, ...]:
    """The declared sequences, in the policy's order.

    Args:
        policy: its stores declare them.
        sources: the project's files by path, SQL and Python.
    """
    empty = (
        History(store.name, namespace, path, Shape.SQL, (), store.kind is StoreKind.SQLITE)
        for store in policy.stores
        for namespace, path in store.migrations.items()
    )
    found = (_history(each, sources, policy) for each in empty)
    return tuple(replace(each, provided=provided(each, sources)) if each.runs else each for each in found)


def _history(empty: History, sources: Mapping[str, Source], policy: Policy) -> History:
    """The sequence with its migrations, whichever shape they have."""
    path = empty.path
    if path in sources and sources[path].is_python:
        return _of_list(empty, sources[path])
    inside = {name: source for name, source in sources.items() if posixpath.dirname(name) == path}
    sql = sorted(name for name in inside if name.endswith(".sql"))
    if sql:
        found, faults = read_sql(sql, sources)
        return _completed(empty, found, faults, sources, policy, separate_down=not uses_sections(sql, sources))
    modules = _parsed(source for name, source in sorted(inside.items()) if source.is_python)
    return _of_modules(empty, modules, sources, policy) if modules else empty


def _parsed(sources: Iterable[Source]) -> list[Parsed]:
    """The modules that hold anything."""
    found = (parsed(source, alembic.operation(source.path)) for source in sources)
    return [module for module in found if module.body]


def _of_list(empty: History, source: Source) -> History:
    modules = _parsed([source])
    found = listed_migrations(modules[0]) if modules else []
    faults = sequence_faults(_ordered(found))
    if modules and not found:
        faults = [Fault(whole(source.path), "no list of migrations is found in this module")]
    return replace(empty, shape=Shape.LIST, migrations=_ordered(found), faults=tuple(faults))


def _of_modules(empty: History, modules: Sequence[Parsed], sources: Mapping[str, Source], policy: Policy) -> History:
    versions = [alembic.version_migration(module) for module in modules if alembic.is_version(module)]
    if versions:
        ordered, faults = alembic_order(versions)
        return replace(empty, shape=Shape.ALEMBIC, migrations=ordered, faults=faults)
    found = [migration for module in modules if (migration := module_migration(module)) is not None]
    return _completed(replace(empty, shape=Shape.MODULES), found, [], sources, policy)


def _completed(
    history: History,
    found: Sequence[Migration],
    faults: Sequence[Fault],
    sources: Mapping[str, Source],
    policy: Policy,
    *,
    separate_down: bool = True,
) -> History:
    ordered = _ordered(found)
    registry = registry_of(history, ordered, sources, _package(found, policy))
    missing = unregistered(registry, ordered) if registry else []
    every = (*faults, *sequence_faults(ordered), *missing)
    example = sources[ordered[-1].place.path].text if ordered and history.shape is Shape.MODULES else ""
    return replace(
        history, migrations=ordered, separate_down=separate_down, faults=every, registry=registry, example=example
    )


def _package(found: Sequence[Migration], policy: Policy) -> str:
    """The dotted name of the package that the migrations are modules of; empty when they are none."""
    paths = [migration.place.path for migration in found if migration.place.path.endswith(".py")]
    return module_names(paths[:1], policy)[paths[0]].rpartition(".")[0] if paths else ""


def _ordered(found: Iterable[Migration]) -> tuple[Migration, ...]:
    return tuple(sorted(found, key=lambda migration: (*ordinal(migration.version), migration.key)))
