"""The abstract values: what an expression may be, as far as state is concerned.

A value is an immutable tree. Its leaves are constants, symbols the program learns only at run time (a variable, a
parameter, the home directory) and `Unknown`, which carries its reason. Branches are kept as `Choice`, so that one tree
holds every alternative together with the test that decides; `worlds` (in `worlds.py`) picks one alternative per test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Self, TypeVar, overload

from msgspec import Struct
from msgspec.structs import astuple

from statefence.callees import ENVIRON as BLOCK
from statefence.callees import LOCAL_ENV
from statefence.model import Place, Span
from statefence.template import SymbolKind

REFERENCES, PARAMETERS, CHOICES, UNSTABLE, IMPORTS, BLOCKS = 1, 2, 4, 8, 16, 32


class _FoundOnce:
    """A number about a term that is found out when it is first asked for, and kept with it."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, term: None, owner: type) -> Self: ...
    @overload
    def __get__(self, term: Term, owner: type) -> int: ...
    def __get__(self, term: Term | None, owner: type) -> int | Self:
        if term is None:
            return self
        _found(term)
        number: int = term.__dict__[self.name]
        return number


class Term(Struct, frozen=True, cache_hash=True, dict=True):
    """Base of values and of the records they are made of: compared by content, the hash kept with the term.

    Attributes:
        size: how many nodes the tree has, shared ones counted each time.
        holds: which kinds of node occur in it, of those that a rewriting looks for.
    """

    size: ClassVar = _FoundOnce()
    holds: ClassVar = _FoundOnce()


About = TypeVar("About", bound=Term)
Answer = TypeVar("Answer")


def kept(find: Callable[[About], Answer]) -> Callable[[About], Answer]:
    """The function, with each answer kept with the term it is about."""
    name = find.__qualname__

    def known(term: About) -> Answer:
        answers = term.__dict__
        if name not in answers:
            answers[name] = find(term)
        answer: Answer = answers[name]
        return answer

    return known


def _found(term: Term) -> None:
    """Find out how large a term is and what it holds, and keep both with it."""
    size = holds = 0
    if type(term) is not Parameter:
        todo: list[object] = [astuple(term)]
        for field in todo:
            if type(field) is tuple:
                todo += field
            elif isinstance(field, Term):
                size += field.size
                holds |= field.holds
    term.__dict__.update(size=1 + size, holds=holds | _OWN.get(type(term), 0))


class Value(Term, frozen=True):
    """Base of all values."""


class Constant(Value, frozen=True):
    """A literal of the program; 1, 1.0 and True are different ones."""

    value: str | int | float | bool | None

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Constant) or type(self.value) is not type(other.value):
            return False
        return self.value == other.value if type(self.value) is not float else repr(self.value) == repr(other.value)

    def __ne__(self, other: object) -> bool:
        return not self == other


class Unknown(Value, frozen=True):
    """A value the analysis cannot know, and why."""

    reason: str


class Absent(Value, frozen=True):
    """An argument that is not passed."""


class Directory(Value, frozen=True):
    """A place the platform or program decides: home, working, temporary or application directory, repository file."""

    kind: SymbolKind
    name: str = ""


class EnvironmentVariable(Value, frozen=True):
    """One variable of the process; `default` stands in for it (None: nothing does; `required` makes that an error)."""

    name: str
    default: Value | None
    required: bool
    place: Place


class Imported(Value, frozen=True):
    """A name that a module imports from another of the project: looked up there when it is used, not before."""

    module: str
    name: str


class LiveEnvironment(Value, frozen=True):
    """A block that children inherit, itself: `os.environ`, or what a library has in its place."""

    name: str = BLOCK
    changes: tuple[Change, ...] = ()


class Parameter(Value, frozen=True):
    """A parameter of a project function, or of a class's constructor, left open until a call binds it.

    Attributes:
        function: the key of its function, `module:qualified.name`.
        kind: as in `ir.Parameter`.
        default: its default, frozen; None when it is required.
        settings: it is a field of a settings class or a configurable trait, so a configuration decides it.
        types: the keys of the project classes that its annotation names.
    """

    function: str
    name: str
    kind: str
    default: Value | None = None
    settings: bool = False
    types: tuple[str, ...] = ()


class Member(Value, frozen=True):
    """An attribute of a value about which nothing more is known."""

    owner: Value
    name: str


class Item(Value, frozen=True):
    """`owner[key]`, or `owner.get(key, default)` when there is a default."""

    owner: Value
    key: Value
    default: Value | None = None


class Element(Value, frozen=True):
    """What an iteration over `source` gives."""

    source: Value


class Text(Value, frozen=True):
    """Text joined from parts."""

    parts: tuple[Value, ...]


class Path(Value, frozen=True):
    """A path joined from parts; a part that begins with a slash starts it anew."""

    parts: tuple[Value, ...]


class Derived(Value, frozen=True):
    """A path derived from another: `parent`, `name`, `stem`, `with_name`, `with_suffix`, `splitext`."""

    operation: str
    source: Value
    argument: Value | None = None


class Spread(Term, frozen=True):
    """All of another mapping's items are put."""

    source: Value


class Put(Term, frozen=True):
    """One item is put; `weak` when only if the key is missing.

    Attributes:
        chosen: it is the parent's variable of that name, chosen by a loop over names.
    """

    key: Value
    value: Value
    weak: bool = False
    chosen: bool = False


class Drop(Term, frozen=True):
    """One item is removed; a key that is not constant removes an unknown one."""

    key: Value


class Select(Term, frozen=True):
    """Items of another mapping are put, chosen by their names.

    Attributes:
        names: exactly these, when known (an allow-list).
        prefixes: names that begin so are dropped, when that is the whole predicate (a deny-list).
        denied: exactly these are dropped, when that is the whole predicate.
        kept: only names that begin so are put, when that is the whole predicate.
    """

    source: Value
    names: tuple[str, ...] | None = None
    prefixes: tuple[str, ...] = ()
    denied: tuple[str, ...] | None = None
    kept: tuple[str, ...] = ()


class Clear(Term, frozen=True):
    """Everything is removed."""


class When(Term, frozen=True):
    """One list of changes or the other, by a test."""

    test: Test
    then: tuple[Change, ...]
    orelse: tuple[Change, ...]


Change = Spread | Put | Drop | Select | Clear | When


class Dictionary(Value, frozen=True):
    """A dict, as the changes that made it, in order.

    Attributes:
        place: the display or call that made it.
        display: it is written as a dict display or a `dict(...)` call, so that an item can be added there.
    """

    changes: tuple[Change, ...]
    place: Place | None = None
    display: bool = False


class Sequence(Value, frozen=True):
    """A tuple, list or set with known items."""

    items: tuple[Value, ...]


class Object(Value, frozen=True):
    """An instance of a project class.

    Attributes:
        cls: the class's key.
        bound: what the constructor's parameters were bound to, as (function, name, argument); None when it is not
            known how it was made (`self`, an annotation).
        attributes: what was set on it since.
    """

    cls: str
    bound: tuple[tuple[str, str, Value], ...] | None
    attributes: tuple[tuple[str, Value], ...] = ()


AS_PATH = "__fspath__"
"""The attribute of an object that is a path itself, being of a class derived from `pathlib.Path`."""


class Arguments(Struct, frozen=True):
    """What a call hands over, evaluated.

    Attributes:
        positional: the arguments by position, up to the first `*value` of unknown length.
        keywords: the arguments by name.
        more: the `*value`s of unknown length.
        spreads: the `**value`s.
        spans: where each stands, by position or by name.
    """

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = {}
    more: tuple[Value, ...] = ()
    spreads: tuple[Value, ...] = ()
    spans: dict[int | str, Span] = {}


class Reference(Value, frozen=True):
    """A mutable object of the frame being interpreted, by its number in the frame's heap."""

    number: int


class ModuleValue(Value, frozen=True):
    """A module of the project."""

    name: str


class External(Value, frozen=True):
    """A name of a module outside the project, dotted."""

    name: str


class FunctionValue(Value, frozen=True):
    """A project function; `receiver` is what a method is bound to."""

    key: str
    receiver: Value | None = None


class ClassValue(Value, frozen=True):
    """A project class."""

    key: str


class SuperValue(Value, frozen=True):
    """`super()` in a method of the class `key`."""

    key: str
    receiver: Value


class Partial(Value, frozen=True):
    """`functools.partial(function, ...)`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


CALLABLES = (FunctionValue, External, ClassValue, Partial)
"""The values that are called as they are."""


class Connection(Value, frozen=True):
    """What a database open returned; `path` is what it was opened on, `Absent` for a private memory database.

    Attributes:
        uri: whether the path is to be read as a URI, where that has to be said.
    """

    api: str
    path: Value
    place: Place
    uri: Value | None = None


class Result(Value, frozen=True):
    """What a call outside the project returned, when the callee has no model."""

    callee: str
    arguments: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()

    @property
    def constructs(self) -> bool:
        """Whether the callee is named like a class, so that attributes may be set on what it returned."""
        return self.callee.rpartition(".")[2][:1].isupper()


class Test(Term, frozen=True):
    """What decides a choice.

    Attributes:
        kind: `truthy`, `none`, `equal`, `contains`, `not`, `and`, `or`; `open` for what is not interpreted; `loop` for
            whether a loop over unknown items runs, which it is taken to do.
    """

    kind: str
    operands: tuple[Value | Test, ...] = ()
    place: Place | None = None
    preferred: bool = True


class Choice(Value, frozen=True):
    """`then` when `test` holds, else `orelse`."""

    test: Test
    then: Value
    orelse: Value


MOST_ITEMS = 5_000
"""A list that is put together from lists is followed up to so many items."""


def concatenated(first: Sequence, second: Sequence) -> Value:
    """One list after the other, unless they have grown too long to follow."""
    if len(first.items) + len(second.items) > MOST_ITEMS:
        return Unknown("too many items to follow")
    return Sequence(first.items + second.items)


NONE = Constant(None)
ABSENT = Absent()
ENVIRON = LiveEnvironment()
LOCAL_BLOCK = LiveEnvironment(LOCAL_ENV)
UNSEEN_BLOCK = LiveEnvironment("os.putenv")
"""What `os.putenv` and `os.unsetenv` do to the process's own block, which `os.environ` does not show."""
WORKING_DIRECTORY = Directory(SymbolKind.CWD)


def asked(kind: str, operands: tuple[Value, ...], place: Place) -> Test:
    """A test of values: the same test wherever it is asked, unless it is of values that may differ each time."""
    unstable = any(operand.holds & UNSTABLE for operand in operands)
    return Test(kind, operands, place if unstable else None)


def choose(test: Test, then: Value, orelse: Value) -> Value:
    """A choice, unless both sides are the same; a variable or what stands in for it is the variable with a default."""
    if then == orelse:
        return then
    while test.kind == "not" and isinstance(test.operands[0], Test):
        test, then, orelse = test.operands[0], orelse, then
    variable = test.operands[0] if test.operands else None
    if test.kind in {"truthy", "none"} and isinstance(variable, EnvironmentVariable) and _may_be_unset(variable, test):
        present, missing = (then, orelse) if test.kind == "truthy" else (orelse, then)
        if isinstance(present, EnvironmentVariable) and present.name == variable.name and not is_constant_none(missing):
            return EnvironmentVariable(variable.name, missing, required=False, place=variable.place)
    if isinstance(then, Choice) and then.test == test:
        then = then.then
    if isinstance(orelse, Choice) and orelse.test == test:
        orelse = orelse.orelse
    return Choice(test, then, orelse)


def _may_be_unset(variable: EnvironmentVariable, test: Test) -> bool:
    """Whether nothing stands in for a variable that is not set, or nothing that the test takes for a value."""
    if variable.default is None:
        return True
    return test.kind == "truthy" and isinstance(variable.default, Constant) and not variable.default.value


def is_constant_none(value: Value) -> bool:
    """Whether the value is the literal None."""
    return isinstance(value, Constant) and value.value is None


Rewrite = Callable[[Value], "Value | None"]
Binding = Mapping[tuple[str, str], Value]
"""What a call binds parameters to, by their function's key and their name."""


def unchanged(value: Value) -> Value:
    """The value itself."""
    return value


def rewrite(value: Value, wanted: int, replace: Rewrite, finish: Callable[[Value], Value] = unchanged) -> Value:
    """The tree with every node for which `replace` gives a value replaced by it, from the top down.

    Args:
        wanted: the kinds of node looked for (`REFERENCES`, ...); subtrees without any are left as they are.
        replace: asked about nodes of the types in `_REPLACED[wanted]`.
        finish: what a node of a type in `_FINISHED` passes through whose children changed.
    """
    if not value.holds & wanted:
        return value
    result = _Rewriting(wanted, replace, finish).node(value)
    assert isinstance(result, Value)
    return result


class _Rewriting:
    """One rewriting of one tree; a node that occurs several times is rewritten once."""

    __slots__ = ("done", "finish", "replace", "replaced", "wanted")

    def __init__(self, wanted: int, replace: Rewrite, finish: Callable[[Value], Value]) -> None:
        self.wanted = wanted
        self.replace = replace
        self.replaced = _REPLACED[wanted]
        self.finish = finish
        self.done: dict[int, Term] = {}

    def node(self, node: Term) -> Term:
        """The node, rewritten."""
        known = self.done.get(id(node))
        if known is None:
            known = self.done[id(node)] = self._rebuilt(node)
        return known

    def _rebuilt(self, node: Term) -> Term:
        kind = type(node)
        if kind in self.replaced:
            assert isinstance(node, Value)
            replaced = self.replace(node)
            if replaced is not None:
                return replaced
            if kind is Parameter:
                return node
        fields = astuple(node)
        rewritten = self._fields(fields)
        if rewritten is fields:
            return node
        rebuilt = kind(*rewritten)
        return self.finish(rebuilt) if kind in _FINISHED and isinstance(rebuilt, Value) else rebuilt

    def _fields(self, fields: tuple[object, ...]) -> tuple[object, ...]:
        """The fields, themselves where nothing in them changed."""
        rewritten: list[object] | None = None
        for position, field in enumerate(fields):
            if type(field) is tuple:
                if not field:
                    continue
                new: object = self._fields(field)
            elif isinstance(field, Term) and field.holds & self.wanted:
                new = self.node(field)
            else:
                continue
            if new is not field:
                if rewritten is None:
                    rewritten = list(fields)
                rewritten[position] = new
        return fields if rewritten is None else tuple(rewritten)


_REPLACED: dict[int, frozenset[type]] = {
    REFERENCES: frozenset({Reference}),
    PARAMETERS: frozenset({Parameter}),
    IMPORTS: frozenset({Imported}),
    BLOCKS: frozenset({LiveEnvironment}),
    CHOICES: frozenset({Choice, Dictionary, Item, LiveEnvironment, Result}),
}
_FINISHED = frozenset({Choice, Item, Member, Result})
_OWN: dict[type, int] = {
    Reference: REFERENCES,
    Parameter: PARAMETERS,
    Choice: CHOICES,
    When: CHOICES,
    Unknown: UNSTABLE,
    Result: UNSTABLE,
    Element: UNSTABLE,
    Imported: IMPORTS,
    LiveEnvironment: BLOCKS,
}


def walk(value: object) -> list[Value]:
    """Every value of the tree, the root first, in order of appearance. Parameters are leaves."""
    found: list[Value] = []
    todo: list[object] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, Term):
            if isinstance(node, Value):
                found.append(node)
            if not isinstance(node, Parameter):
                todo.extend(reversed(astuple(node)))
    return found


LARGEST = 500
"""A value of more nodes is not followed further."""


def bounded(value: Value, largest: int = LARGEST) -> Value:
    """The value, unless it has grown too large to follow."""
    return value if value.size <= largest else Unknown("too many alternatives to follow")


@kept
def parameters_of(value: Value) -> tuple[Parameter, ...]:
    """The parameters that decide a value: those it is made of, and those a test asks about directly."""
    found: dict[Parameter, None] = {}
    todo: list[object] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, Parameter):
            found[node] = None
        elif isinstance(node, Test):
            todo.extend([part for part in reversed(node.operands) if isinstance(part, Parameter | Test)])
        elif isinstance(node, Term) and node.holds & PARAMETERS:
            todo.extend(reversed(astuple(node)))
    return tuple(found)


def asked_variables(value: Value) -> tuple[str, ...]:
    """The variables of the process that a value may be, each once, in the order in which they are asked."""
    if isinstance(value, Parameter) and isinstance(value.default, EnvironmentVariable):
        value = value.default
    if isinstance(value, Item) and isinstance(value.owner, LiveEnvironment):
        return _asked_in_turn(value.key)
    if not isinstance(value, EnvironmentVariable | Choice):
        return ()
    known: tuple[str, ...] | None = value.__dict__.get("asked")
    if known is None:
        if isinstance(value, Choice):
            names = (*asked_variables(value.then), *asked_variables(value.orelse))
        else:
            names = (value.name, *(() if value.default is None else asked_variables(value.default)))
        known = value.__dict__["asked"] = tuple(dict.fromkeys(names))
    return known


def _asked_in_turn(key: Value) -> tuple[str, ...]:
    """The names that a loop goes through; none where one of them is not known."""
    items = key.source.items if isinstance(key, Element) and isinstance(key.source, Sequence) else ()
    names = [name.value for name in items if isinstance(name, Constant) and isinstance(name.value, str)]
    return tuple(names) if len(names) == len(items) else ()


def asks_by_name(value: Value) -> bool:
    """Whether a value may be a variable of the process whose name somebody else chooses."""
    if isinstance(value, Choice):
        return asks_by_name(value.then) or asks_by_name(value.orelse)
    return isinstance(value, Item) and isinstance(value.owner, LiveEnvironment)


def first_reads(value: Value) -> dict[str, Place]:
    """Where each of these variables is asked first."""
    if isinstance(value, Choice):
        return {**first_reads(value.orelse), **first_reads(value.then)}
    if isinstance(value, Parameter) and isinstance(value.default, EnvironmentVariable):
        value = value.default
    if not isinstance(value, EnvironmentVariable):
        return {}
    later = {} if value.default is None else first_reads(value.default)
    return {**later, value.name: value.place}


def key_of(module: str, qualified: str) -> str:
    """The name by which a function or class is known across the project: `module:qualified.name`."""
    return f"{module}:{qualified}"
