"""Sets of a mapping's names, less some or only some: what they name is the mapping with that much of it."""

from __future__ import annotations

from collections.abc import Iterable

from statefence.project.mappings import literal
from statefence.project.values import (
    Change,
    Clear,
    Constant,
    Dictionary,
    Drop,
    LiveEnvironment,
    Result,
    Select,
    Sequence,
    Value,
)

NAMES = "keys"


def named(value: Value) -> Value | None:
    """The mapping whose names a value holds, as `mapping.keys()` and `set(mapping)` do; None when it holds others."""
    if isinstance(value, Result) and value.callee == NAMES and len(value.arguments) == 1:
        value = value.arguments[0]
    return value if isinstance(value, LiveEnvironment | Dictionary) else None


def combined(operator: str, left: Value, others: Iterable[Value]) -> Value | None:
    """The names in one set less those in others (`-`), or those in all of them (`&`); None where no mapping has any."""
    found = left
    for other in others:
        pair = (found, other) if named(found) is not None or operator == "-" else (other, found)
        mapping = named(pair[0])
        if mapping is None:
            return None
        names = texts(pair[1])
        if operator == "&":
            kept = Select(mapping, names)
        else:
            kept = Select(mapping) if names is None else Select(mapping, denied=names)
        found = Result(NAMES, (Dictionary((kept,)),))
    return None if found is left else found


def texts(value: Value) -> tuple[str, ...] | None:
    """The literal texts that a collection holds at most; None where not all of them are known."""
    only = _only(named(value))
    if only is not None:
        return only.names
    found = [literal(item) for item in value.items] if isinstance(value, Sequence) else [None]
    return tuple(text for text in found if text is not None) if None not in found else None


def dropped(mapping: Value, held: tuple[Change, ...]) -> tuple[Change, ...] | None:
    """What removing a mapping's names from a block comes to, given what made the block; None where it is not known."""
    only = _only(mapping)
    if only is None:
        return None
    if only.names is not None:
        return tuple(Drop(Constant(name)) for name in only.names)
    return None if only.denied is None else (Clear(), Select(Dictionary(held), only.denied))


def _only(mapping: Value | None) -> Select | None:
    """The choice of names that is all that makes a mapping."""
    only = mapping.changes[0] if isinstance(mapping, Dictionary) and len(mapping.changes) == 1 else None
    return only if isinstance(only, Select) else None
