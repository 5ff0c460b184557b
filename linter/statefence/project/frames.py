"""The state of one interpretation: variables, the mutable objects they refer to, and how two branches of it join."""

from __future__ import annotations

from typing import TypeVar

from statefence.project.lists import MOST_JOINED, collapsed
from statefence.project.values import (
    REFERENCES,
    Change,
    Choice,
    Dictionary,
    Object,
    Reference,
    Sequence,
    Test,
    Unknown,
    Value,
    When,
    bounded,
    choose,
    rewrite,
)

Key = TypeVar("Key", str, int)

MOST_ALTERNATIVES = 64
"""What is called or asked for an attribute is followed into a tree of at most so many choices and alternatives."""

LARGEST_ALTERNATIVE_LIST = 40
"""A list that a branch adds to is followed with and without what is added, up to so many nodes; then with it."""

LARGEST_OBJECT = 5_000
"""An object of more nodes, such as a list that was doubled over and over, is not followed."""


class State:
    """Variables and heap at one point of a function.

    Attributes:
        origins: what the objects from outside the function were when they were first met; shared by all its states.
    """

    __slots__ = ("heap", "origins", "variables")

    def __init__(
        self, variables: dict[str, Value], heap: dict[int, Value], origins: dict[int, Value] | None = None
    ) -> None:
        self.variables = variables
        self.heap = heap
        self.origins = {} if origins is None else origins

    def copy(self) -> State:
        """An independent state; the values are shared, since they never change."""
        return State(dict(self.variables), dict(self.heap), self.origins)

    def become(self, other: State) -> None:
        """Take over another state's content."""
        self.variables, self.heap = other.variables, other.heap

    def content(self, value: Value) -> Value:
        """What a reference refers to; other values are themselves."""
        while isinstance(value, Reference):
            value = self.heap[value.number]
        return value

    def followed(self, value: Value) -> Value:
        """What a reference refers to, unless it has too many alternatives to follow one by one."""
        content = self.content(value)
        todo = [content]
        for _ in range(MOST_ALTERNATIVES):
            node = self.content(todo.pop())
            if isinstance(node, Choice):
                todo += (node.then, node.orelse)
            if not todo:
                return content
        return Unknown("too many alternatives to follow")

    def freeze(self, value: Value) -> Value:
        """The value without references; an object that has grown out of all bounds is unknown."""
        if value.size <= LARGEST_OBJECT and not value.holds & REFERENCES:
            return value
        return self._frozen(value, {})

    def _frozen(self, value: Value, frozen: dict[int, Value]) -> Value:
        kept = bounded(value, LARGEST_OBJECT)
        return bounded(rewrite(kept, REFERENCES, lambda node: self._resolved(node, frozen)), LARGEST_OBJECT)

    def _resolved(self, node: Value, frozen: dict[int, Value]) -> Value | None:
        """What a reference is frozen to; `frozen` holds those met before, by number."""
        if not isinstance(node, Reference):
            return None
        if node.number not in frozen:
            frozen[node.number] = Unknown("an object that holds itself")
            frozen[node.number] = self._frozen(self.heap[node.number], frozen)
        return frozen[node.number]


def join(test: Test, then: State, orelse: State) -> State:
    """The state after a branch: every variable and object that differs becomes a choice."""
    return State(
        _join_values(test, then.variables, orelse.variables),
        _join_values(test, {**_met(then), **then.heap}, {**_met(orelse), **orelse.heap}),
        then.origins,
    )


def _met(state: State) -> dict[int, Value]:
    """The objects from outside, for a side that has not met them."""
    return {number: origin for number, origin in state.origins.items() if number not in state.heap}


def _join_values(test: Test, then: dict[Key, Value], orelse: dict[Key, Value]) -> dict[Key, Value]:
    joined = dict(orelse)
    for key, value in then.items():
        other = orelse.get(key)
        joined[key] = value if other is None or other is value else _join(test, value, other)
    return joined


def _join(test: Test, then: Value, orelse: Value) -> Value:
    if isinstance(then, Dictionary) and isinstance(orelse, Dictionary):
        return _join_dictionaries(test, then, orelse)
    if (
        isinstance(then, Object)
        and isinstance(orelse, Object)
        and then.cls == orelse.cls
        and then.bound == orelse.bound
    ):
        left, right = dict(then.attributes), dict(orelse.attributes)
        merged = {name: _join(test, left.get(name, value), value) for name, value in right.items()}
        return Object(then.cls, then.bound, tuple({**left, **merged}.items()))
    if isinstance(then, Sequence) and isinstance(orelse, Sequence) and then.items[: len(orelse.items)] == orelse.items:
        return then if then.size > LARGEST_ALTERNATIVE_LIST else choose(test, then, orelse)
    return collapsed(choose(test, then, orelse), MOST_JOINED)


def _join_dictionaries(test: Test, then: Dictionary, orelse: Dictionary) -> Value:
    common = 0
    for left, right in zip(then.changes, orelse.changes, strict=False):
        if left is not right:
            break
        common += 1
    if common == 0 and then.place != orelse.place:
        return Choice(test, then, orelse)
    tails = then.changes[common:], orelse.changes[common:]
    if not tails[0] and not tails[1]:
        return orelse
    branch: tuple[Change, ...] = (When(test, *tails),)
    return Dictionary(then.changes[:common] + branch, orelse.place, orelse.display and then.display)
