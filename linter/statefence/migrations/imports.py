"""What importing a module imports: mirrors must not bring the storage layer with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.fields import absolute
from statefence.migrations.modules import statements_of
from statefence.model import Place, Step
from statefence.policy import Mirrors, Policy
from statefence.source import Source


class Reach(Struct, frozen=True):
    """A module of mirrors that imports one of a store's owners, with the imports that lead there."""

    module: str
    owner: str
    layer: str
    place: Place
    trace: tuple[Step, ...]


def reaches(policy: Policy, modules: Mapping[str, Source]) -> Iterator[Reach]:
    """The first way from each module of mirrors to a module of a layer that owns the table's store."""
    for module in dict.fromkeys(_mirror_modules(policy)):
        owners = {layer for mirrors in policy.mirrors for layer in _owners(mirrors, module, policy)}
        if module in modules and policy.layer_of(module) not in owners:
            yield from _reach(module, owners, policy, modules)


def _mirror_modules(policy: Policy) -> Iterator[str]:
    for mirrors in policy.mirrors:
        yield from (name.partition(":")[0] for name in mirrors.mirrors)


def _owners(mirrors: Mirrors, module: str, policy: Policy) -> tuple[str, ...]:
    """The layers that own the store of a table that the module mirrors."""
    if module not in {name.partition(":")[0] for name in mirrors.mirrors}:
        return ()
    stores = [
        store
        for store in policy.stores
        if (mirrors.store == store.name)
        or (mirrors.store is None and (store.migrations or mirrors.table in store.tables))
    ]
    return tuple(layer for store in stores for layer in store.owners)


def _reach(start: str, owners: set[str], policy: Policy, modules: Mapping[str, Source]) -> Iterator[Reach]:
    """Breadth first, so that the way is a shortest one."""
    ways: dict[str, tuple[Step, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        module = waiting.pop(0)
        for imported, place in _imports(module, modules):
            if imported in ways:
                continue
            ways[imported] = (*ways[module], Step(place, f"imports {imported}"))
            layer = policy.layer_of(imported)
            if layer in owners:
                way = ways[imported]
                yield Reach(start, imported, layer or "", way[0].place, way[1:])
                return
            waiting.append(imported)


def _imports(module: str, modules: Mapping[str, Source]) -> Iterator[tuple[str, Place]]:
    """The modules of the project that a module imports when it is imported, the packages around them too."""
    source = modules[module]
    for statement in _at_import(statements_of(source)):
        place = Place(source.path, statement.span)
        if isinstance(statement, ir.ImportModule):
            names = [statement.module]
        else:
            base = absolute(statement, module, modules)
            names = [base, *(f"{base}.{name}" for name, _ in statement.names)]
        for name in names:
            parts = name.split(".")
            around = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
            yield from ((each, place) for each in around if each in modules and not f"{module}.".startswith(f"{each}."))


def _at_import(body: tuple[ir.Statement, ...]) -> Iterator[ir.ImportModule | ir.ImportFrom]:
    """The imports that are run when the module is, not those for type checkers alone."""
    for statement in body:
        match statement:
            case ir.ImportModule() | ir.ImportFrom():
                yield statement
            case ir.If():
                if not _is_type_checking(statement.test):
                    yield from _at_import(statement.then)
                yield from _at_import(statement.orelse)
            case ir.Try():
                yield from _at_import((*statement.body, *statement.orelse, *statement.final))
                for handler in statement.handlers:
                    yield from _at_import(handler.body)
            case ir.With() | ir.Class():
                yield from _at_import(statement.body)
            case _:
                pass


def _is_type_checking(test: ir.Expression) -> bool:
    name = test.attr if isinstance(test, ir.Attribute) else test.id if isinstance(test, ir.Name) else ""
    return name == "TYPE_CHECKING"
