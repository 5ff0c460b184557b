"""Migrations kept in Python: modules with `up` and `down`, or one module with a list of them. Read, never imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.functions import Reading, Translate, Unknown, run_by
from statefence.migrations.lock import digest
from statefence.migrations.model import Migration, Sql
from statefence.migrations.modules import statements_of
from statefence.migrations.names import taken_apart
from statefence.migrations.static import Literal, evaluated, scope_of, sql_of
from statefence.model import Place, Span
from statefence.source import Source

_UP = ("up", "upgrade", "forward", "forwards", "migrate", "apply", "sql", "statements", "up_sql", "ups", "upgrades")
_DOWN = ("down", "downgrade", "backward", "backwards", "rollback", "revert", "down_sql", "downs", "downgrades", "undo")
_VERSION = ("version", "id", "number", "revision")


class Parsed(Struct, frozen=True):
    """A module as it is read: its text, its statements, its own functions and names."""

    source: Source
    body: tuple[ir.Statement, ...]
    reading: Reading


def parsed(source: Source, translate: Translate | None = None) -> Parsed:
    """The module in a source; an empty one where it is no Python."""
    body = statements_of(source)
    functions = {node.name: node for node in body if isinstance(node, ir.Function)}
    return Parsed(source, body, Reading(source.path, functions, scope_of(body), translate))


class Given(Struct, frozen=True):
    """The parts of one migration, as expressions or functions, and where they stand."""

    parts: Mapping[str, ir.Expression | ir.Function]
    node: ir.Node
    name: str = ""


def module_migration(module: Parsed) -> Migration | None:
    """The migration that a module holds; None when it holds none."""
    path = module.source.path
    name = taken_apart(path.rpartition("/")[2])
    for given in _candidates(module):
        if _part(given, _UP) is not None:
            version = name.version if name else _version(given, module)
            key = path.rpartition("/")[2].removesuffix(".py")
            place = Place(path, _heading(given))
            return _migration(module, given, version or key, key, place)
    return None


def _heading(given: Given) -> Span:
    node = given.node
    return Span(node.span.line, node.span.column, node.span.line, node.span.column)


def listed_migrations(module: Parsed) -> list[Migration]:
    """The migrations in the lists, tuples and dicts at the top of a module, in their order."""
    for statement in module.body:
        if isinstance(statement, ir.Assign):
            entries = list(_entries(statement.value, module))
            if entries:
                return entries
    return []


def _candidates(module: Parsed) -> Iterator[Given]:
    """What may be the module's migration: its own names, an object of keywords, a class."""
    own: dict[str, ir.Expression | ir.Function] = dict(module.reading.scope)
    own |= module.reading.functions
    marked = [own[name] for name in _UP if name in own]
    if marked:
        yield Given(own, marked[0])
    for statement in module.body:
        if isinstance(statement, ir.Assign) and isinstance(statement.targets[0], ir.Name):
            parts = _parts(statement.value)
            if parts:
                yield Given(parts, statement, statement.targets[0].id)
        elif isinstance(statement, ir.Class):
            members: dict[str, ir.Expression | ir.Function] = dict(scope_of(statement.body))
            members |= {node.name: node for node in statement.body if isinstance(node, ir.Function)}
            yield Given(members, statement, statement.name)


def _parts(node: ir.Expression) -> dict[str, ir.Expression | ir.Function]:
    """The keywords of a call, or the entries of a dict, by name."""
    if isinstance(node, ir.Call):
        return {keyword.name: keyword.value for keyword in node.keywords if keyword.name}
    if isinstance(node, ir.DictDisplay):
        return {str(entry.key.value): entry.value for entry in node.entries if isinstance(entry.key, ir.Constant)}
    return {}


def _part(given: Given, names: Iterable[str]) -> ir.Expression | ir.Function | None:
    return next((given.parts[name] for name in names if name in given.parts), None)


def _version(given: Given, module: Parsed) -> str:
    node = _part(given, _VERSION)
    value = None if node is None or isinstance(node, ir.Function) else evaluated(node, module.reading.scope)
    return str(value.value) if isinstance(value, Literal) and value.value is not None else ""


def _entries(node: ir.Expression, module: Parsed) -> Iterator[Migration]:
    """The migrations in a display: objects with keywords, dicts, tuples that begin with a version, or by version."""
    if isinstance(node, ir.DictDisplay):
        for entry in node.entries:
            if isinstance(entry.key, ir.Constant) and entry.key.value is not None:
                given = Given(_parts(entry.value) or {"up": entry.value}, entry.value)
                yield from _entry(given, str(entry.key.value), module)
        return
    for item in node.items if isinstance(node, ir.Display) else ():
        if isinstance(item, ir.Display) and item.kind == "tuple" and len(item.items) > 1:
            yield from _of_tuple(item, module)
        elif isinstance(item, ir.Name) and isinstance(module.reading.scope.get(item.id), ir.Call):
            given = Given(_parts(module.reading.scope[item.id]), module.reading.scope[item.id])
            yield from _entry(given, _version(given, module), module)
        else:
            given = Given(_parts(item), item)
            yield from _entry(given, _version(given, module), module)


def _of_tuple(item: ir.Display, module: Parsed) -> Iterator[Migration]:
    """`(version, up)`, `(version, name, up)` and `(version, name, up, down)`, told apart by how many they are."""
    first, *rest = item.items
    version = evaluated(first, module.reading.scope)
    if not isinstance(version, Literal) or version.value is None:
        return
    if len(rest) > 1 and isinstance(rest[0], ir.Constant) and " " not in str(rest[0].value).strip():
        rest = rest[1:]
    parts: dict[str, ir.Expression | ir.Function] = dict(zip(("up", "down"), rest, strict=False))
    yield from _entry(Given(parts, item), str(version.value), module)


def _entry(given: Given, version: str, module: Parsed) -> Iterator[Migration]:
    if version and _part(given, _UP) is not None:
        place = Place(module.source.path, _heading(given))
        yield _migration(module, given, version, version, place)


def _migration(module: Parsed, given: Given, version: str, key: str, place: Place) -> Migration:
    up_node = _part(given, _UP)
    down_node = _part(given, _DOWN)
    up, unknown = _side(up_node, module)
    down, down_unknown = (None, "") if _is_none(down_node) else _side(down_node, module)
    parts = [sql.text for sql in up] if not unknown else [_text(up_node, module)]
    name = given.name if not isinstance(given.node, ir.Class) else ""
    return Migration(version, key, place, up, down, digest(parts), unknown, down_unknown, (), name, _places(given))


def _places(given: Given) -> tuple[tuple[str, Span], ...]:
    """Where the call that makes a migration stands, and the values of its keywords; nothing of any other."""
    node = given.node.value if isinstance(given.node, ir.Assign) else given.node
    if not isinstance(node, ir.Call):
        return ()
    return (("", node.span), *((keyword.name, keyword.value.span) for keyword in node.keywords if keyword.name))


def _is_none(node: ir.Expression | ir.Function | None) -> bool:
    return node is None or (isinstance(node, ir.Constant) and node.value is None)


def _side(node: ir.Expression | ir.Function | None, module: Parsed) -> tuple[tuple[Sql, ...], str]:
    """The statements of one side, or why they are not known."""
    function = node if isinstance(node, ir.Function) else None
    if isinstance(node, ir.Lambda):
        function = node.function
    if isinstance(node, ir.Name) and node.id in module.reading.functions:
        function = module.reading.functions[node.id]
    if function is not None:
        try:
            return run_by(function, module.reading), ""
        except Unknown as unknown:
            return (), str(unknown)
    if node is None or isinstance(node, ir.Function):
        return (), ""
    found = sql_of(evaluated(node, module.reading.scope), module.source.path)
    if found is None:
        return (), f"line {node.span.line}: its SQL is not decided by the module's source"
    return found, ""


def _text(node: ir.Expression | ir.Function | None, module: Parsed) -> str:
    """The source of a side whose statements are not known."""
    if isinstance(node, ir.Name) and node.id in module.reading.functions:
        node = module.reading.functions[node.id]
    if node is None:
        return ""
    return "\n".join(module.source.lines[node.span.line - 1 : node.span.end_line])
