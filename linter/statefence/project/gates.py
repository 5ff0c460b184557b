"""What a call's arguments keep it from: the calls further on that are made only under tests which they make fail.

A function may open, write or call something only where a flag says so. A call that passes the flag as a constant rules
that out, or does not; so does one that hands on its own function's flag, for its callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statefence.model import Place
from statefence.project.call_sites import holding
from statefence.project.program import Edge, Program, RawSite
from statefence.project.values import PARAMETERS, Test

FURTHEST = 3
"""A flag is followed through at most so many calls."""
MOST = 24
"""Of a function at most so many gates are kept; what stands behind any further one counts as reached."""

Way = tuple[Place, ...]
"""The calls from a function's body to one that it reaches, each in the function that the one before it calls."""


class Gate(NamedTuple):
    """A way that a function goes only under tests over its parameters.

    Attributes:
        tests: those of each record of its last call; it is not gone where all of them are ruled out.
    """

    way: Way
    tests: tuple[tuple[Test, ...], ...]


class Gates:
    """The gates of a program's functions, found when they are asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[tuple[str, int], tuple[Gate, ...]] = {}
        self.reaching = _reaching(program)

    def ruled_out(self, edge: Edge) -> tuple[Way, ...]:
        """The ways from the callee's body that this call's arguments keep it from going."""
        if edge.callee not in self.reaching:
            return ()
        with self.program.consulted.finding(self.program.body_of(edge.caller)):
            return tuple(gate.way for gate in self._of(edge.callee, FURTHEST) if not self._left(gate, edge))

    def _of(self, function: str, furthest: int) -> tuple[Gate, ...]:
        """The gates on the ways from a function through at most so many calls."""
        if (function, furthest) not in self.known:
            with self.program.consulted.finding(self.program.body_of(function)):
                found = [*self._own(function), *(self._handed_on(function, furthest - 1) if furthest else ())]
            self.known[function, furthest] = tuple(found[:MOST])
        return self.known[function, furthest]

    def _own(self, function: str) -> Iterator[Gate]:
        """The calls in a function's body that it makes only under tests over its parameters."""
        edges = (edge for edge in self.program.edges.get(function, ()) if edge.callee in self.reaching)
        calls: dict[Place, list[tuple[Test, ...]]] = {}
        every: tuple[RawSite | Edge, ...] = (*_files(self.program.sites.get(function, ())), *edges)
        for call in every:
            calls.setdefault(Place(call.path, call.span), []).append(call.conditions)
        for place, tests in sorted(calls.items()):
            if all(_is_open(each) for each in tests):
                yield Gate((place,), tuple(dict.fromkeys(tests)))

    def _handed_on(self, function: str, furthest: int) -> Iterator[Gate]:
        """The gates of what a function calls that depend on what it is itself given."""
        ways: dict[Way, list[tuple[Test, ...]]] = {}
        for edge in sorted(self.program.edges.get(function, ()), key=lambda edge: edge.span):
            for gate in self._of(edge.callee, furthest) if edge.callee in self.reaching else ():
                left = (tests[len(edge.conditions) :] for tests in self._left(gate, edge))
                ways.setdefault((Place(edge.path, edge.span), *gate.way), []).extend(left)
        for way, tests in ways.items():
            if tests and all(_is_open(each) for each in tests):
                yield Gate(way, tuple(dict.fromkeys(tests)))

    def _left(self, gate: Gate, edge: Edge) -> list[tuple[Test, ...]]:
        """The tests that a call leaves open, in terms of what its own function is given: after its own conditions."""
        found = (holding(self.program, tests, edge) for tests in gate.tests)
        return [tests for tests in found if tests is not None]


def _reaching(program: Program) -> set[str]:
    """The functions that lead to a call which reaches a file."""
    callers: dict[str, set[str]] = {}
    for caller, edges in program.edges.items():
        for edge in edges:
            callers.setdefault(edge.callee, set()).add(caller)
    todo = [function for function, sites in program.sites.items() if any(_files(sites))]
    found = set(todo)
    while todo:
        more = callers.get(todo.pop(), set()) - found
        found |= more
        todo += more
    return found


def _files(sites: Iterable[RawSite]) -> Iterator[RawSite]:
    return (site for site in sites if site.kind != "spawn")


def _is_open(tests: tuple[Test, ...]) -> bool:
    return any(test.holds & PARAMETERS for test in tests)
