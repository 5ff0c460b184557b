"""Where a project lists its migrations: a list in Python of their objects, modules or file names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from statefence.facts import ir
from statefence.migrations.model import Fault, History, Migration, Registry, Shape
from statefence.migrations.modules import statements_of
from statefence.model import Place
from statefence.source import Source


def registry_of(
    history: History, migrations: Sequence[Migration], sources: Mapping[str, Source], package: str
) -> Registry | None:
    """The list of the migrations, in their directory or the one above; None when there is none.

    Args:
        history: the sequence, whose registry is looked for.
        migrations: its migrations.
        sources: the project's files by path.
        package: the dotted name of the package that the migrations are modules of.
    """
    above = posixpath.dirname(history.path)
    places = sorted(
        (posixpath.dirname(path) != history.path, path)
        for path, source in sources.items()
        if source.is_python and posixpath.dirname(path) in {history.path, above}
    )
    own = {migration.place.path for migration in migrations}
    for _, path in places:
        if path not in own:
            for found in _registries(sources[path], history, migrations):
                return replace(found, package=package)
    return None


def _registries(source: Source, history: History, migrations: Sequence[Migration]) -> Iterator[Registry]:
    keys = {migration.key: migration for migration in migrations}
    if not any(key.encode() in source.data for key in keys):
        return
    body = statements_of(source)
    imported = _imported(body, keys)
    for statement in body:
        if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Display) and statement.value.items:
            found = [_listed(item, imported, keys, history) for item in statement.value.items]
            if None not in found:
                known = [each for each in found if each is not None]
                _, form, ending = known[0]
                listed = tuple(key for key, *_ in known)
                if {each[1] for each in known} == {form} and statement.value.kind in {"list", "tuple"}:
                    spans = tuple(item.span for item in statement.value.items)
                    yield Registry(Place(source.path, statement.value.span), listed, spans, form, "", ending)


def _imported(body: Sequence[ir.Statement], keys: Mapping[str, Migration]) -> dict[str, tuple[str, str]]:
    """For each name bound by an import of a migration: its key, and how it is named."""
    found = {}
    for statement in body:
        if not isinstance(statement, ir.ImportFrom):
            continue
        last = statement.module.rpartition(".")[2]
        for name, bound in statement.names:
            if name in keys:
                found[bound] = (name, "module" if bound == name else "alias")
            elif last in keys and name == keys[last].name:
                found[bound] = (last, "object" if bound == name else "alias")
    return found


def _listed(
    item: ir.Expression, imported: Mapping[str, tuple[str, str]], keys: Mapping[str, Migration], history: History
) -> tuple[str, str, str] | None:
    """The migration that an element names: key, form and ending of the text; None when it names none."""
    if isinstance(item, ir.Name) and item.id in imported:
        return (*imported[item.id], "")
    if isinstance(item, ir.Attribute) and isinstance(item.value, ir.Name) and item.value.id in imported:
        key, form = imported[item.value.id]
        return key, f"{form}.{item.attr}", ""
    if isinstance(item, ir.Constant) and isinstance(item.value, str):
        key = item.value.removesuffix(".sql").removesuffix(".py")
        if key in keys or item.value.endswith(".sql"):
            return key, "text", item.value.removeprefix(key)
        if history.shape is Shape.MODULES and key.rpartition(".")[2] in keys:
            return key.rpartition(".")[2], "text", ""
    return None


def unregistered(registry: Registry, migrations: Sequence[Migration]) -> list[Fault]:
    """The migrations that the registry lacks, and what it lists that is not there; each stands at the registry."""
    keys = [migration.key for migration in migrations]
    faults = [
        Fault(registry.place, f"{key} is not registered here, so that it is never applied", key)
        for key in keys
        if key not in registry.keys
    ]
    return faults + [
        Fault(registry.place, f"{key} is listed, and is not there") for key in registry.keys if key not in keys
    ]
