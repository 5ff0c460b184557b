"""What is left of a value that has grown too large to follow: what decides, without what it is decided about."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from msgspec.structs import astuple

from statefence.project.values import (
    LARGEST,
    Change,
    Choice,
    Constant,
    Dictionary,
    LiveEnvironment,
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
    kept,
)
from statefence.project.values import bounded as whole_or_unknown
from statefence.project.worlds import holds_by_default


class Limits(NamedTuple):
    """Up to how many nodes parts of a value that is too large are followed.

    Attributes:
        item: what a mapping or an object holds under one name, and what a test asks about.
        block: the same, of mappings, objects and choices of them.
        agreed: whether a name that either side of a branch puts is put, with a value that is not known.
    """

    item: int
    block: int
    agreed: bool = False


STEPS = (Limits(20, LARGEST), Limits(4, LARGEST), Limits(4, LARGEST, agreed=True), Limits(4, 20, agreed=True))
"""How a value is cut down, one step after the other until it is small enough."""


def bounded(value: Value, largest: int = LARGEST) -> Value:
    """The value; of one that is too large its mappings, objects and choices; unknown where these are too many."""
    for most in STEPS:
        if value.size <= largest:
            return value
        value = _thinned(value, most)
    return whole_or_unknown(value, largest)


def _thinned(value: Value, most: Limits) -> Value:
    """The value without the contents of large items and attributes and the operands of large tests."""
    if isinstance(value, Dictionary):
        return Dictionary(_changes(value.changes, most), value.place, value.display)
    if isinstance(value, LiveEnvironment):
        return LiveEnvironment(value.name, _changes(value.changes, most))
    if isinstance(value, Choice):
        return choose(_opened(value.test, most), _thinned(value.then, most), _thinned(value.orelse, most))
    if isinstance(value, Object):
        attributes = tuple([(name, _item(held, most)) for name, held in value.attributes])
        if value.bound is None:
            return Object(value.cls, None, attributes)
        bound = tuple([(function, name, _item(held, most)) for function, name, held in value.bound])
        return Object(value.cls, bound, attributes)
    return value


def _item(value: Value, most: Limits) -> Value:
    block = isinstance(value, Dictionary | Choice | Object)
    kept = _thinned(value, most) if block else value
    large = kept.size > (most.block if block else most.item)
    return Unknown("a value too large to follow") if large else kept


def _changes(changes: tuple[Change, ...], most: Limits) -> tuple[Change, ...]:
    thinned = [_change(change, most) for change in changes]
    return tuple([each for change in thinned for each in (_agreed(change) if most.agreed else (change,))])


def _agreed(change: Change) -> tuple[Change, ...]:
    """What a branch puts under the same names on both its sides, whatever decides it; of any other, the change."""
    if not isinstance(change, When) or not change.then or len(change.then) != len(change.orelse):
        return (change,)
    found: list[Change] = []
    for then, orelse in zip(change.then, change.orelse, strict=True):
        if (
            not isinstance(then, Put)
            or not isinstance(orelse, Put)
            or then.key != orelse.key
            or then.weak
            or orelse.weak
        ):
            return (change,)
        found.append(Put(then.key, Unknown("one of several values"), chosen=then.chosen and orelse.chosen))
    return tuple(found)


def _change(change: Change, most: Limits) -> Change:
    if isinstance(change, Put):
        return Put(change.key, _item(change.value, most), change.weak, change.chosen)
    if isinstance(change, Spread):
        return Spread(_thinned(change.source, most))
    if isinstance(change, Select):
        return Select(_thinned(change.source, most), change.names, change.prefixes, change.denied, change.kept)
    if isinstance(change, When):
        return When(_opened(change.test, most), _changes(change.then, most), _changes(change.orelse, most))
    return change


def _opened(test: Test, most: Limits) -> Test:
    """A test of which what is too large is taken as it is by default; equal tests stay equal, flags stay asked."""
    if test.size <= most.item:
        return test
    if test.kind in {"not", "and", "or"}:
        parts = tuple([_opened(part, most) for part in test.operands if isinstance(part, Test)])
        return Test(test.kind, parts, test.place)
    return Test("open", (Constant(_identity(test)),), test.place, holds_by_default(test))


@kept
def _identity(term: Term) -> str:
    """What tells a term from all others, in every process."""
    content = repr((type(term).__name__, _identities(astuple(term))))
    return blake2b(content.encode(errors="surrogatepass"), digest_size=_IDENTITY).hexdigest()


def _identities(field: object) -> object:
    if isinstance(field, tuple):
        return tuple(map(_identities, field))
    return _identity(field) if isinstance(field, Term) else field


_IDENTITY = 12
