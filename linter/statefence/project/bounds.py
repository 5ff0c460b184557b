"""What is left of a value that has grown too large to follow: what decides, without what it is decided about."""

from __future__ import annotations

from statefence.project.values import (
    LARGEST,
    Change,
    Choice,
    Constant,
    Dictionary,
    Object,
    Put,
    Select,
    Spread,
    Term,
    Test,
    Unknown,
    Value,
    When,
    choose,
    traits,
)
from statefence.project.values import bounded as whole_or_unknown
from statefence.project.worlds import holds_by_default

LARGEST_ITEMS = (20, 4)
"""In a value that is too large, what a mapping or an object holds under one name is followed up to so many nodes; up to
the second number where that is still too much."""


def bounded(value: Value) -> Value:
    """The value; of one that is too large its mappings, objects and choices; unknown where these are too many."""
    for most in LARGEST_ITEMS:
        if traits(value).size <= LARGEST:
            return value
        value = _thinned(value, most)
    return whole_or_unknown(value)


def _thinned(value: Value, most: int) -> Value:
    """The value without the contents of large items and attributes and the operands of large tests."""
    if isinstance(value, Dictionary):
        return Dictionary(_changes(value.changes, most), value.place, value.display)
    if isinstance(value, Choice):
        return choose(_opened(value.test, most), _thinned(value.then, most), _thinned(value.orelse, most))
    if isinstance(value, Object):
        attributes = tuple([(name, _item(held, most)) for name, held in value.attributes])
        if value.bound is None:
            return Object(value.cls, None, attributes)
        bound = tuple([(function, name, _item(held, most)) for function, name, held in value.bound])
        return Object(value.cls, bound, attributes)
    return value


def _item(value: Value, most: int) -> Value:
    kept = _thinned(value, most) if isinstance(value, Dictionary | Choice | Object) else value
    return Unknown("a value too large to follow") if _is_large(kept, most) else kept


def _changes(changes: tuple[Change, ...], most: int) -> tuple[Change, ...]:
    return tuple([_change(change, most) for change in changes])


def _change(change: Change, most: int) -> Change:
    if isinstance(change, Put):
        return Put(change.key, _item(change.value, most), change.weak, change.chosen)
    if isinstance(change, Spread):
        return Spread(_thinned(change.source, most))
    if isinstance(change, Select):
        return Select(_thinned(change.source, most), change.names, change.prefixes, change.denied)
    if isinstance(change, When):
        return When(_opened(change.test, most), _changes(change.then, most), _changes(change.orelse, most))
    return change


def _opened(test: Test, most: int) -> Test:
    """A test of which what is too large is taken as it is by default; equal tests stay equal, flags stay asked."""
    if not _is_large(test, most):
        return test
    if test.kind in {"not", "and", "or"}:
        parts = tuple([_opened(part, most) for part in test.operands if isinstance(part, Test)])
        return Test(test.kind, parts, test.place)
    return Test("open", (Constant(hash(test)),), test.place, holds_by_default(test))


def _is_large(term: Term, most: int) -> bool:
    return traits(term).size > most
