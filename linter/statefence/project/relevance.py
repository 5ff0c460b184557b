"""Which functions can matter: those that name a callee which reaches the world, and those that name a wrapper of one.

Interpreting a function costs a hundred times what reading it does, and most functions of a program neither start a
child nor open anything. So a function is interpreted when its text names such a callee, when a value that is asked for
leads to it, or when it names a function that turned out to hand a parameter on to one; the last is repeated until
nothing new is named. What is left out could not have added a site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from statefence.callees import EXECUTORS, FILE_OPENERS, OPENERS, PATH_METHODS, SPAWNERS, Opener, Spawner
from statefence.facts import extent, ir, line_starts
from statefence.policy import Policy
from statefence.project.flows import deciding_functions
from statefence.project.program import Program, RawSite, Unit
from statefence.project.sinks import opener, spawner
from statefence.project.values import ClassValue, External, asked_variables

Names = Mapping[str, frozenset[str]]
"""For each name, words of which the file must hold one for the name to count; none means that it always counts."""

ENVIRONMENT = ("environ", "getenv")
ALWAYS: frozenset[str] = frozenset()


class Words(NamedTuple):
    """The words that make a text relevant, once it is known which count in it."""

    names: Names

    def pattern(self, data: bytes, module: str) -> re.Pattern[bytes] | None:
        """What to look for in a module's file; None when nothing counts in it. A module need not name itself."""
        present = {module.rpartition(".")[2]: True}

        def holds(word: str) -> bool:
            if word not in present:
                present[word] = word.encode() in data
            return present[word]

        active = [
            name
            for name, words in self.names.items()
            if (not words or any(map(holds, words))) and name.encode() in data
        ]
        if not active:
            return None
        return re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(active)) + rb")\b")


def callee_words(policy: Policy) -> Words:
    """The words by which callees outside the project are called."""
    names: dict[str, set[str]] = {}
    callees: tuple[Spawner | Opener, ...] = (*SPAWNERS, *OPENERS)
    for entry in callees:
        for name in entry.names:
            names.setdefault(name.rpartition(".")[2], set()).add(name.partition(".")[0])
    for declared in policy.spawners:
        module, _, function = declared.target.partition(":")
        names.setdefault(function.rpartition(".")[2], set()).add(module.rpartition(".")[2])
    always = {method for method in EXECUTORS if method.startswith("execute")}
    for method in EXECUTORS.keys() - always:
        names.setdefault(method, set()).update(each.names[0].partition(".")[0] for each in OPENERS if each.connection)
    if policy.stores or policy.forbidden:
        always.update(PATH_METHODS)
        always.update(name.rpartition(".")[2] for entry in FILE_OPENERS for name in entry.names)
    if any(variable.not_from for variable in policy.variables):
        always.update(ENVIRONMENT)
    words = {name: frozenset(modules) for name, modules in names.items()}
    return Words({**words, **dict.fromkeys(always, ALWAYS)})


def wrapper_words(program: Program, sites: Iterable[RawSite]) -> Words:
    """The words by which the project's own wrappers are called, as far as they are known by now."""
    names: dict[str, set[str]] = {}
    for key in deciding_functions(sites):
        for name, word in _called_by(program, key):
            names.setdefault(name, set()).add(word)
    for name, word in _exported(program):
        names.setdefault(name, set()).add(word)
    if any(variable.not_from for variable in program.policy.variables):
        for key, summary in program.summaries.items():
            if asked_variables(summary.returns):
                for name, word in _called_by(program, key):
                    names.setdefault(name, set()).add(word)
    return Words({name: frozenset(words) for name, words in names.items()})


def _called_by(program: Program, key: str) -> Iterable[tuple[str, str]]:
    """The name a function goes by in a call, with words of which a caller's file holds one."""
    module, _, qualified = key.partition(":")
    *outer, name = qualified.split(".")
    last = module.rpartition(".")[2]
    if name == "__init__" and outer:
        for cls in (outer[-1], *_subclasses(program, f"{module}:{'.'.join(outer)}")):
            yield cls, cls
        return
    for word in (last, *outer[-1:]):
        yield name, word


def _subclasses(program: Program, key: str) -> Iterable[str]:
    """The names of the classes that derive from one, at any distance, as far as they are known."""
    for other, model in program.models.items():
        if any(isinstance(base, ClassValue) and base.key == key for base in model.bases):
            yield other.rpartition(":")[2].rpartition(".")[2]
            yield from _subclasses(program, other)


def _exported(program: Program) -> Iterable[tuple[str, str]]:
    """Names under which modules of the project pass callees on, and classes of theirs that are callees by birth."""
    for unit, names in program.namespaces.items():
        for name, value in names.items():
            if isinstance(value, External) and (spawner(value.name) or opener(value.name)):
                yield name, unit.rpartition(".")[2]
    for key, model in program.models.items():
        if any(isinstance(base, External) and (spawner(base.name) or opener(base.name)) for base in model.bases):
            cls = key.rpartition(":")[2].rpartition(".")[2]
            yield cls, cls


def named(program: Program, unit: Unit, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """The keys of the functions of a module whose text holds one of the words."""
    starts = line_starts(unit.data)
    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        if isinstance(definition.node, ir.Function):
            span = definition.node.span
            if pattern.search(unit.data, *extent(starts, span.line, span.end_line)):
                yield key


def of_wrapping_classes(program: Program, wrappers: Words) -> Iterator[str]:
    """Methods of classes whose constructor is a wrapper: `cls(...)` and `super().__init__(...)` name nobody."""
    for key, definition in list(program.definitions.items()):
        own = "" if definition.owner is None else definition.owner.rpartition(":")[2].rpartition(".")[2]
        if own in wrappers.names and isinstance(definition.node, ir.Function):
            yield key
