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

from statefence.callees import (
    ARGUMENT_METHODS,
    COMMANDS,
    EXECUTING_FUNCTIONS,
    EXECUTORS,
    LOOPS,
    OPENERS,
    OWN_NAMES,
    PATH_METHODS,
    SPAWNERS,
    TABLE_METHODS,
    TABLE_OPENERS,
    Opener,
    Spawner,
)
from statefence.facts import extent, ir, words_of
from statefence.policy import Policy
from statefence.project.commands import is_command
from statefence.project.deciding import deciding_functions
from statefence.project.declared_reads import WORDS as DECLARED_READS
from statefence.project.file_sinks import FILE_OPENERS_BY_NAME, are_kept
from statefence.project.mentions import Mentions, Word
from statefence.project.outlines import Outline
from statefence.project.program import ClassModel, Program, RawSite, Unit
from statefence.project.scopes import looked_up
from statefence.project.sinks import SPEAKS_OF_DATABASES, opener, spawner
from statefence.project.values import (
    Choice,
    ClassValue,
    External,
    FunctionValue,
    Imported,
    Partial,
    Value,
    asked_variables,
    asks_by_name,
    key_of,
)

ENVIRONMENT = ("environ", "getenv")

_TABLES: tuple[Spawner | Opener, ...] = (*SPAWNERS, *OPENERS)
_CALLEES = frozenset(name.rpartition(".")[2] for entry in _TABLES for name in entry.names)
_NAMING_PACKAGES = frozenset(home.partition(".")[0].encode() for library in COMMANDS for home in library.homes)
_FILE_CALLEES = frozenset(name.rpartition(".")[2] for name in FILE_OPENERS_BY_NAME)
_AMBIGUOUS = dict.fromkeys(("replace", "rename"), frozenset({b"Path", b"path"}))
"""Methods of paths that texts have too: the file must mention a path."""


def callee_words(policy: Policy) -> Mentions:
    """The words by which callees outside the project are called."""
    words = [_of_callee(name) for entry in _TABLES for name in entry.names]
    words += [_of_callee(spawner.target.replace(":", ".")) for spawner in policy.spawners]
    words += [_of_callee(opener.target.replace(":", ".")) for opener in policy.openers]
    for method in (*EXECUTORS, *OWN_NAMES):
        words.append(Word.method(method, _speaking_of(method)))
    words += [_of_callee(name) for name in EXECUTING_FUNCTIONS]
    words += [
        Word.method(entry.later, frozenset(name.partition(".")[0].encode() for name in entry.names))
        for entry in OPENERS
        if entry.later
    ]
    libraries = frozenset(opener.partition(".")[0].encode() for opener in TABLE_OPENERS)
    words += [Word.method(method, libraries) for method in TABLE_METHODS]
    if are_kept(policy):
        methods = (*PATH_METHODS, *ARGUMENT_METHODS, "truncate")
        words += [Word.method(method, _AMBIGUOUS.get(method, frozenset())) for method in methods]
        words += [_of_callee(name) for name in FILE_OPENERS_BY_NAME]
    if any(variable.not_from for variable in policy.variables):
        words += [_of_callee(f"os.{name}") for name in ENVIRONMENT]
        words += [Word.builtin(name) for name in DECLARED_READS]
    return Mentions.of(words, _NAMING_PACKAGES)


def _speaking_of(method: str) -> frozenset[bytes]:
    """The words of which a file must hold one for a method to run SQL there; none for those that do so anywhere."""
    drivers = EXECUTORS[method].drivers if method in EXECUTORS else ()
    if drivers:
        return frozenset(driver.partition(".")[0].encode() for driver in drivers)
    return frozenset() if method.startswith("execute") else SPEAKS_OF_DATABASES


def _of_callee(name: str) -> Word:
    """How a file can mention a callee, by its canonical name."""
    *modules, last = name.split(".")
    if modules == ["builtins"]:
        return Word.builtin(last)
    if modules[-1][:1].isupper() or modules[-1] in LOOPS:
        return Word.method(last, frozenset({modules[0].encode()}))
    return Word.function(last, modules)


class Wrappers(Struct, frozen=True, array_like=True):
    """The project's own wrappers of callees.

    Attributes:
        keys: the functions and constructors that hand a parameter on to a callee, or give what a variable holds.
        exported: by module, the names under which it passes callees and wrappers on.
    """

    keys: frozenset[str]
    exported: dict[str, tuple[Word, ...]]


def wrappers(program: Program, sites: Iterable[RawSite]) -> Wrappers:
    """The wrappers, as far as they are known by now."""
    keys = deciding_functions(program, sites) | giving_variables(program)
    return Wrappers(frozenset(keys), exported(program, keys))


def giving_variables(program: Program) -> set[str]:
    """The functions that give what a variable holds, where the policy says that a variable is not to be had so."""
    if not any(variable.not_from for variable in program.policy.variables):
        return set()
    returns = {key: summary.returns for key, summary in program.summaries.items()}
    return {key for key, value in returns.items() if asked_variables(value) or asks_by_name(value)}


def wrapper_words(known: Wrappers, derived: Mapping[str, Iterable[str]]) -> Mentions:
    """The words by which the project's own wrappers are called.

    Args:
        derived: the project's `derived_classes`, of which each inherits its base's methods.
    """
    own = (word for key in known.keys for word in _called_by(key, derived))
    return Mentions.of([*own, *(word for words in known.exported.values() for word in words)])


def _called_by(key: str, derived: Mapping[str, Iterable[str]]) -> Iterator[Word]:
    """How a function is mentioned where it is called."""
    module, _, qualified = key.partition(":")
    *outer, name = qualified.split(".")
    home = module.rpartition(".")[2]
    if not outer:
        yield Word.function(name, [home], home)
        return
    classes = _descendants(outer[-1], derived)
    if name == "__init__":
        for cls in classes:
            yield Word.function(cls, [home, cls], home)
    yield Word.method(name, frozenset(word.encode() for word in (home, *classes)), home)


def derived_classes(outlines: Iterable[Outline]) -> dict[str, set[str]]:
    """By the names of classes, those of the classes that derive from one of that name, as the files' text has it."""
    derived: dict[str, set[str]] = {}
    for outline in outlines:
        for name, bases in outline.classes:
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


def exported(program: Program, keys: Collection[str]) -> dict[str, tuple[Word, ...]]:
    """By module, the names under which it passes callees and wrappers on; those of modules that were run."""
    wanted = _callee_names(program.policy) | {part for key in keys for part in key.rpartition(":")[2].split(".")}
    found: dict[str, tuple[Word, ...]] = {}
    while unread := program.namespaces.keys() - found.keys():  # looking a name up may run further modules
        for unit in sorted(unread):
            with program.consulted.finding(exports_of(unit)):
                found[unit] = tuple(_passed_on(program, unit, keys, wanted))
    for key, model in program.models.items():
        unit = key.partition(":")[0]
        found[unit] = (*found.get(unit, ()), *_callees_by_birth(program, key, model))
    return {unit: words for unit, words in found.items() if words}


def exports_of(unit: str) -> str:
    """The key under which it is noted on what the names rest that a module passes on."""
    return key_of(unit, "<exports>")


def _passed_on(program: Program, unit: str, keys: Collection[str], wanted: Collection[str]) -> Iterator[Word]:
    home = unit.rpartition(".")[2]
    for name, named_value in program.namespaces[unit].items():
        if isinstance(named_value, Imported) and named_value.name not in wanted:
            continue
        if _is_wanted(program, looked_up(program, named_value), keys):
            yield Word.function(name, [home], home)


def _callees_by_birth(program: Program, key: str, model: ClassModel) -> Iterator[Word]:
    """A class that derives from a callee, and the attributes of a class that are callees."""
    home, cls = key.partition(":")[0].rpartition(".")[2], key.rpartition(":")[2].rpartition(".")[2]
    if any(_is_callee(program, base) for base in model.bases):
        yield Word.function(cls, [home, cls], home)
    for name, value in model.names.items():
        if _is_callee(program, value):
            yield Word.method(name, frozenset({home.encode(), cls.encode()}), home)


def _is_wanted(program: Program, value: Value, wrappers: Collection[str]) -> bool:
    """Whether a value is a callee or a wrapper, on one side of a branch at least."""
    if isinstance(value, Choice):
        return any(_is_wanted(program, looked_up(program, each), wrappers) for each in (value.then, value.orelse))
    if isinstance(value, FunctionValue | ClassValue):
        return value.key in wrappers
    return _is_callee(program, value)


def _callee_names(policy: Policy) -> frozenset[str]:
    """The last parts of the names of what may be handed on and matters then."""
    return _CALLEES | _FILE_CALLEES if are_kept(policy) else _CALLEES


def _is_callee(program: Program, value: Value) -> bool:
    if isinstance(value, Partial):
        return is_command(value) or _is_callee(program, value.function)
    if not isinstance(value, External):
        return False
    reaches_file = value.name in FILE_OPENERS_BY_NAME and are_kept(program.policy)
    return reaches_file or bool(spawner(value.name) or opener(value.name))


def named(program: Program, unit: Unit, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """The keys of the functions of a module whose text holds one of the words."""
    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        if isinstance(definition.node, ir.Function):
            span = definition.node.span
            if pattern.search(unit.data, *extent(unit.line_starts, span.line, span.end_line)):
                yield key


def of_wrapping_classes(program: Program, unit: Unit, classes: Collection[bytes]) -> Iterator[str]:
    """Methods of a module's classes whose constructor is a wrapper: `cls(...)`, `super().__init__(...)` name nobody."""
    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        own = "" if definition.owner is None else definition.owner.rpartition(":")[2].rpartition(".")[2]
        if own.encode() in classes and isinstance(definition.node, ir.Function):
            yield key
