"""Pieces of literal texts and of lists that are known: items, slices, and what `split` and the like give."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from statefence.project.values import Constant, Result, Sequence, Value

SLICE = "builtins.slice"
"""The callee of the bounds of a slice."""

WHOLE = Result(SLICE, (Constant(None), Constant(None), Constant(None)))
"""The bounds of `[:]`, which copies."""

DIVIDING = frozenset({"split", "rsplit", "partition", "rpartition"})
"""Methods that give a text's pieces."""

_CHANGING: Mapping[str, Callable[..., str]] = {
    "removesuffix": str.removesuffix,
    "removeprefix": str.removeprefix,
    "replace": str.replace,
    "lower": str.lower,
    "upper": str.upper,
}
_DIVIDING: Mapping[str, Callable[..., list[str] | tuple[str, ...]]] = {
    "split": str.split,
    "rsplit": str.rsplit,
    "partition": str.partition,
    "rpartition": str.rpartition,
}


def computed(text: str, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """A method of a literal text with literal arguments; None where they are not, or are none that it takes."""
    given = [value.value for value in arguments if isinstance(value, Constant)]
    if len(given) < len(arguments):
        return None
    try:
        if name in _DIVIDING:
            return Sequence(tuple([Constant(piece) for piece in _DIVIDING[name](text, *given)]))
        return Constant(_CHANGING[name](text, *given)) if name in _CHANGING else None
    except (TypeError, ValueError):
        return None


def is_slice(key: Value) -> bool:
    """Whether an index is the bounds of a slice."""
    return isinstance(key, Result) and key.callee == SLICE


def indexed(items: tuple[Value, ...], key: Value) -> Value | None:
    """An item of a list, or those of a slice; None where it cannot be told which."""
    if isinstance(key, Constant) and isinstance(key.value, int):
        return items[key.value] if -len(items) <= key.value < len(items) else None
    bounds = _bounds(key)
    return None if bounds is None else Sequence(items[bounds])


def cut(text: str, key: Value) -> Value | None:
    """A slice of a literal text; None where it cannot be told which."""
    bounds = _bounds(key)
    return None if bounds is None else Constant(text[bounds])


def _bounds(key: Value) -> slice | None:
    """The bounds of a slice that are written out."""
    if not isinstance(key, Result) or key.callee != SLICE:
        return None
    found = [bound.value for bound in key.arguments if isinstance(bound, Constant)]
    whole = all(bound is None or (isinstance(bound, int) and bound != 0) for bound in found[2:])
    if len(found) < len(key.arguments) or not whole or not all(isinstance(b, int | None) for b in found):
        return None
    return slice(*found)
