"""Which functions can matter: those that name a callee which reaches the world, and those that name a wrapper of one.

Interpreting a function costs a hundred times what reading it does, and most functions of a program neither start a
child nor open anything. So a function is interpreted when its text names such a callee, when a value that is asked for
leads to it, or when it names a function that turned out to hand a parameter on to one; the last is repeated until
nothing new is named. What is left out could not have added a site.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from statefence.callees import EXECUTORS, FILE_OPENERS, OPENERS, PATH_METHODS, SPAWNERS, Opener, Spawner
from statefence.facts import extent, ir, words_of
from statefence.policy import Policy
from statefence.project.flows import deciding_functions
from statefence.project.program import Program, RawSite, Unit
from statefence.project.scopes import looked_up
from statefence.project.sinks import opener, spawner
from statefence.project.values import ClassValue, External, FunctionValue, Imported, Value, asked_variables

Roots = Mapping[bytes, frozenset[bytes]]
"""For each name, words of which the file must hold one for the name to count; none means that it always counts."""

ENVIRONMENT = ("environ", "getenv")
BY_NAME = frozenset({b"getattr", b"attrgetter", b"methodcaller"})
ALWAYS: frozenset[bytes] = frozenset()

_IMPORTED_FROM = re.compile(rb"\bfrom[ \t]+([.\w]+)")
_RENAMED = re.compile(rb"(?:\A|\n)[ \t]*import[ \t]+([.\w]+)[ \t]+as[ \t]+(\w+)")
_CLASS = re.compile(rb"(?:\A|\n)[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)")
_AFTER_DOT = rb"\.(?:\s|\\|#[^\n]*\n)*"


class Words(Struct, frozen=True):
    """The words that make a text relevant, once it is known which count in it.

    Attributes:
        names: what is looked for.
        origins: the modules outside the project that define a name: it is looked for as an attribute, unless the file
            may have imported it by name from one of these. None for the project's own names: they count anywhere.
    """

    names: Roots
    origins: Roots | None = None

    def pattern(self, unit: Unit) -> re.Pattern[bytes] | None:
        """What to look for in a module's file; None when nothing counts in it. A module need not name itself."""
        words = unit.words | {unit.name.rpartition(".")[2].encode()}
        active = [
            name
            for name in self.names.keys() & unit.words
            if not (roots := self.names[name]) or not roots.isdisjoint(words)
        ]
        if not active:
            return None
        bare = (
            active if self.origins is None or not BY_NAME.isdisjoint(words) else _imported(unit, active, self.origins)
        )
        return re.compile(b"|".join(_alternatives(bare, set(active).difference(bare))))


def _imported(unit: Unit, names: Iterable[bytes], origins: Roots) -> list[bytes]:
    """Those of the names that the file may have imported from a module that defines them, or defines itself."""
    modules = {part for dotted in _IMPORTED_FROM.findall(unit.data) for part in dotted.split(b".")}
    modules |= {unit.name.rpartition(".")[2].encode(), b"builtins"}
    return [name for name in names if not origins.get(name, ALWAYS).isdisjoint(modules)]


def _alternatives(bare: Iterable[bytes], dotted: Iterable[bytes]) -> Iterator[bytes]:
    if names := sorted(bare):
        yield rb"\b(?:" + b"|".join(names) + rb")\b"
    if names := sorted(dotted):
        yield _AFTER_DOT + b"(?:" + b"|".join(names) + rb")\b"


def callee_words(policy: Policy, units: Iterable[Unit]) -> Words:
    """The words by which callees outside the project are called."""
    names: dict[str, set[str]] = {}
    for entry in _TABLES:
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
        for entry in FILE_OPENERS:
            for name in entry.names:
                names.setdefault(name.rpartition(".")[2], set()).add(name.partition(".")[0])
                always.add(name.rpartition(".")[2])
    if any(variable.not_from for variable in policy.variables):
        always.update(ENVIRONMENT)
        for name in ENVIRONMENT:
            names.setdefault(name, set()).add("os")
    origins = _encoded(names)
    aliases = _aliases(units, frozenset().union(*origins.values()))
    words = {name: roots.union(*(aliases.get(root, ()) for root in roots)) for name, roots in origins.items()}
    return Words({**words, **{name.encode(): ALWAYS for name in always}}, origins)


def _encoded(names: Mapping[str, Iterable[str]]) -> dict[bytes, frozenset[bytes]]:
    return {name.encode(): frozenset(word.encode() for word in words) for name, words in names.items()}


def _aliases(units: Iterable[Unit], roots: frozenset[bytes]) -> dict[bytes, set[bytes]]:
    """By what other names modules of the project import those that define callees, and may hand them on."""
    aliases: dict[bytes, set[bytes]] = {}
    for unit in units:
        if b"as" in unit.words and not roots.isdisjoint(unit.words):
            for module, alias in _RENAMED.findall(unit.data):
                aliases.setdefault(module.partition(b".")[0], set()).add(alias)
    return aliases


def wrapper_words(program: Program, sites: Iterable[RawSite], derived: Mapping[str, Iterable[str]]) -> Words:
    """The words by which the project's own wrappers are called, as far as they are known by now.

    Args:
        derived: the project's `derived_classes`, of which each inherits its base's methods.
    """
    wrappers = deciding_functions(sites)
    if any(variable.not_from for variable in program.policy.variables):
        wrappers |= {key for key, summary in program.summaries.items() if asked_variables(summary.returns)}
    names: dict[str, set[str]] = {}
    for key in wrappers:
        for name, word in _called_by(key, derived):
            names.setdefault(name, set()).add(word)
    for name, word in _exported(program, wrappers):
        names.setdefault(name, set()).add(word)
    return Words(_encoded(names))


def _called_by(key: str, derived: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """The name a function goes by in a call, with words of which a caller's file holds one."""
    module, _, qualified = key.partition(":")
    *outer, name = qualified.split(".")
    yield name, module.rpartition(".")[2]
    for cls in _descendants(outer[-1], derived) if outer else ():
        yield (cls if name == "__init__" else name), cls


def derived_classes(units: Iterable[Unit]) -> dict[str, set[str]]:
    """By the names of classes, those of the classes that derive from one of that name, as the files' text has it."""
    derived: dict[str, set[str]] = {}
    for unit in units:
        if b"class" in unit.words:
            for name, bases in _CLASS.findall(unit.data):
                for base in words_of(bases):
                    derived.setdefault(base.decode(errors="replace"), set()).add(name.decode(errors="replace"))
    return derived


def _descendants(cls: str, derived: Mapping[str, Iterable[str]]) -> set[str]:
    """A class and those that derive from it at any distance."""
    found: set[str] = set()
    todo = [cls]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(derived.get(name, ()))
    return found


def _exported(program: Program, wrappers: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names under which modules pass callees and wrappers on, and classes of theirs that are callees by birth."""
    wanted = CALLEES | {part for key in wrappers for part in key.rpartition(":")[2].split(".")}
    read: set[str] = set()
    while unread := program.namespaces.keys() - read:  # looking a name up may run further modules
        read |= unread
        for unit in sorted(unread):
            for name, named_value in program.namespaces[unit].items():
                if isinstance(named_value, Imported) and named_value.name not in wanted:
                    continue
                value = looked_up(program, named_value)
                if _is_callee(value) or (isinstance(value, FunctionValue | ClassValue) and value.key in wrappers):
                    yield name, unit.rpartition(".")[2]
    for key, model in program.models.items():
        if any(_is_callee(base) for base in model.bases):
            cls = key.rpartition(":")[2].rpartition(".")[2]
            yield cls, cls


_TABLES: tuple[Spawner | Opener, ...] = (*SPAWNERS, *OPENERS)
CALLEES = frozenset(name.rpartition(".")[2] for entry in _TABLES for name in entry.names)


def _is_callee(value: Value) -> bool:
    return isinstance(value, External) and bool(spawner(value.name) or opener(value.name))


def named(program: Program, unit: Unit, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """The keys of the functions of a module whose text holds one of the words."""
    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        if isinstance(definition.node, ir.Function):
            span = definition.node.span
            if pattern.search(unit.data, *extent(unit.line_starts, span.line, span.end_line)):
                yield key


def of_wrapping_classes(program: Program, wrappers: Words) -> Iterator[str]:
    """Methods of classes whose constructor is a wrapper: `cls(...)` and `super().__init__(...)` name nobody."""
    for key, definition in list(program.definitions.items()):
        own = "" if definition.owner is None else definition.owner.rpartition(":")[2].rpartition(".")[2]
        if own.encode() in wrappers.names and isinstance(definition.node, ir.Function):
            yield key
