"""Migrations kept in Python: modules with `up` and `down`, or one module with a list of them. Read, never imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from statefence.facts import ir
from statefence.migrations.functions import Reading, Translate, Unknown, run_by, walk
from statefence.migrations.lock import digest
from statefence.migrations.model import Migration, Sql
from statefence.migrations.modules import statements_of
from statefence.migrations.names import taken_apart
from statefence.migrations.static import Literal, evaluated, scope_of, sql_of
from statefence.model import Place, Span
from statefence.source import Source
from statefence.sql import begins_as_sql

_UP = ("up", "upgrade", "forward", "forwards", "migrate", "apply", "sql", "statements", "up_sql", "ups", "upgrades")
_DOWN = ("down", "downgrade", "backward", "backwards", "rollback", "revert", "down_sql", "downs", "downgrades", "undo")
_COUNTERPARTS = {"up": "down", "ups": "downs", "up_sql": "down_sql", "upgrade": "downgrade", "upgrades": "downgrades"}
_VERSION = ("version", "id", "number", "revision")
_SPOKEN_OF = "migration"
_IGNORE = re.compile(r"\s*#\s*statefence\s*:\s*ignore\b.*", re.IGNORECASE)


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
            found = _migration(module, given, version or key, key, place)
            return replace(found, counterpart=_counterpart(module, given))
    return None


def _counterpart(module: Parsed, given: Given) -> str:
    """The name beside the module's own of what applies its migration; empty where that is a function, or another's."""
    name = next((name for name in _UP if module.reading.scope.get(name) is given.node), "")
    return _COUNTERPARTS.get(name, "")


def _heading(given: Given) -> Span:
    node = given.node
    return Span(node.span.line, node.span.column, node.span.line, node.span.column)


def listed_migrations(module: Parsed) -> list[Migration]:
    """The migrations in a list, tuple or dict at the top of a module, in their order.

    Of several it is the first whose name speaks of migrations, else the first that holds statements of SQL.
    """
    lists = [
        (_name_of(statement), entries)
        for statement in module.body
        if isinstance(statement, ir.Assign) and (entries := list(_entries(statement.value, module)))
    ]
    named = [entries for name, entries in lists if _SPOKEN_OF in name.casefold()]
    others = [entries for _, entries in lists if all(_is_sql(each) for each in entries)]
    return next(iter([*named, *others]), [])


def _name_of(statement: ir.Assign) -> str:
    target = statement.targets[0]
    return target.id if isinstance(target, ir.Name) else ""


def _is_sql(migration: Migration) -> bool:
    """Whether what applies a migration is known, and is SQL."""
    return bool(migration.up) and all(begins_as_sql([sql.text]) for sql in migration.up)


def _candidates(module: Parsed) -> Iterator[Given]:
    """What may be the module's migration: its own names, an object of keywords, a class."""
    own: dict[str, ir.Expression | ir.Function] = dict(module.reading.scope)
    own |= module.reading.functions
    own |= _steps(module.body)
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


def _steps(body: Iterable[ir.Statement]) -> dict[str, ir.Expression | ir.Function]:
    """What the calls of yoyo's `step(apply, rollback)` apply, in order, and take back, in the order that yoyo does."""
    calls = [
        node
        for statement in body
        if isinstance(statement, ir.Assign | ir.Evaluate)
        for node in walk(statement.value)
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Name) and node.function.id == "step"
    ]
    applied = [call.arguments[0] for call in calls if call.arguments]
    reverted = [node for call in reversed(calls) if (node := _reverting(call)) is not None]
    sides = {"up": applied, "down": reverted}
    return {side: ir.Display(nodes[0].span, "list", tuple(nodes)) for side, nodes in sides.items() if nodes}


def _reverting(call: ir.Call) -> ir.Expression | None:
    given = [*call.arguments[1:2], *(keyword.value for keyword in call.keywords if keyword.name == "rollback")]
    return next((node for node in given if not _is_none(node)), None)


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
    items = node.items if isinstance(node, ir.Display) else ()
    if items and all(_is_side(item, module) for item in items):
        for number, item in enumerate(items, 1):  # as `PRAGMA user_version` counts them
            yield from _entry(Given({"up": item}, item), str(number), module)
        return
    for item in items:
        node = module.reading.scope.get(item.id, item) if isinstance(item, ir.Name) else item
        fields = _fields(node, module) if isinstance(node, ir.Call) else ()
        if isinstance(node, ir.Call) and len(node.arguments) > 1 and not fields:
            node = ir.Display(node.span, "tuple", node.arguments)
        if isinstance(node, ir.Display) and node.kind == "tuple" and len(node.items) > 1:
            yield from _of_tuple(node, module)
        else:
            positional = node.arguments if isinstance(node, ir.Call) else ()
            given = Given(_parts(node) | dict(zip(fields, positional, strict=False)), node)
            yield from _entry(given, _version(given, module), module)


def _fields(node: ir.Call, module: Parsed) -> tuple[str, ...]:
    """The fields of the module's own class that a call makes an object of, in the order in which they are declared."""
    cls = next((each for each in module.body if isinstance(each, ir.Class) and _is_named(node, each.name)), None)
    declared = [each.target for each in cls.body if isinstance(each, ir.Declare)] if cls is not None else []
    return tuple(target.id for target in declared if isinstance(target, ir.Name))


def _is_named(node: ir.Call, name: str) -> bool:
    return isinstance(node.function, ir.Name) and node.function.id == name


def _is_side(item: ir.Expression, module: Parsed) -> bool:
    """Whether an element of a list is itself what applies a migration: SQL, a list of it, or a function."""
    if isinstance(item, ir.Lambda) or (isinstance(item, ir.Name) and item.id in module.reading.functions):
        return True
    found = sql_of(evaluated(item, module.reading.scope), module.source.path)
    return bool(found) and all(begins_as_sql([sql.text]) for sql in found or ())


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
    parts = [sql.text for sql in up] if not unknown else _texts(up_node, module)
    return Migration(
        version, key, place, up, down, digest(parts), unknown, down_unknown, (), given.name, _places(given)
    )


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


def _texts(node: ir.Expression | ir.Function | None, module: Parsed) -> list[str]:
    """The source of a side whose statements are not known, and of what it reaches in its module."""
    own: dict[str, ir.Expression | ir.Function] = {**module.reading.scope, **module.reading.functions}
    waiting, seen = [] if node is None else [node], set[Span]()
    found = []
    while waiting:
        current = waiting.pop(0)
        if current.span not in seen:
            seen.add(current.span)
            is_name = isinstance(current, ir.Name) and current.id in own
            found += [] if is_name else [_text(current.span, module)]
            waiting += [own[each.id] for each in walk(current) if isinstance(each, ir.Name) and each.id in own]
    return found


def _text(span: Span, module: Parsed) -> str:
    """The lines of a span, without suppression comments, which may be added to a migration that is locked."""
    lines = module.source.lines[span.line - 1 : span.end_line]
    return "\n".join(_IGNORE.sub("", line) for line in lines)
