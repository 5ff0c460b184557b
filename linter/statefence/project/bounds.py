"""What is left of a value that has grown too large to follow: what decides, without what it is decided about."""

from __future__ import annotations

from statefence.project.values import (
    LARGEST,
    Change,
    Choice,
    Constant,
    Dictionary,
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

LARGEST_ITEM = 20
"""In a value that is too large, what a mapping holds under one name is followed up to so many nodes."""


def bounded(value: Value) -> Value:
    """The value; of one that has grown too large its mappings and choices; unknown where these alone are too many."""
    return value if traits(value).size <= LARGEST else whole_or_unknown(_thinned(value))


def _thinned(value: Value) -> Value:
    """The value without the contents of large items and the operands of large tests."""
    if isinstance(value, Dictionary):
        return Dictionary(_changes(value.changes), value.place, value.display)
    if isinstance(value, Choice):
        return choose(_opened(value.test), _thinned(value.then), _thinned(value.orelse))
    return value


def _item(value: Value) -> Value:
    if isinstance(value, Dictionary | Choice):
        return _thinned(value)
    return Unknown("a value too large to follow") if _is_large(value) else value


def _changes(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple([_change(change) for change in changes])


def _change(change: Change) -> Change:
    if isinstance(change, Put):
        return Put(change.key, _item(change.value), change.weak, change.chosen)
    if isinstance(change, Spread):
        return Spread(_thinned(change.source))
    if isinstance(change, Select):
        return Select(_thinned(change.source), change.names, change.prefixes, change.denied, change.kept)
    if isinstance(change, When):
        return When(_opened(change.test), _changes(change.then), _changes(change.orelse))
    return change


def _opened(test: Test) -> Test:
    """A test of which what is too large is taken as it is by default; equal tests stay equal, flags stay asked."""
    if not _is_large(test):
        return test
    if test.kind in {"not", "and", "or"}:
        return Test(test.kind, tuple([_opened(part) for part in test.operands if isinstance(part, Test)]), test.place)
    return Test("open", (Constant(hash(test)),), test.place, holds_by_default(test))


def _is_large(term: Term) -> bool:
    return traits(term).size > LARGEST_ITEM
