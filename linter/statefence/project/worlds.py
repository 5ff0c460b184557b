"""The alternatives of a value: which side of every test the main answer takes, and which others can be reached.

The main answer is the one with every flag and optional parameter at its default and every optional variable of the
environment unset. A test that is decided by constants alone leaves no alternative.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from statefence.project.instances import settled_instance
from statefence.project.process_block import narrows
from statefence.project.values import (
    CALLABLES,
    CHOICES,
    NONE,
    Absent,
    Change,
    Choice,
    Clear,
    Connection,
    Constant,
    Derived,
    Dictionary,
    Directory,
    Drop,
    EnvironmentVariable,
    Item,
    LiveEnvironment,
    Object,
    Parameter,
    Path,
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
    kept,
    rewrite,
)

Taker = Callable[[Value], Value]
MOST = 24
"""At most so many alternatives of one value are looked at."""
FEW = 3
"""Of so many tests all combinations are looked at, as far as `MOST` reaches."""


class Decision(Struct, frozen=True):
    """Which way a test goes in the main answer, and whether it can go no other way."""

    holds: bool
    certain: bool


Decider = Callable[[Value], Decision]


class World(Struct, frozen=True):
    """One alternative of a value.

    Attributes:
        value: the alternative, without any choice in it.
        outcomes: how each test goes that was asked on the way.
    """

    value: Value
    outcomes: Mapping[Test, bool]

    def asks_about(self, value: Value) -> bool:
        """Whether a test on the way was about this very value, so that this world has decided what it can be."""
        return any(value in test.operands for test in self.outcomes)


CUT = World(Unknown(f"more than {MOST} alternatives"), {})
"""Stands for the alternatives that are not looked at."""


def _itself(world: World) -> object:
    return world.value


def worlds(value: Value, answer: Callable[[World], object] = _itself) -> list[World]:
    """The value's alternatives, the main one first.

    Tests are flipped one at a time, then two at once, and so on. All that is beyond `MOST` is one more, unknown.

    Args:
        answer: what an alternative comes to. Of more than `FEW` tests, those that alone do not change it are not
            flipped together with others.
    """
    first, asked = resolve(value, {})
    found = [World(first, _outcomes(asked, {}))]
    usual = answer(found[0])
    seen: set[frozenset[tuple[Test, bool]]] = {frozenset()}
    todo = deque(_flips(asked, {}))
    idle: set[Test] = set()
    while todo:
        flipped = todo.popleft()
        way = frozenset(flipped.items())
        if way in seen or (len(flipped) > 1 and not idle.isdisjoint(flipped)):
            continue
        if len(seen) == MOST:
            found.append(CUT)
            break
        seen.add(way)
        alternative, more = resolve(value, flipped)
        found.append(World(alternative, _outcomes(more, flipped)))
        if len(flipped) == 1 and len(asked) > FEW and answer(found[-1]) == usual:
            idle.update(flipped)
        todo.extend(_flips(more, flipped))
    return found


def _flips(asked: Mapping[Test, Decision], flipped: Mapping[Test, bool]) -> Iterator[Mapping[Test, bool]]:
    """The ways that take one more test the other way."""
    for test, decision in asked.items():
        if not decision.certain and test not in flipped:
            yield {**flipped, test: not decision.holds}


def main_world(value: Value) -> Value:
    """The main alternative of a value."""
    return resolve(value, {})[0]


def _outcomes(asked: Mapping[Test, Decision], flipped: Mapping[Test, bool]) -> Mapping[Test, bool]:
    return {test: flipped.get(test, decision.holds) for test, decision in asked.items()}


def resolve(value: Value, flipped: Mapping[Test, bool]) -> tuple[Value, dict[Test, Decision]]:
    """The value with every choice taken, and the tests that were asked on the way.

    Args:
        flipped: tests that go another way than in the main answer.
    """
    resolver = _Resolver(flipped)
    return resolver.take(value), resolver.asked


class _Resolver:
    """One way through all tests; what was taken once is not taken again."""

    def __init__(self, flipped: Mapping[Test, bool]) -> None:
        self.flipped = flipped
        self.asked: dict[Test, Decision] = {}
        self.known: dict[Test, bool] = {}
        self.taken: dict[Value, Value] = {}

    def holds(self, test: Test) -> bool:
        """Whether the test holds in this world."""
        known = self.known.get(test)
        if known is None:
            known = self.known[test] = self._holds(test)
        return known

    def _holds(self, test: Test) -> bool:
        if test.kind == "not":
            return not self.holds(_test(test, 0))
        if test.kind == "and":
            return all(self.holds(_test(test, index)) for index in range(len(test.operands)))
        if test.kind == "or":
            return any(self.holds(_test(test, index)) for index in range(len(test.operands)))
        if self._is_excluded(test):
            return False
        if test.kind == "loop" and test.operands and self._is_known_to_be_filled(_value(test, 0)):
            return True
        decision = self.asked.get(test)
        if decision is None:
            decision = self.asked[test] = _decide(test, self.take)
        return self.flipped.get(test, decision.holds)

    def _is_known_to_be_filled(self, source: Value) -> bool:
        """Whether what a loop is over was found to be true on the way, so that it is not empty."""
        return self.known.get(Test("truthy", (self.take(source),)), False)

    def _is_excluded(self, test: Test) -> bool:
        """Whether what holds already rules the test out: what is true is not None, what equals one text no other."""
        if test.kind == "equal":
            return any(_exclude_each_other(test, other) for other, holds in self.known.items() if holds)
        other = {"none": "truthy", "truthy": "none"}.get(test.kind)
        return other is not None and self.known.get(Test(other, (self.take(_value(test, 0)),)), False)

    def take(self, node: Value) -> Value:
        """The value without choices."""
        known = self.taken.get(node)
        if known is None:
            known = self.taken[node] = rewrite(node, CHOICES, self._choice)
        return known

    def _choice(self, node: Value) -> Value | None:
        if isinstance(node, Choice):
            return self.take(node.then if self.holds(node.test) else node.orelse)
        if isinstance(node, Dictionary):
            return Dictionary(self._changes(node.changes), node.place, node.display)
        if isinstance(node, LiveEnvironment):
            return LiveEnvironment(node.name, self._changes(node.changes)) if narrows(node.changes) else node
        return None

    def _changes(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        flat: list[Change] = []
        for change in changes:
            if isinstance(change, When):
                flat.extend(self._changes(change.then if self.holds(change.test) else change.orelse))
            elif isinstance(change, Spread):
                flat.append(Spread(self.take(change.source)))
            elif isinstance(change, Put):
                flat.append(Put(self.take(change.key), self.take(change.value), change.weak, change.chosen))
            elif isinstance(change, Select):
                flat.append(Select(self.take(change.source), change.names, change.prefixes, change.denied))
            else:
                flat.append(change)
        return tuple(flat)


def _exclude_each_other(test: Test, other: Test) -> bool:
    """Whether two tests compare one value with different literals."""
    if other.kind != "equal" or test.operands[0] != other.operands[0]:
        return False
    literals = test.operands[1], other.operands[1]
    return all(isinstance(literal, Constant) for literal in literals) and literals[0] != literals[1]


@kept
def holds_by_default(test: Test) -> bool:
    """Whether the test holds in the main answer."""
    return _Resolver({}).holds(test)


def settled(test: Test) -> bool | None:
    """Whether the test holds, where that is certain whatever is passed and whatever the environment holds."""
    if test.kind == "not":
        inner = settled(_test(test, 0))
        return None if inner is None else not inner
    if test.kind in {"and", "or"}:
        outcomes = [settled(_test(test, index)) for index in range(len(test.operands))]
        if (test.kind == "or") in outcomes:
            return test.kind == "or"
        return None if None in outcomes else test.kind == "and"
    if any(operand.holds & CHOICES for operand in test.operands):
        return None
    decision = _decide(test, lambda value: value)
    return decision.holds if decision.certain and test.kind != "loop" else None


def _test(test: Test, index: int) -> Test:
    operand = test.operands[index]
    assert isinstance(operand, Test)
    return operand


def _value(test: Test, index: int) -> Value:
    operand = test.operands[index]
    assert isinstance(operand, Value)
    return operand


def _decide(test: Test, take: Taker) -> Decision:
    if test.kind == "open" or not test.operands:
        return Decision(test.preferred, certain=test.kind == "loop")
    first = take(_value(test, 0))
    if test.kind == "loop":
        decision = _runs(first)
        return Decision(decision.holds, decision.holds or (decision.certain and first == test.operands[0]))
    if test.kind == "truthy":
        return _truthy(first)
    if test.kind == "none":
        return _none(first)
    second = take(_value(test, 1))
    if test.kind == "equal":
        return _equal(first, second)
    return _contains(first, second)


def _truthy(value: Value) -> Decision:
    if isinstance(value, Constant):
        return Decision(bool(value.value), certain=True)
    if isinstance(value, Absent):
        return Decision(holds=False, certain=True)
    instance = settled_instance(value)
    if instance is not None:
        return Decision(instance, certain=True)
    if isinstance(value, Parameter):
        return _of_parameter(value, _truthy, required=True)
    if isinstance(value, EnvironmentVariable):
        stands_in = value.default is not None and _truthy(value.default).holds
        return Decision(stands_in or value.required, certain=False)
    if isinstance(value, Dictionary):
        return _filled(value)
    if isinstance(value, Sequence):
        return Decision(bool(value.items), certain=False)
    if isinstance(value, Text) and (not value.parts or any(_is_text(part) for part in value.parts)):
        return Decision(bool(value.parts), certain=True)
    if isinstance(value, LiveEnvironment | Object | Connection | Path | Directory):
        return Decision(holds=True, certain=True)
    if isinstance(value, Derived) and value.operation in {"parent", "with_name", "with_suffix"}:
        return Decision(holds=True, certain=True)
    if isinstance(value, Item) and (isinstance(value.default, Absent) or _is_false(value.default)):
        return Decision(holds=False, certain=False)
    return Decision(holds=True, certain=False)


def _is_false(value: Value | None) -> bool:
    """Whether the value is a literal that counts as false, other than None, which may stand for anything."""
    return isinstance(value, Constant) and value.value is not None and not value.value


def _filled(value: Dictionary) -> Decision:
    """Whether a mapping holds anything: certainly what was put into it and not removed since, or the environment."""
    holds = put = whole = False
    for change in value.changes:
        if isinstance(change, Clear):
            holds = put = whole = False
        elif isinstance(change, Drop):
            put = False
        elif isinstance(change, Put):
            holds = put = True
        elif isinstance(change, Spread | Select) and isinstance(change.source, LiveEnvironment | Dictionary):
            inner = _truthy(change.source)
            holds = holds or inner.holds
            whole = whole or (inner.holds and inner.certain and isinstance(change, Spread))
    return Decision(holds, certain=put or whole or not value.changes)


def _is_text(value: Value) -> bool:
    """Whether the value is a literal text that is not empty."""
    return isinstance(value, Constant) and isinstance(value.value, str) and bool(value.value)


def _runs(source: Value) -> Decision:
    """Whether a loop over the value runs: it is taken to, unless what it is over is empty by default."""
    if isinstance(source, Sequence):
        return Decision(bool(source.items), certain=True)
    if isinstance(source, Constant) and source.value is None:
        return Decision(holds=False, certain=True)
    if isinstance(source, Dictionary) and not source.changes:
        return Decision(holds=False, certain=True)
    if isinstance(source, Parameter) and source.default is not None:
        default, _ = resolve(source.default, {})
        empty = default == Constant(None) or (isinstance(default, Sequence | Dictionary) and not _truthy(default).holds)
        return Decision(not empty, certain=not empty)
    return Decision(holds=True, certain=True)


def _none(value: Value) -> Decision:
    if isinstance(value, Constant):
        return Decision(value.value is None, certain=True)
    if isinstance(value, Absent):
        return Decision(holds=True, certain=True)
    if isinstance(value, Parameter):
        return _of_parameter(value, _none, required=False)
    if isinstance(value, EnvironmentVariable):
        missing = value.default is None and not value.required
        return Decision(missing, certain=not missing)
    if isinstance(value, LiveEnvironment | Object | Connection | Dictionary | Sequence):
        return Decision(holds=False, certain=True)
    if isinstance(value, Path | Directory | Derived | Text):
        return Decision(holds=False, certain=True)
    if isinstance(value, Item):
        return Decision(isinstance(value.default, Absent | Constant), certain=False)
    return Decision(holds=False, certain=False)


def _of_parameter(value: Parameter, decide: Decider, *, required: bool) -> Decision:
    """A parameter decides by its default, but a call may pass another value."""
    if value.kind in {"args", "kwargs"}:
        return Decision(not required, certain=False) if decide is _none else Decision(holds=False, certain=False)
    if value.default is None:
        return Decision(required, certain=False)
    default, _ = resolve(value.default, {})
    return Decision(decide(default).holds, certain=False)


def _equal(first: Value, second: Value) -> Decision:
    if isinstance(first, Constant) and isinstance(second, Constant):
        return Decision(first.value == second.value, certain=True)
    if isinstance(first, CALLABLES) and isinstance(second, CALLABLES):
        return Decision(first == second, certain=True)
    if isinstance(first, Sequence) and isinstance(second, Sequence):
        known = all(isinstance(entry, Constant) for entry in (*first.items, *second.items))
        return Decision(first.items == second.items, certain=known)
    for value, other in ((first, second), (second, first)):
        if isinstance(value, Parameter) and isinstance(other, CALLABLES) and value.default == other:
            return Decision(holds=True, certain=False)
        if isinstance(value, Parameter) and isinstance(value.default, Constant) and isinstance(other, Constant):
            return Decision(value.default.value == other.value, certain=False)
    return Decision(holds=not any(isinstance(side, Parameter) for side in (first, second)), certain=False)


def _contains(first: Value, second: Value) -> Decision:
    if isinstance(second, Sequence) and isinstance(first, Constant):
        return Decision(first in second.items, all(isinstance(entry, Constant) for entry in second.items))
    if isinstance(second, Dictionary) and isinstance(first, Constant):
        keys = [change.key for change in second.changes if isinstance(change, Put)]
        simple = all(isinstance(change, Put) for change in second.changes)
        return Decision(first in keys, certain=first in keys or simple)
    if isinstance(second, Parameter) and second.kind == "kwargs":
        return Decision(holds=False, certain=False)
    if isinstance(first, Parameter) and first.default == NONE:
        return Decision(holds=False, certain=False)
    return Decision(holds=not isinstance(second, Unknown | Result), certain=False)
