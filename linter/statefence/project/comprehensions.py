"""What a dict comprehension keeps of the mapping it runs over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import inherited, name_sets
from statefence.project.mappings import is_items
from statefence.project.selections import Key, selected
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
        return _one_by_one(node, sources) or (Put(key, interpreter.state.freeze(value)),)
    clause, source = node.clauses[0], sources[0]
    whole = _mapping_of(source)
    mapping = (name_sets.named(source) or source) if whole is None else whole
    named = _name_in(clause.target, pairs=whole is not None)
    if whole is not None and (named.is_(node.key) or _is_recoded(key, source)):
        return selected(interpreter, mapping, named, clause.conditions)
    if isinstance(mapping, LiveEnvironment | Dictionary) and named.is_(node.key):
        return selected(interpreter, mapping, named, clause.conditions)
    if isinstance(mapping, Sequence) and named.is_(node.key):
        return _listed(interpreter, mapping, interpreter.state.freeze(value))
    return (Put(key, interpreter.state.freeze(value)),)


def _one_by_one(node: ir.Comprehension, sources: list[Value]) -> tuple[Change, ...] | None:
    """`{k: v for block in (first, second) for k, v in block.items()}`: one mapping after the other."""
    outer, inner = node.clauses[0], node.clauses[1]
    named, blocks = _name_in(inner.target, pairs=True), sources[0]
    items = inner.iterable.function if isinstance(inner.iterable, ir.Call) else None
    of_block = isinstance(items, ir.Attribute) and items.attr == "items" and Key(outer.target).is_(items.value)
    simple = len(node.clauses) == 2 and not outer.conditions and not inner.conditions
    if not simple or not of_block or not named.is_(node.key) or not isinstance(blocks, Sequence):
        return None
    return tuple([Spread(block) for block in blocks.items])


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


def _name_in(target: ir.Expression, *, pairs: bool) -> Key:
    """The name among what a clause binds, which goes through pairs or names."""
    if isinstance(target, ir.Display) and target.items:
        return Key(target.items[0])
    return Key(target, of_pair=pairs)


def _is_recoded(key: Value, items: Value) -> bool:
    """Whether what a function made of a name of `items` is that name, whichever way it went."""
    if isinstance(key, Choice):
        return _is_recoded(key.then, items) and _is_recoded(key.orelse, items)
    return key == Item(Element(items), Constant(0))
