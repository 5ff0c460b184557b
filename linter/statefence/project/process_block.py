"""What a program does to the block that its children inherit, as changes of it in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statefence.project.mappings import literal
from statefence.project.values import (
    BLOCKS,
    Change,
    Clear,
    Constant,
    Dictionary,
    Drop,
    EnvironmentVariable,
    LiveEnvironment,
    Put,
    Test,
    Unknown,
    Value,
    When,
    rewrite,
)

LARGEST = 20
"""Of a variable that the program sets, a value of more nodes is forgotten: that it is set is what counts."""

MOST = 60
"""So many changes are kept; of more, the first variables that were set are forgotten."""


def plain(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes, without what puts a variable back as it was and without values too large to matter."""
    kept = [change for each in changes for change in _plain(each)]
    excess = len(kept) - MOST
    if excess > 0:
        first = [index for index, change in enumerate(kept) if isinstance(change, Put)][:excess]
        kept = [change for index, change in enumerate(kept) if index not in first]
    return tuple(kept)


def _plain(change: Change) -> Iterator[Change]:
    if isinstance(change, When):
        restored = _restored(change)
        if restored is not None:
            yield from restored
            return
        then, orelse = plain(change.then), plain(change.orelse)
        if then or orelse:
            yield When(change.test, then, orelse)
    elif isinstance(change, Put) and change.value.size > LARGEST:
        yield Put(change.key, Unknown("a long value"), change.weak)
    else:
        yield change


def _restored(change: When) -> tuple[Change, ...] | None:
    """What is left of `if before is None: del E[key]`, `else: E[key] = before`; None for anything else."""
    if len(change.then) != 1 or len(change.orelse) != 1:
        return None
    sides = change.then[0], change.orelse[0]
    drop = next((side for side in sides if isinstance(side, Drop)), None)
    put = next((side for side in sides if isinstance(side, Put)), None)
    if drop is None or put is None or drop.key != put.key:
        return None
    name = literal(put.key)
    if name is None:
        return ()
    own = isinstance(put.value, EnvironmentVariable) and put.value.name == name and put.value.default is None
    return (put,) if own else None


def asks_for(test: Test) -> str | None:
    """The variable of the process whose presence a test asks for; None where it asks for anything else."""
    while test.kind == "not" and isinstance(test.operands[0], Test):
        test = test.operands[0]
    first = test.operands[0] if test.operands else None
    if test.kind in {"truthy", "none"} and isinstance(first, EnvironmentVariable) and not first.required:
        empty = isinstance(first.default, Constant) and not first.default.value
        return first.name if first.default is None or empty else None
    if test.kind == "contains" and isinstance(first, Value) and isinstance(test.operands[1], LiveEnvironment):
        return literal(first)
    return None


def is_present_when(test: Test) -> bool:
    """Which way such a test goes when the variable is there."""
    return not is_present_when(_inner(test)) if test.kind == "not" else test.kind != "none"


def _inner(test: Test) -> Test:
    inner = test.operands[0]
    assert isinstance(inner, Test)
    return inner


def narrows(changes: Iterable[Change]) -> bool:
    """Whether a test decides that variables are taken away, so that each side of it is an alternative of its own."""
    return any(isinstance(change, When) and _takes_away((*change.then, *change.orelse)) for change in changes)


def _takes_away(changes: Iterable[Change]) -> bool:
    return any(
        isinstance(change, Clear)
        or (isinstance(change, Drop) and literal(change.key) is not None)
        or (isinstance(change, When) and _takes_away((*change.then, *change.orelse)))
        for change in changes
    )


def after(value: Value, block: str, earlier: tuple[Change, ...]) -> Value:
    """A value that was found from the beginning of a function, where the block had been changed before."""
    if not earlier or not value.holds & BLOCKS:
        return value

    def replaced(node: Value) -> Value | None:
        if not isinstance(node, LiveEnvironment) or node.name != block:
            return None
        return LiveEnvironment(block, (*earlier, *_after(node.changes, block, earlier)))

    return rewrite(value, BLOCKS, replaced)


def _after(changes: tuple[Change, ...], block: str, earlier: tuple[Change, ...]) -> tuple[Change, ...]:
    found = after(Dictionary(changes), block, earlier)
    assert isinstance(found, Dictionary)
    return found.changes
