"""Asking a mapping for an item, whatever the mapping is made of."""

from __future__ import annotations

from collections.abc import Iterable

from statefence.model import Place, Span
from statefence.project import pieces
from statefence.project.values import (
    ABSENT,
    CALLABLES,
    Absent,
    Change,
    Choice,
    Clear,
    Constant,
    Derived,
    Dictionary,
    Directory,
    Drop,
    EnvironmentVariable,
    Item,
    LiveEnvironment,
    Member,
    Parameter,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Test,
    Text,
    Unknown,
    Value,
    When,
    asked,
    choose,
    is_constant_none,
)
from statefence.template import SymbolKind

NOWHERE = Place("", Span(0, 0, 0, 0))

LITERAL = (*CALLABLES, Constant)
MOST_HELD = 6
"""What is asked of a table under a name that is not known is any of at most so many values."""

DEEPEST = 32
"""A path's ancestor is followed so many directories up."""


def item(owner: Value, key: Value, default: Value | None, place: Place) -> Value:
    """`owner[key]`, or `owner.get(key, default)` when there is a default.

    Args:
        default: what a missing key gives; `ABSENT` when a missing key means a missing argument.
        place: where it is asked for, for the record of variables read.
    """
    if key == pieces.WHOLE:
        return owner
    if isinstance(owner, Choice):
        return choose(owner.test, item(owner.then, key, default, place), item(owner.orelse, key, default, place))
    if isinstance(owner, LiveEnvironment) and isinstance(key, Constant) and isinstance(key.value, str):
        return variable(key.value, default, place)
    if isinstance(owner, Dictionary) and isinstance(key, Constant) and isinstance(key.value, str):
        return _lookup(owner.changes, key.value, default, place)
    if isinstance(owner, Dictionary) and default is None and not isinstance(key, Constant):
        return _one_of(owner, key, place) or Item(owner, key)
    if isinstance(owner, Sequence):
        return pieces.indexed(owner.items, key) or Item(owner, key)
    text = literal(owner)
    if text is not None:
        return pieces.cut(text, key) or Item(owner, key)
    if isinstance(owner, Member) and owner.name == "parents":
        return _ancestor(owner, key)
    if isinstance(owner, Directory) and owner.kind is SymbolKind.TMP:
        return owner  # `mkstemp` gives a descriptor and the path
    if isinstance(owner, Absent):
        return default if default is not None else Unknown("an item of nothing")
    if isinstance(owner, Parameter):
        return _of_parameter(owner, key, default)
    is_piece = pieces.is_slice(key) and not isinstance(owner, Text | EnvironmentVariable)
    return Item(owner, Unknown("a slice of what is not known") if is_piece else key, default)


def _one_of(owner: Dictionary, key: Value, place: Place) -> Value | None:
    """An item of a short table under a name that is not known: by what the name may be, else any of them.

    None for a long table, and for one of which not all is known or that holds anything else than texts and callables.
    """
    if isinstance(key, Choice):
        return choose(key.test, item(owner, key.then, None, place), item(owner, key.orelse, None, place))
    held = {change.key: change.value for change in owner.changes if isinstance(change, Put)}
    if len(held) < len(owner.changes) or not 0 < len(held) <= MOST_HELD:
        return None
    if not all(isinstance(name, Constant) and isinstance(value, LITERAL) for name, value in held.items()):
        return None
    usual = key.default if isinstance(key, EnvironmentVariable) else None
    names = sorted(held, key=lambda name: name != usual)
    if isinstance(key, Parameter):
        names = [*names[1:], names[0]]
    result = held[names.pop()]
    while names:
        name = names.pop()
        result = choose(asked("equal", (key, name), place), held[name], result)
    return result


def _of_parameter(owner: Parameter, key: Value, default: Value | None) -> Value:
    """An item of a parameter; a keyword with a fallback is an optional parameter, so the fallback is its default."""
    if owner.kind != "kwargs" or default is None or isinstance(default, Absent) or is_constant_none(default):
        return Item(owner, key, default)
    return choose(Test("contains", (key, owner)), Item(owner, key), default)


def variable(name: str, default: Value | None, place: Place) -> Value:
    """A variable of the process. A default of `ABSENT` asks whether the child gets it, which the parent decides."""
    fallback = None if default is None or isinstance(default, Absent) or is_constant_none(default) else default
    return EnvironmentVariable(name, fallback, required=default is None, place=place)


def _ancestor(parents: Member, key: Value) -> Value:
    """`path.parents[key]`."""
    if not isinstance(key, Constant) or not isinstance(key.value, int) or not 0 <= key.value < DEEPEST:
        return Item(parents, key)
    path = parents.owner
    for _ in range(key.value + 1):
        path = Derived("parent", path)
    return path


def _lookup(changes: Iterable[Change], name: str, default: Value | None, place: Place) -> Value:
    missing = default if default is not None else Unknown(f"no item {name!r} was put")
    return _prefer(_after(changes, name, ABSENT, place), missing)


def _after(changes: Iterable[Change], name: str, value: Value, place: Place) -> Value:
    """What a mapping holds under a name after changes, when it held `value` before."""
    for change in changes:
        if isinstance(change, When):
            then = _after(change.then, name, value, place)
            value = choose(change.test, then, _after(change.orelse, name, value, place))
        elif isinstance(change, Clear):
            value = ABSENT
        elif isinstance(change, Spread | Select):
            value = _prefer(item(change.source, Constant(name), ABSENT, place), value)
        elif _is(change.key, name):
            value = _changed(value, change)
    return value


def _changed(before: Value, change: Put | Drop) -> Value:
    if isinstance(change, Drop):
        return ABSENT
    return _prefer(before, change.value) if change.weak else change.value


def _is(key: Value, name: str) -> bool:
    return literal(key) == name


def literal(value: Value) -> str | None:
    """The text a value is for certain, None when it is no text or not known."""
    if isinstance(value, Text):
        parts = [literal(part) for part in value.parts]
        return None if None in parts else "".join(part for part in parts if part is not None)
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def _prefer(first: Value, second: Value) -> Value:
    """`first` unless it is missing."""
    if isinstance(first, Absent):
        return second
    if isinstance(second, Absent) or is_constant_none(second):
        return first
    if isinstance(first, Item) and isinstance(first.default, Absent):
        return item(first.owner, first.key, second, NOWHERE)
    if isinstance(first, EnvironmentVariable) and first.default is None and not first.required:
        return EnvironmentVariable(first.name, second, required=False, place=first.place)
    if isinstance(first, Choice):
        return choose(first.test, _prefer(first.then, second), _prefer(first.orelse, second))
    return first


def is_items(value: Value) -> bool:
    """Whether it is `mapping.items()`, in whatever form of list."""
    return isinstance(value, Result) and value.callee == "items" and bool(value.arguments)


def joined_pairs(lists: Iterable[Value]) -> Value | None:
    """Lists of pairs one after the other, as the items of one mapping; None when no list is of a mapping's items."""
    changes: list[Change] = []
    found = False
    for pairs in lists:
        if isinstance(pairs, Result) and is_items(pairs):
            found = True
            changes.append(Spread(pairs.arguments[0]))
        elif isinstance(pairs, Sequence):
            changes.extend(map(_pair, pairs.items))
        else:
            changes.append(Spread(Unknown("pairs that are not followed")))
    return Result("items", (Dictionary(tuple(changes)),)) if found else None


def _pair(value: Value) -> Change:
    if isinstance(value, Sequence) and len(value.items) == 2:
        return Put(*value.items)
    return Spread(Unknown("pairs that are not followed"))


def open_test(place: Place | None = None, *, preferred: bool = True) -> Test:
    """A test that is not interpreted; `preferred` is the side the main answer takes."""
    return Test("open", (), place, preferred)
