"""What a dict comprehension keeps of the mapping it runs over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import inherited
from statefence.project.mappings import is_items
from statefence.project.values import (
    ENVIRON,
    Change,
    Choice,
    Constant,
    Dictionary,
    Element,
    Item,
    LiveEnvironment,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Value,
    choose,
    walk,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def comprehended(
    interpreter: Interpreter, node: ir.Comprehension, sources: list[Value], key: Value, value: Value
) -> tuple[Change, ...]:
    """The changes that make the dict of a comprehension over one mapping: all of it, or some by name."""
    if len(node.clauses) != 1:
        return (Put(key, interpreter.state.freeze(value)),)
    clause, source = node.clauses[0], sources[0]
    whole = _mapping_of(source)
    mapping = source if whole is None else whole
    variable = _key_variable(clause.target)
    if whole is not None and (_is_name(node.key, variable) or _is_recoded(key, source)):
        return (_selection(interpreter, mapping, variable, clause.conditions),)
    if isinstance(mapping, LiveEnvironment | Dictionary) and _is_name(node.key, variable):
        return (_selection(interpreter, mapping, variable, clause.conditions),)
    if isinstance(mapping, Sequence) and _is_name(node.key, variable):
        return _listed(interpreter, mapping, interpreter.state.freeze(value))
    return (Put(key, interpreter.state.freeze(value)),)


def _mapping_of(items: Value) -> Value | None:
    """The mapping whose items they are, on each side of a branch; None for any other list."""
    if isinstance(items, Choice):
        then, orelse = _mapping_of(items.then), _mapping_of(items.orelse)
        return None if then is None or orelse is None else choose(items.test, then, orelse)
    return items.arguments[0] if is_items(items) and isinstance(items, Result) else None


def _listed(interpreter: Interpreter, names: Sequence, value: Value) -> tuple[Change, ...]:
    """`{name: os.environ[name] for name in (...)}`: an allow-list."""
    reads = [node for node in walk(value) if isinstance(node, Item) and isinstance(node.owner, LiveEnvironment)]
    wanted = tuple(
        [entry.value for entry in names.items if isinstance(entry, Constant) and isinstance(entry.value, str)]
    )
    if reads and len(wanted) == len(names.items):
        return (Select(inherited.current(interpreter, ENVIRON), wanted),)
    return tuple([Put(entry, value) for entry in names.items])


def _key_variable(target: ir.Expression) -> str:
    if isinstance(target, ir.Display) and target.items:
        target = target.items[0]
    return target.id if isinstance(target, ir.Name) else ""


RECODINGS = frozenset({"str", "bytes", "fsdecode", "fsencode", "intern"})
"""Functions that leave a name what it is."""


def _last_name(function: ir.Expression) -> str:
    return function.attr if isinstance(function, ir.Attribute) else function.id if isinstance(function, ir.Name) else ""


def _is_name(node: ir.Expression | None, name: str) -> bool:
    if isinstance(node, ir.Call) and len(node.arguments) == 1 and _last_name(node.function) in RECODINGS:
        node = node.arguments[0]
    return bool(name) and isinstance(node, ir.Name) and node.id == name


def _is_recoded(key: Value, items: Value) -> bool:
    """Whether what a function made of a name of `items` is that name, whichever way it went."""
    if isinstance(key, Choice):
        return _is_recoded(key.then, items) and _is_recoded(key.orelse, items)
    return key == Item(Element(items), Constant(0))


def _selection(
    interpreter: Interpreter, mapping: Value, variable: str, conditions: tuple[ir.Expression, ...]
) -> Change:
    """What the conditions on the name leave of the mapping."""
    about_name = [condition for condition in conditions if _mentions(condition, variable)]
    if not about_name:
        return Spread(mapping)
    if len(about_name) == 1:
        known = _predicate(interpreter, mapping, variable, about_name[0])
        if known is not None:
            return known
    return Select(mapping)


def _mentions(node: object, name: str) -> bool:
    todo = [node]
    while todo:
        entry = todo.pop()
        if isinstance(entry, ir.Name) and entry.id == name:
            return True
        if isinstance(entry, tuple):
            todo.extend(entry)
        elif isinstance(entry, ir.Node | ir.Keyword | ir.Entry | ir.Clause):
            todo.extend(getattr(entry, field) for field in entry.__struct_fields__)
    return False


def _predicate(interpreter: Interpreter, mapping: Value, variable: str, node: ir.Expression) -> Change | None:
    """`name in (...)`, `name not in (...)`, `name != "X"`, `name.startswith("X")`, and its negation."""
    positive = True
    while isinstance(node, ir.Not):
        positive, node = not positive, node.operand
    if isinstance(node, ir.Compare) and _is_name(node.left, variable):
        if node.operator in {"not in", "!="}:
            positive = not positive
        if node.operator in {"in", "not in", "==", "!="}:
            names = _names(interpreter, node.right)
            if names is not None:
                return Select(mapping, names) if positive else Select(mapping, denied=names)
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.attr == "startswith":
        prefixes = _names(interpreter, node.arguments[0]) if node.arguments else None
        if prefixes and _is_name(node.function.value, variable):
            return Select(mapping, kept=prefixes) if positive else Select(mapping, prefixes=prefixes)
    return None


def _names(interpreter: Interpreter, node: ir.Expression) -> tuple[str, ...] | None:
    value = interpreter.state.freeze(interpreter.evaluate(node))
    if isinstance(value, Constant) and isinstance(value.value, str):
        return (value.value,)
    if isinstance(value, Sequence):
        names = [entry.value for entry in value.items if isinstance(entry, Constant) and isinstance(entry.value, str)]
        return tuple(names) if len(names) == len(value.items) else None
    return None
