"""What a loop over names does to a block: names copied one by one are a copy, names copied by choice a selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, structs
from msgspec.structs import astuple

from statefence.project.mappings import literal
from statefence.project.name_sets import dropped
from statefence.project.values import (
    ENVIRON,
    UNSTABLE,
    Change,
    Choice,
    Clear,
    Constant,
    Dictionary,
    Drop,
    Element,
    EnvironmentVariable,
    Item,
    LiveEnvironment,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Term,
    Test,
    Value,
    When,
    choose,
    kept,
    walk,
)

Turn = Callable[[Change, tuple[Change, ...]], tuple[Change, ...]]
"""What a change of one turn comes to over all turns, given the changes before the loop."""


class Predicate(Struct, frozen=True):
    """A test of the name a loop is at: it is one of `names`, or begins with one of `prefixes`, or neither."""

    names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    positive: bool = True


def over_all(before: Mapping[int, Value], after: Mapping[int, Value]) -> dict[int, Value]:
    """The objects that a turn over the names of a mapping changed, as the whole loop leaves them."""
    return dict(_changed(before, after, _whole))


def over_listed(before: Mapping[int, Value], after: Mapping[int, Value]) -> dict[int, Value]:
    """The objects that a turn over a literal name changed; the parent's variable under its own name is chosen."""
    return dict(_changed(before, after, _chosen))


def looped_over(source: Value | None) -> Value | None:
    """What a loop over the names, values or items of a mapping is over: the mapping."""
    if isinstance(source, Choice):
        then, orelse = looped_over(source.then), looped_over(source.orelse)
        return source if then is None or orelse is None else choose(source.test, then, orelse)
    while isinstance(source, Result) and source.callee in {"items", "keys", "values"} and source.arguments:
        source = source.arguments[0]
    return source


def _of_items(source: Value) -> Value | None:
    """The mapping of which a value holds the items, on each side of a branch; None when it is not one."""
    if isinstance(source, Choice):
        then, orelse = _of_items(source.then), _of_items(source.orelse)
        return None if then is None or orelse is None else choose(source.test, then, orelse)
    return source.arguments[0] if isinstance(source, Result) and source.callee == "items" else None


def _changed(before: Mapping[int, Value], after: Mapping[int, Value], turn: Turn) -> Iterator[tuple[int, Value]]:
    for number, content in after.items():
        held = before.get(number)
        if held is None or held is content or not isinstance(content, Dictionary):
            continue
        start = held.changes if isinstance(held, Dictionary) else (Spread(held),)
        if content.changes[: len(start)] == start:
            rest = tuple([new for change in content.changes[len(start) :] for new in turn(change, start)])
            yield number, Dictionary((*start, *rest), content.place, content.display)


def _whole(change: Change, start: tuple[Change, ...]) -> tuple[Change, ...]:
    if isinstance(change, Put | Drop):
        source = _named_by(change.key)
        if source is None:
            return (change,)
        return (Spread(source),) if isinstance(change, Put) else dropped(source, start) or (change,)
    if not isinstance(change, When):
        return (change,)
    sides = [tuple([new for inner in side for new in _whole(inner, start)]) for side in (change.then, change.orelse)]
    if not _asks_for_name(change.test):
        copies = [side for side in sides if any(isinstance(new, Spread) for new in side)]
        every = _asks_for_value(change.test) and len(copies) == 1 and not all(sides)
        return copies[0] if every else (When(change.test, *sides),)
    predicate = predicate_of(change.test)
    if not sides[1]:
        return _under(predicate, sides[0], start)
    return _under(_opposite(predicate), sides[1], start) if not sides[0] else (When(change.test, *sides),)


def _under(predicate: Predicate | None, changes: tuple[Change, ...], start: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes of one side, done for the names for which the predicate holds."""
    found: list[Change] = []
    for change in changes:
        if isinstance(change, Spread):
            found.append(_selected(change.source, predicate))
        elif isinstance(change, Drop) and predicate is not None and _named_by(change.key) is not None:
            found.extend(_dropped(predicate, (*start, *found)))
        else:
            found.append(change)
    return tuple(found)


def _selected(source: Value, predicate: Predicate | None) -> Select:
    if predicate is None or (predicate.prefixes and predicate.positive):
        return Select(source)
    if predicate.prefixes:
        return Select(source, prefixes=predicate.prefixes)
    return Select(source, predicate.names) if predicate.positive else Select(source, denied=predicate.names)


def _dropped(predicate: Predicate, held: tuple[Change, ...]) -> tuple[Change, ...]:
    if predicate.names and predicate.positive:
        return tuple([Drop(Constant(name)) for name in predicate.names])
    kept = structs.replace(predicate, positive=not predicate.positive)
    return (Clear(), _selected(Dictionary(held), kept))


def _chosen(change: Change, start: tuple[Change, ...]) -> tuple[Change, ...]:
    if isinstance(change, Put):
        name = literal(change.key)
        own = isinstance(change.value, EnvironmentVariable) and change.value.name == name
        return (structs.replace(change, chosen=True),) if own else (change,)
    if not isinstance(change, When) or change.orelse or len(change.then) != 1:
        return (change,)
    (inner,) = _chosen(change.then[0], start) or (change,)
    if isinstance(inner, Put) and inner.chosen and _asks_whether_present(change.test, literal(inner.key)):
        return (Select(ENVIRON, (str(literal(inner.key)),)),)
    return (When(change.test, (inner,), ()),)


def _asks_whether_present(test: Test, name: str | None) -> bool:
    """Whether the test holds when the parent has the variable."""
    if test.kind == "not":
        inner = test.operands[0]
        return (
            isinstance(inner, Test)
            and inner.kind == "none"
            and _asks_whether_present(Test("truthy", inner.operands), name)
        )
    first = test.operands[0] if test.operands else None
    if test.kind == "contains":
        return isinstance(first, Constant) and first.value == name and isinstance(test.operands[1], LiveEnvironment)
    return test.kind == "truthy" and isinstance(first, EnvironmentVariable) and first.name == name


def _named_by(key: Value) -> Value | None:
    """The mapping whose names a loop variable runs through, None when it is not one."""
    if isinstance(key, Item) and key.key == Constant(0) and isinstance(key.owner, Element):
        return _of_items(key.owner.source)
    if not isinstance(key, Element):
        return None
    source = key.source.arguments[0] if isinstance(key.source, Result) and key.source.callee == "keys" else key.source
    return source if isinstance(source, LiveEnvironment | Dictionary) else None


@kept
def _asks_for_name(test: Test) -> bool:
    """Whether a test asks for the name of a loop variable."""
    return any(_names(operand) for operand in test.operands)


def _names(node: Value | Test) -> bool:
    """Whether a loop variable's name is asked for, other than to find its value."""
    todo: list[object] = [node]
    while todo:
        entry = todo.pop()
        if isinstance(entry, tuple):
            todo.extend(entry)
        elif isinstance(entry, Item) and _is_value(entry):
            continue
        elif isinstance(entry, Value) and _named_by(entry) is not None:
            return True
        elif isinstance(entry, Term) and entry.holds & UNSTABLE:
            todo.extend(astuple(entry))
    return False


def _is_value(item: Item) -> bool:
    """Whether it is what a mapping holds under the name that a loop is at."""
    if isinstance(item.owner, Element):
        return item.key == Constant(1) and _named_by(Item(item.owner, Constant(0))) is not None
    return _named_by(item.key) is not None


def _asks_for_value(test: Test) -> bool:
    """Whether a test asks for what a mapping holds under the name that a loop is at."""
    if not test.holds & UNSTABLE:
        return False
    return any(isinstance(node, Item) and _is_value(node) for operand in test.operands for node in walk(operand))


def predicate_of(test: Test) -> Predicate | None:
    """The test of a name as a predicate, None when it is another one."""
    if test.kind == "not":
        return _opposite(_of_operand(test.operands[0]))
    if test.kind in {"and", "or"}:
        return _joined([_of_operand(operand) for operand in test.operands], positive=test.kind == "or")
    first = test.operands[0] if test.operands else None
    if test.kind == "truthy" and isinstance(first, Result) and first.callee == "startswith":
        name, prefixes = first.arguments[0], _texts(first.arguments[1:])
        return Predicate(prefixes=prefixes) if prefixes and _named_by(name) is not None else None
    if test.kind not in {"contains", "equal"}:
        return None
    sides = [operand for operand in test.operands if isinstance(operand, Value)]
    if _named_by(sides[0]) is None:
        sides.reverse()
    names = _texts(tuple(sides[1:]))
    return Predicate(names) if names and _named_by(sides[0]) is not None else None


def _of_operand(operand: Value | Test) -> Predicate | None:
    return predicate_of(operand) if isinstance(operand, Test) else None


def _opposite(predicate: Predicate | None) -> Predicate | None:
    return None if predicate is None else structs.replace(predicate, positive=not predicate.positive)


def _joined(parts: list[Predicate | None], *, positive: bool) -> Predicate | None:
    """Any of several predicates, or none of several denied ones, where all are of one kind."""
    known = [part for part in parts if part is not None and part.positive is positive]
    names = tuple([name for part in known for name in part.names])
    prefixes = tuple([prefix for part in known for prefix in part.prefixes])
    if len(known) < len(parts) or bool(names) == bool(prefixes):
        return None
    return Predicate(names, prefixes, positive)


def _texts(values: tuple[Value, ...]) -> tuple[str, ...]:
    """Literal texts, alone or in one list; empty when any is not literal."""
    if len(values) == 1 and isinstance(values[0], Sequence):
        values = values[0].items
    found = [literal(value) for value in values]
    return tuple([text for text in found if text is not None]) if None not in found else ()


def is_followed(test: Test) -> bool:
    """Whether a test decides alike in every turn of a loop, or is a predicate of the name that the loop is at."""
    if test.kind == "open":
        return False
    nodes = [node for operand in test.operands for node in walk(operand)]
    return predicate_of(test) is not None or not any(isinstance(node, Element | Choice) for node in nodes)
