"""Where a project lists its migrations: a list or dict in Python of their objects, modules or file names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from statefence.facts import ir
from statefence.migrations.functions import walk
from statefence.migrations.model import Fault, History, Migration, Registry, Shape
from statefence.migrations.modules import statements_of
from statefence.model import Place, Span
from statefence.source import Source

_LOOKS_FOR_FILES = (b".glob(", b".rglob(", b".iterdir(", b"listdir(", b"scandir(", b"iter_modules(", b"walk_packages(")
"""In a module that looks for migrations itself, a list of some of them is no registry."""
_MOST_LACKING = 2
"""So many migrations a list may lack that is shorter than what it lacks."""
_OF_SEVERAL_FORMS = "several"


class _Item(Struct, frozen=True):
    """An element of a list, and how it names a migration: its key, form and the ending of its text."""

    key: str
    form: str
    ending: str
    span: Span


class _Reader(Struct, frozen=True):
    """What names a migration in one module.

    Attributes:
        imported: for each name that an import of a migration binds, its key and how it is named.
    """

    imported: Mapping[str, tuple[str, str]]
    keys: Mapping[str, Migration]
    shape: Shape


def registry_of(
    history: History, migrations: Sequence[Migration], sources: Mapping[str, Source], package: str
) -> Registry | None:
    """The longest list of the migrations, in their directory or the one above; None when there is none.

    Args:
        history: the sequence, whose registry is looked for.
        migrations: its migrations.
        sources: the project's files by path.
        package: the dotted name of the package that the migrations are modules of.
    """
    above = posixpath.dirname(history.path)
    own = {migration.place.path for migration in migrations}
    places = sorted(
        (posixpath.dirname(path) != history.path, path)
        for path, source in sources.items()
        if source.is_python and posixpath.dirname(path) in {history.path, above} and path not in own
    )
    if any(b"*.sql" in sources[path].data for _, path in places):
        return None
    found = [each for _, path in places for each in _registries(sources[path], history, migrations)]
    return replace(max(found, key=lambda each: len(each.keys)), package=package) if found else None


def _registries(source: Source, history: History, migrations: Sequence[Migration]) -> Iterator[Registry]:
    keys = {migration.key: migration for migration in migrations}
    if not any(key.encode() in source.data for key in keys) or any(word in source.data for word in _LOOKS_FOR_FILES):
        return
    body = [statement for statement in statements_of(source) if not _exports(statement)]
    reader = _Reader(_imported(body, keys), keys, history.shape)
    inner = [value for function in body if isinstance(function, ir.Function) for value in _lists(function.body or ())]
    for value in (*_lists(body), *inner):
        found = [_listed(item, reader) for item in _elements(value)]
        items = [item for item in found if item is not None]
        if items and len(items) == len(found) and _is_whole({item.key for item in items}, migrations):
            forms = {item.form for item in items}
            is_plain = len(forms) == 1 and isinstance(value, ir.Display) and (value not in inner or forms == {"text"})
            form = forms.pop() if is_plain else _OF_SEVERAL_FORMS
            named = tuple(sorted(_named(body, reader)))
            spans = tuple(item.span for item in items)
            place = Place(source.path, value.span)
            yield Registry(place, tuple(item.key for item in items), spans, form, "", items[0].ending, named)


def _exports(statement: ir.Statement) -> bool:
    """Whether it is `__all__`, which says what `import *` binds."""
    targets = statement.targets if isinstance(statement, ir.Assign) else ()
    return any(isinstance(target, ir.Name) and target.id == "__all__" for target in targets)


def _lists(body: Iterable[ir.Statement]) -> Iterator[ir.Display | ir.DictDisplay]:
    """The displays that are given names or returned."""
    for statement in body:
        value = statement.value if isinstance(statement, ir.Assign | ir.Return) else None
        if isinstance(value, ir.DictDisplay) or (isinstance(value, ir.Display) and value.kind in {"list", "tuple"}):
            yield value


def _elements(value: ir.Display | ir.DictDisplay) -> list[ir.Expression]:
    """The elements of a list; of a dict its keys and values, as pairs."""
    if isinstance(value, ir.Display):
        return list(value.items)
    pairs = [(entry.key, entry.value) for entry in value.entries]
    return [value if key is None else ir.Display(value.span, "tuple", (key, value)) for key, value in pairs]


def _is_whole(listed: set[str], migrations: Sequence[Migration]) -> bool:
    """Whether a list is one of all migrations, and not of some: it has the first, and lacks no more than it has."""
    lacking = [migration for migration in migrations if migration.key not in listed]
    return migrations[0].key in listed and len(lacking) <= max(_MOST_LACKING, len(migrations) - len(lacking))


def _named(body: Sequence[ir.Statement], reader: _Reader) -> set[str]:
    """The migrations that a module names anywhere but in its imports."""
    found = (_listed(node, reader) for node in walk(tuple(body)) if isinstance(node, ir.Name | ir.Constant))
    return {item.key for item in found if item is not None}


def _imported(body: Sequence[ir.Statement], keys: Mapping[str, Migration]) -> dict[str, tuple[str, str]]:
    """For each name bound by an import of a migration: its key, and how it is named."""
    found: dict[str, tuple[str, str]] = {}
    for statement in walk(tuple(body)):
        if isinstance(statement, ir.ImportModule) and statement.name:
            last = statement.module.rpartition(".")[2]
            found |= {statement.name: (last, "alias")} if last in keys else {}
        if not isinstance(statement, ir.ImportFrom):
            continue
        last = statement.module.rpartition(".")[2]
        for name, bound in statement.names:
            if name in keys:
                found[bound] = (name, "module" if bound == name else "alias")
            elif last in keys:
                found[bound] = (last, "object" if bound == name == keys[last].name else "alias")
    return found


def _listed(item: ir.Expression, reader: _Reader) -> _Item | None:
    """The migration that an element names; None when it names none, or several."""
    if isinstance(item, ir.Name) and item.id in reader.imported:
        key, form = reader.imported[item.id]
        return _Item(key, form, "", item.span)
    if isinstance(item, ir.Attribute) and isinstance(item.value, ir.Name) and item.value.id in reader.imported:
        key, form = reader.imported[item.value.id]
        return _Item(key, f"{form}.{item.attr}", "", item.span)
    if isinstance(item, ir.Call):
        return _made(item, reader)
    if isinstance(item, ir.Display) and item.kind == "tuple":
        found = [inner for each in item.items if (inner := _listed(each, reader)) is not None]
        only = {inner.key for inner in found}
        return _Item(found[0].key, _OF_SEVERAL_FORMS, "", item.span) if len(only) == 1 else None
    return _written(item, reader) if isinstance(item, ir.Constant) else None


def _made(item: ir.Call, reader: _Reader) -> _Item | None:
    """The migration of a class that is called without arguments."""
    made = _listed(item.function, reader) if not item.arguments and not item.keywords else None
    return None if made is None else _Item(made.key, f"{made.form}()", "", item.span)


def _written(item: ir.Constant, reader: _Reader) -> _Item | None:
    """The migration that a text names: by its file, or by its module."""
    if not isinstance(item.value, str):
        return None
    key = item.value.removesuffix(".sql").removesuffix(".py")
    if key in reader.keys or item.value.endswith(".sql"):
        return _Item(key, "text", item.value.removeprefix(key), item.span)
    if reader.shape is Shape.MODULES and key.rpartition(".")[2] in reader.keys:
        return _Item(key.rpartition(".")[2], "text", "", item.span)
    return None


def unregistered(registry: Registry, migrations: Sequence[Migration]) -> list[Fault]:
    """The migrations that the registry lacks, and what it lists that is not there; each stands at the registry."""
    keys = [migration.key for migration in migrations]
    faults = [
        Fault(registry.place, f"{key} is not registered here, so that it is never applied", key)
        for key in keys
        if key not in registry.keys and key not in registry.named
    ]
    return faults + [
        Fault(registry.place, f"{key} is listed, and is not there") for key in registry.keys if key not in keys
    ]
