"""The program under analysis: its modules, functions and classes, each interpreted once, when it is first asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import count

from msgspec import Struct, structs

from statefence.callees import OPENERS, SPAWNERS, Argument, Given, Opener, Spawner
from statefence.facts import (
    ModuleFacts,
    Reader,
    Request,
    Unparsed,
    body_at,
    extent,
    imported_words,
    ir,
    line_starts,
    words_of,
)
from statefence.model import Span, Step
from statefence.policy import Policy
from statefence.policy import model as policy_model
from statefence.project.consulted import Consulted
from statefence.project.frames import State
from statefence.project.outlines import Outline, outline
from statefence.project.values import (
    WORKING_DIRECTORY,
    Arguments,
    Binding,
    Change,
    External,
    Imported,
    ModuleValue,
    Parameter,
    Test,
    Unknown,
    Value,
    key_of,
)

_TABLES: tuple[Spawner | Opener, ...] = (*SPAWNERS, *OPENERS)
_FIELD_LIBRARIES = frozenset({"attr", "attrs", "click", "msgspec", "pydantic", "pytest", "traitlets", "typer"})
_ELSEWHERE = (
    sys.stdlib_module_names | _FIELD_LIBRARIES | {name.partition(".")[0] for entry in _TABLES for name in entry.names}
)
"""Modules and packages outside the project: those of the standard library, of the tables of callees, and those whose
classes and decorators say what fields and parameters are."""

_ALONE = rb"[ \t]*(\w+)[ \t]*(?=[,)\]}#\r\n]|\Z)"
_LOOSE = re.compile(rb"[=(,\[:]" + _ALONE), re.compile(rb"(?:return|yield)" + _ALONE)
"""Two patterns are searched for twice as fast as one of both."""


class Unit(Struct, frozen=True, dict=True, eq=False):
    """A module: its dotted name, its path relative to the root and its bytes."""

    name: str
    path: str
    data: bytes

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Every word of the file."""
        return words_of(self.data)

    @cached_property
    def own_name(self) -> frozenset[bytes]:
        """The last part of its name, alone in a set."""
        return frozenset({self.name.rpartition(".")[2].encode()})

    @cached_property
    def imported(self) -> frozenset[bytes]:
        """The words of its imports, and `*` where it imports everything of a module."""
        return imported_words(self.data)

    @cached_property
    def loose_words(self) -> frozenset[bytes]:
        """The words that stand by themselves as a value: a module that is assigned, passed or returned."""
        return frozenset([word for pattern in _LOOSE for word in pattern.findall(self.data)])

    @cached_property
    def outline(self) -> Outline:
        """What of it decides how other modules are read."""
        return outline(self.data, self.words)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins, one more than there are lines."""
        return line_starts(self.data)

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        if self.path.endswith("__init__.py"):
            return self.name
        return self.name.rpartition(".")[0]


class Definition(Struct, frozen=True):
    """A function or class of the project.

    Attributes:
        qualified: its dotted name within its module, with a number (`#2.name`) after others of that name.
        owner: the key of the class whose body holds it, None for any other function.
    """

    unit: Unit
    qualified: str
    node: ir.Function | ir.Class
    owner: str | None = None

    @property
    def dotted(self) -> str:
        """Its dotted name within its module, which several may share."""
        return ".".join([part for part in self.qualified.split(".") if not part.startswith("#")])

    @property
    def around(self) -> str:
        """What it stands in: the qualified name of the function or class, empty at the top of a module."""
        outer = self.qualified.split(".")[:-1]
        while outer and outer[-1].startswith("#"):
            outer.pop()
        return ".".join(outer)

    def numbered(self, number: int) -> Definition:
        """The same, told apart from others of its name; a method keeps its class beside its name."""
        parts = self.qualified.split(".")
        at, mark = (1, "#") if self.owner is None else (2, "##")
        parts.insert(len(parts) - at, f"{mark}{number}")
        return structs.replace(self, qualified=".".join(parts))

    @property
    def key(self) -> str:
        """Its name across the project."""
        return key_of(self.unit.name, self.qualified)

    @property
    def symbol(self) -> str:
        """Its dotted name, as reports print it."""
        return f"{self.unit.name}.{self.dotted}" if self.qualified else self.unit.name


class Effect(Struct, frozen=True):
    """What a call leaves changed: a parameter's object, an attribute of the receiver, a variable from outside."""

    parameter: str
    value: Value


class Summary(Struct, frozen=True):
    """What a call of a function gives and changes, in terms of its parameters.

    Attributes:
        effects: what becomes of the parameters' objects.
        outer: what becomes of the variables of the enclosing functions, or of the module.
        inherited: what becomes of the blocks that children inherit, by name; of a generator, until it goes on.
    """

    returns: Value
    yields: Value | None = None
    effects: tuple[Effect, ...] = ()
    outer: tuple[Effect, ...] = ()
    inherited: tuple[Effect, ...] = ()


class RawSite(Struct, frozen=True):
    """A call that reaches the world, before its values are classified.

    Attributes:
        kind: `spawn`, `open`, `statement`, or `write`: through a file that was opened before.
        api: the callee as the report names it.
        roles: the decisive values by role (`env`, `program`, `path`, `mode`, `sql`, `connection`), frozen.
        entry: which entry of its table the callee is, by canonical name.
        spawner, opener: the entry itself, for a spawn, or for an open or a write.
        argument: where the decisive argument stands in the file of the call.
        conditions: tests over parameters that must hold for the call to be made.
        handed_over: where the arguments of a wrapper's call stand.
        chosen: this call decides the text of a statement, otherwise only the connection that it runs on; or the path
            of an open, otherwise what is called falls back to one of its own.
        gives: the call gives the very thing that is opened.
        held: what is called makes an object that holds the path, and functions that are none of its own open it.
    """

    kind: str
    api: str
    entry: str
    path: str
    span: Span
    symbol: str
    function: str
    roles: dict[str, Value]
    via: str | None = None
    argument: Span | None = None
    trace: tuple[Step, ...] = ()
    conditions: tuple[Test, ...] = ()
    handed_over: tuple[Span, ...] = ()
    spawner: Spawner | None = None
    opener: Opener | None = None
    chosen: bool = True
    gives: bool = True
    held: bool = False


class Edge(Struct, frozen=True, eq=False, dict=True):
    """A call of a project function or constructor: who calls whom, and with what.

    Attributes:
        caller: the key of the function that holds the call; the module's own key at module level.
        callee: the key of the function called.
        directory: the working directory in which it is called.
    """

    caller: str
    callee: str
    api: str
    path: str
    span: Span
    symbol: str
    binding: Binding
    spans: Mapping[str, Span]
    directory: Value = WORKING_DIRECTORY
    conditions: tuple[Test, ...] = ()


class HandedCall(Struct, frozen=True):
    """A call of a parameter, with what it hands over, in terms of the function's parameters."""

    parameter: Parameter
    arguments: Arguments


class Chain(Struct, frozen=True):
    """A fallback chain over environment variables, named in the order in which they are asked.

    Attributes:
        expression: the span is that of one expression, not of statements.
        reads: where the chain asks each variable, of those it asks in this file.
    """

    path: str
    span: Span
    symbol: str
    names: tuple[str, ...]
    expression: bool
    reads: Mapping[str, Span] = {}


class ClassModel(Struct, frozen=True):
    """A class as its body leaves it: bases in order, names bound in the body, annotated fields in order."""

    key: str
    bases: tuple[Value, ...]
    names: Mapping[str, Value]
    fields: tuple[str, ...]
    synthetic: bool


RECURSIVE = Summary(Unknown("a recursive call"))


class Program:
    """Every definition of the project and what has been found out about it so far.

    The only mutable object of the analysis: a table of results, each computed once from frozen inputs, so that the
    order in which they are asked for cannot change an answer.
    """

    def __init__(self, units: Sequence[Unit], policy: Policy, reader: Reader) -> None:
        self.policy = policy
        self.reader = reader
        self.units = {unit.name: unit for unit in units}
        self.by_path = {unit.path: unit for unit in units}
        self.definitions: dict[str, Definition] = {}
        self.by_unit: dict[str, list[str]] = {}
        self.namespaces: dict[str, Mapping[str, Value]] = {}
        self.summaries: dict[str, Summary] = {}
        self.members: dict[str, Mapping[str, Value]] = {}
        self.closures: dict[str, State] = {}
        self.running: dict[str, State] = {}
        self.sites: dict[str, list[RawSite]] = {}
        self.edges: dict[str, list[Edge]] = {}
        self.chains: dict[str, list[Chain]] = {}
        self.handed: dict[str, list[HandedCall]] = {}
        self.packages = _packages(self.units)
        self.spawners = {entry.names[0]: entry for entry in map(_declared, policy.spawners)}
        self.openers = {entry.names[0]: entry for entry in map(_declared_opener, policy.openers)}
        self.reassigned: dict[str, frozenset[str]] = {}
        self.assigning: dict[str, tuple[str, ...]] = {}
        self.class_assignments: dict[str, dict[bytes, set[bytes]]] = {}
        self.facts: dict[str, ModuleFacts] = {}
        self.bodies: dict[tuple[str, Span], tuple[ir.Statement, ...]] = {}
        self.unparsed: dict[str, str] = {}
        self.signatures: dict[str, tuple[Parameter, ...]] = {}
        self.static_methods: set[str] = set()
        self.class_methods: set[str] = set()
        self.properties: set[str] = set()
        self.managers: set[str] = set()
        self.field_decorators: set[str] = set()
        self.cells: set[str] = set()
        self.fixtures: set[str] = set()
        self.fixture_names: dict[tuple[str, str], str] = {}
        self.models: dict[str, ClassModel] = {}
        self.heirs: dict[str, tuple[str, ...]] = {}
        self.bases: dict[bytes, tuple[str, ...]] | None = None
        self.mutations: dict[tuple[str, str], tuple[Change, ...]] = {}
        self.setters: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self.looking_up: dict[Imported, None] = {}
        self.making: set[tuple[str, str]] = set()
        self.carried: dict[tuple[int, int, str], tuple[RawSite, Edge, RawSite | None]] = {}
        self.values: dict[Value, Value] = {}
        self.too_deep: dict[str, tuple[str, int]] = {}
        self.tried: dict[str, int] = {}
        self.consulted = Consulted()

    def anew(self) -> Program:
        """The same program, of which nothing has been found out yet."""
        return Program(tuple(self.units.values()), self.policy, self.reader)

    def shared(self, value: Value) -> Value:
        """The one value that stands for all that are equal to it, so that what is found out about it is kept once."""
        return self.values.setdefault(value, value)

    def define(self, definition: Definition) -> str:
        """Make a definition known; gives its key, which tells it from others that bind the same name."""
        definition = self._apart(definition)
        if definition.key not in self.definitions:
            self.by_unit.setdefault(definition.unit.name, []).append(definition.key)
        self.definitions[definition.key] = definition
        return definition.key

    def _apart(self, definition: Definition) -> Definition:
        """The definition under a name that no other place of the module has taken."""
        candidate = definition
        for number in count(2):
            known = self.definitions.get(candidate.key)
            if known is None or known.node.span == definition.node.span:
                break
            candidate = definition.numbered(number)
        return candidate

    def parse(self, unit: Unit) -> tuple[ir.Statement, ...]:
        """A module's statements; it is parsed when it is first asked for, and empty where it does not parse."""
        self.parse_all([(unit, None)])
        return self.facts[unit.name].body

    def parse_all(self, wanted: Iterable[tuple[Unit, re.Pattern[bytes] | None]]) -> None:
        """Parse modules, each with the functions whose text holds what its pattern looks for."""
        missing = [(unit, pattern) for unit, pattern in wanted if unit.name not in self.facts]
        requests = [Request(unit.data, None if pattern is None else pattern.pattern) for unit, pattern in missing]
        for (unit, _), reading in zip(missing, self.reader.read(requests), strict=True):
            if isinstance(reading, Unparsed):
                self.unparsed[unit.path] = reading.reason
                self.facts[unit.name] = ModuleFacts(())
            else:
                self.facts[unit.name] = reading.facts
                self.bodies.update({(unit.name, place): body for place, body in reading.facts.bodies.items()})

    def keep_facts(self, *, of_others: bool) -> None:
        """Let later runs know what was read.

        Args:
            of_others: files that nothing asked about this time may be asked about again.
        """
        for unit in self.units.values() if of_others else ():
            if unit.name not in self.facts:
                self.reader.still_there(unit.data)
        bodies: dict[str, dict[Span, tuple[ir.Statement, ...]]] = {}
        for (name, place), body in self.bodies.items():
            bodies.setdefault(name, {})[place] = body
        for name, facts in self.facts.items():
            unit = self.units[name]
            if unit.path not in self.unparsed:
                self.reader.keep(unit.data, ModuleFacts(facts.body, bodies.get(name, {})))

    def function(self, definition: Definition) -> ir.Function:
        """The definition's function with its body, which is read when it is first asked for."""
        node = definition.node
        assert isinstance(node, ir.Function)
        if node.body is not None:
            return node
        unit, key = definition.unit, (definition.unit.name, node.span)
        if key not in self.bodies:
            self.bodies[key] = body_at(unit.data, unit.line_starts, node.span)
        return structs.replace(node, body=self.bodies[key])

    def body_of(self, key: str) -> str:
        """The key of the function, or of the module, that is interpreted when the body of a class is, or itself."""
        definition = self.definitions.get(key)
        while definition is not None and isinstance(definition.node, ir.Class):
            key = key_of(definition.unit.name, definition.around)
            definition = self.definitions.get(key)
        return key

    def extent(self, definition: Definition) -> tuple[int, int]:
        """The offsets in its file between which a definition stands."""
        span = definition.node.span
        return extent(definition.unit.line_starts, span.line, span.end_line)

    def resolve_module(self, name: str, importer: Unit) -> Value:
        """What `import name` binds: a module of the project, also one beside or above the importer, or another one."""
        if name in _IMPORTED_AT_START:
            return External(name)
        if name in self.units or name in self.packages:
            return ModuleValue(name)
        if importer.package in self.units and name.partition(".")[0] in _ELSEWHERE:
            return External(name)  # within a package, only a relative import means its own module of that name
        beside = f"{importer.package}.{name}" if importer.package else name
        if beside in self.units:
            return ModuleValue(beside)
        folder = importer.path
        while folder:
            folder = folder.rpartition("/")[0]
            for candidate in (f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__init__.py"):
                unit = self.by_path.get(f"{folder}/{candidate}" if folder else candidate)
                if unit is not None:
                    return ModuleValue(unit.name)
        return External(name)


_IMPORTED_AT_START = frozenset({"abc", "builtins", "codecs", "io", "os", "os.path", "sys", "time"})
"""Modules that the interpreter has before it runs any program: no file of a project is imported in their place."""


def _declared(spawner: policy_model.Spawner) -> Spawner:
    """A spawner of the policy, in the words of the table of callees."""
    given = Given.ADDS if spawner.merge == "adds" else Given.REPLACES
    return Spawner((spawner.target.replace(":", "."),), "the policy", env=Argument(spawner.env), given=given)


def _declared_opener(opener: policy_model.Opener) -> Opener:
    """An opener of the policy, in the words of the table of callees."""
    name = opener.target.replace(":", ".")
    return Opener((name,), "the policy", (Argument(opener.path),), form="uri", connection=True)


def _packages(units: Mapping[str, Unit]) -> frozenset[str]:
    """Every dotted prefix of a module's name: packages, with or without an `__init__.py`."""
    found = set()
    for name in units:
        while "." in name:
            name = name.rpartition(".")[0]
            found.add(name)
    return frozenset(found)


def relative(unit: Unit, module: str, level: int) -> str:
    """The absolute name that a relative import means."""
    parts = unit.package.split(".") if unit.package else []
    kept = parts[: len(parts) - (level - 1)]
    return ".".join([*kept, module] if module else kept)


def parameter_values(key: str, parameters: Sequence[ir.Parameter], defaults: Mapping[str, Value]) -> list[Parameter]:
    """The open values of a function's parameters."""
    return [Parameter(key, parameter.name, parameter.kind, defaults.get(parameter.name)) for parameter in parameters]
