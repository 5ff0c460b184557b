"""What a run interprets: what names a callee, then what names a wrapper, until no further one is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count

from msgspec import Struct

from statefence.facts import ir
from statefence.project import functions, scopes
from statefence.project.consulted import Root
from statefence.project.flows import Carried, Handed, Known, propagated
from statefence.project.mentions import Mentions, other_names
from statefence.project.outlines import Outline
from statefence.project.program import Program, RawSite, Unit
from statefence.project.relevance import (
    Wrappers,
    callee_words,
    derived_classes,
    exported,
    named,
    of_wrapping_classes,
    wrapper_words,
    wrappers,
)
from statefence.project.values import key_of


class Round(Struct, frozen=True, array_like=True):
    """One widening of what is looked for.

    Attributes:
        words: what the files are searched for.
        classes: the names of classes whose methods all count.
    """

    words: Mentions
    classes: frozenset[bytes] = frozenset()


class Interpretation(Struct, frozen=True):
    """What interpreting a program came to.

    Attributes:
        sites: every site, those of wrappers too.
        handed: those that callers decide.
        roots: what the run asked about by itself.
        wrappers: the project's own, and how each module passes callees on, when nothing further was named.
    """

    sites: list[RawSite]
    handed: list[Handed]
    rounds: tuple[Round, ...]
    roots: tuple[Root, ...]
    wrappers: Wrappers


class Chosen(Struct, frozen=True):
    """What is interpreted of a program of which the rest is known.

    Attributes:
        changed: the modules of which everything is.
        keys: the modules and functions of the others.
        roots: those of them that the run asked about by itself.
    """

    changed: frozenset[str]
    keys: frozenset[str]
    roots: frozenset[str]

    @property
    def units(self) -> frozenset[str]:
        """The names of all modules in which something is."""
        return self.changed | {key.partition(":")[0] for key in self.keys}

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and (key in self.keys or key.partition(":")[0] in self.changed)


class _Asking:
    """The questions of one run, each asked once."""

    def __init__(self, program: Program, chosen: Chosen | None) -> None:
        self.program = program
        self.chosen = chosen
        units = program.units.values()
        self.units = [unit for unit in units if unit.name in chosen.units] if chosen is not None else list(units)
        self.done: dict[str, Root] = {}

    def modules(self, number: int, phase: int, units: Iterable[Unit]) -> None:
        """Run modules."""
        for unit in units:
            root = Root(number, phase, unit.path, 0, key_of(unit.name, ""))
            self.program.consulted.root = self.done.setdefault(root.key, root)
            scopes.namespace(self.program, unit.name)

    def functions(self, number: int, phase: int, unit: Unit, keys: Iterable[str]) -> None:
        """Interpret functions of a module."""
        for at, key in enumerate(keys):
            if key not in self.done and (self.chosen is None or key in self.chosen):
                root = self.done[key] = Root(number, phase, unit.path, at, key)
                self.program.consulted.root = root
                functions.summarize(self.program, key)

    def naming(self, number: int, words: Mentions) -> None:
        """Interpret the functions whose text holds one of the words, and run the modules they stand in."""
        matching = list(_matching(words, self.units))
        self.program.parse_all(matching)
        self.modules(number, 0, [unit for unit, _ in matching])
        for unit, pattern in matching:
            self.functions(number, 1, unit, list(named(self.program, unit, pattern)))

    def wrapping(self, number: int, classes: Collection[bytes]) -> None:
        """Interpret the methods of classes of these names, of the modules that were run."""
        for unit in self.units:
            if unit.name in self.program.namespaces:
                self.functions(number, 2, unit, list(of_wrapping_classes(self.program, unit, classes)))

    def others(self, number: int, chosen: Chosen) -> None:
        """Interpret what is chosen besides, out of its turn: circles of functions may be entered elsewhere so."""
        self.program.consulted.root = Root(number, 0, "", 0, "")
        for key in sorted(chosen.keys - self.done.keys()):
            if key in chosen.roots:
                self.done[key] = Root(number, 0, "", 0, key)
            scopes.namespace(self.program, key.partition(":")[0])
            for each in _outermost_first(key):
                definition = self.program.definitions.get(each)
                if definition is not None and isinstance(definition.node, ir.Function):
                    functions.summarize(self.program, each)

    def sites(self, number: int, known: Known | None = None) -> Carried:
        """Every site that is known by now; what that and what follows ask about is asked between two rounds."""
        self.program.consulted.root = Root(number, 0, "", 0, "")
        return propagated(self.program, known)

    def everything(self) -> None:
        """Interpret every function, so that the whole call graph is known."""
        self.modules(0, 2, self.units)
        known = 0
        for turn in count(3):
            if len(self.program.definitions) == known:
                return
            known = len(self.program.definitions)
            for unit in self.units:
                self.functions(0, turn, unit, list(_functions(self.program, unit)))


def _outermost_first(key: str) -> Iterator[str]:
    """The keys of the functions that a function may stand in, and its own: it is known once they are interpreted."""
    unit, _, qualified = key.partition(":")
    parts = qualified.split(".")
    for end in range(1, len(parts) + 1):
        yield key_of(unit, ".".join(parts[:end]))


def interpret(program: Program, *, thorough: bool) -> Interpretation:
    """Interpret what can matter, until no further function names a wrapper.

    The whole call graph is known only to a `thorough` run, which interprets everything.
    """
    asking = _Asking(program, None)
    outlines = [unit.outline for unit in program.units.values()]
    rounds = [Round(searched(outlines, callee_words(program.policy)))]
    asking.naming(0, rounds[0].words)
    if thorough:
        asking.everything()
    derived = derived_classes(outlines)
    seen: Mentions | None = None
    while True:
        carried = asking.sites(len(rounds))
        known = wrappers(program, carried.sites)
        words = wrapper_words(known, derived)
        if words == seen:
            return Interpretation(carried.sites, carried.handed, tuple(rounds), tuple(asking.done.values()), known)
        rounds.append(Round(searched(outlines, words if seen is None else words.beyond(seen)), frozenset(words.words)))
        _follow(asking, len(rounds) - 1, rounds[-1])
        seen = words


def interpret_again(
    program: Program, rounds: Sequence[Round], chosen: Chosen, keys: Collection[str], known: Known, *, thorough: bool
) -> Interpretation:
    """Interpret what is chosen, in the order of a run of which the rounds are known.

    Args:
        keys: the wrappers that there are.
        known: the sites of what is taken as it was.
    """
    asking = _Asking(program, chosen)
    for number, each in enumerate(rounds):
        _follow(asking, number, each)
        if thorough and number == 0:
            asking.everything()
    asking.others(len(rounds), chosen)
    carried = asking.sites(len(rounds), known)
    wrapping = Wrappers(frozenset(keys), exported(program, keys))
    return Interpretation(carried.sites, carried.handed, tuple(rounds), tuple(asking.done.values()), wrapping)


def _follow(asking: _Asking, number: int, each: Round) -> None:
    asking.naming(number, each.words)
    asking.wrapping(number, each.classes)


def searched(outlines: Iterable[Outline], words: Mentions) -> Mentions:
    """The words, under the names too that imports give their owners."""
    return words.known_as(other_names(outlines, words.owners))


def _matching(words: Mentions, units: Iterable[Unit]) -> Iterator[tuple[Unit, re.Pattern[bytes]]]:
    for unit in units:
        pattern = words.pattern(unit)
        if pattern is not None and pattern.search(unit.data):
            yield unit, pattern


def _functions(program: Program, unit: Unit) -> Iterator[str]:
    """The keys of a module's functions that are known by now."""
    for key in program.by_unit.get(unit.name, ()):
        if isinstance(program.definitions[key].node, ir.Function):
            yield key
