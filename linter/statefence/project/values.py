"""The abstract values: what an expression may be, as far as state is concerned.

A value is an immutable tree. Its leaves are constants, symbols the program learns only at run time (a variable, a
parameter, the home directory) and `Unknown`, which carries its reason. Branches are kept as `Choice`, so that one tree
holds every alternative together with the test that decides; `worlds` (in `worlds.py`) picks one alternative per test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from statefence.model import Place, Span
from statefence.template import SymbolKind


class Value(Struct, frozen=True):
    """Base of all values."""


class Constant(Value, frozen=True):
    """A literal of the program."""

    value: str | int | float | bool | None


class Unknown(Value, frozen=True):
    """A value the analysis cannot know, and why."""

    reason: str


class Absent(Value, frozen=True):
    """An argument that is not passed."""


class Directory(Value, frozen=True):
    """A place the platform or the program decides: home, working, temporary or application directory, repository file."""

    kind: SymbolKind
    name: str = ""


class EnvironmentVariable(Value, frozen=True):
    """One variable of the process; `default` is used when it is missing (None: an error or None, as `required` says)."""

    name: str
    default: Value | None
    required: bool
    place: Place


class LiveEnvironment(Value, frozen=True):
    """`os.environ` itself."""


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


class Spread(Struct, frozen=True):
    """All of another mapping's items are put."""

    source: Value


class Put(Struct, frozen=True):
    """One item is put; `weak` when only if the key is missing."""

    key: Value
    value: Value
    weak: bool = False


class Drop(Struct, frozen=True):
    """One item is removed; a key that is not constant removes an unknown one."""

    key: Value


class Select(Struct, frozen=True):
    """Items of another mapping are put, chosen by their names.

    Attributes:
        names: exactly these, when known (an allow-list).
        prefixes: names that begin so are dropped, when that is the whole predicate (a deny-list).
        denied: exactly these are dropped, when that is the whole predicate.
    """

    source: Value
    names: tuple[str, ...] | None = None
    prefixes: tuple[str, ...] = ()
    denied: tuple[str, ...] | None = None


class Clear(Struct, frozen=True):
    """Everything is removed."""


class When(Struct, frozen=True):
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
        merged: the callee that merges it over its own list of variables (MCP's default environment).
    """

    changes: tuple[Change, ...]
    place: Place | None = None
    display: bool = False
    merged: str = ""


class Sequence(Value, frozen=True):
    """A tuple, list or set with known items."""

    items: tuple[Value, ...]


class Object(Value, frozen=True):
    """An instance of a project class.

    Attributes:
        cls: the class's key.
        bound: constructor parameter -> argument; None when it is not known how it was made (`self`, an annotation).
        attributes: what was set on it since.
    """

    cls: str
    bound: tuple[tuple[Parameter, Value], ...] | None
    attributes: tuple[tuple[str, Value], ...] = ()


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


class BoundMethod(Value, frozen=True):
    """A method of a value that is not a project object."""

    receiver: Value
    name: str


class Connection(Value, frozen=True):
    """What a database open returned; `path` is what it was opened on, `Absent` for a private memory database."""

    api: str
    path: Value
    place: Place


class Result(Value, frozen=True):
    """What a call outside the project returned, when the callee has no model."""

    callee: str
    arguments: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


class Test(Struct, frozen=True):
    """What decides a choice.

    Attributes:
        kind: `truthy`, `none`, `equal`, `contains`, `not`, `and`, `or`, or `open` for what is not interpreted.
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


NONE = Constant(None)
ABSENT = Absent()
ENVIRON = LiveEnvironment()


def choose(test: Test, then: Value, orelse: Value) -> Value:
    """A choice, unless both sides are the same."""
    return then if then is orelse or then == orelse else Choice(test, then, orelse)


def is_constant_none(value: Value) -> bool:
    """Whether the value is the literal None."""
    return isinstance(value, Constant) and value.value is None


Rewrite = Callable[[Value], "Value | None"]
Binding = Mapping[tuple[str, str], Value]
"""What a call binds parameters to, by their function's key and their name."""


def unchanged(value: Value) -> Value:
    """The value itself."""
    return value


def rewrite(value: Value, replace: Rewrite, finish: Callable[[Value], Value] = unchanged) -> Value:
    """The tree with every node for which `replace` gives a value replaced by it, from the top down.

    A node whose children changed is made anew and passed through `finish`. Nodes that are shared stay shared, so the
    work is linear in the number of distinct nodes. Parameters are leaves.
    """
    done: dict[int, object] = {}

    def visit(node: object) -> object:
        if isinstance(node, tuple):
            items = [visit(item) for item in node]
            return node if all(a is b for a, b in zip(items, node, strict=True)) else tuple(items)
        if not isinstance(node, COMPOSITE):
            return node
        known = done.get(id(node))
        if known is None:
            known = done[id(node)] = visit_record(node)
        return known

    def visit_record(node: Value | Test | Change) -> object:
        replaced = replace(node) if isinstance(node, Value) else None
        if replaced is not None:
            return replaced
        if isinstance(node, LEAVES):
            return node
        fields = {name: visit(getattr(node, name)) for name in node.__struct_fields__}
        if all(fields[name] is getattr(node, name) for name in fields):
            return node
        rebuilt = type(node)(**fields)
        return finish(rebuilt) if isinstance(rebuilt, Value) else rebuilt

    result = visit(value)
    assert isinstance(result, Value)
    return result


COMPOSITE = (Value, Test, Spread, Put, Drop, Select, Clear, When)
LEAVES = (Constant, Unknown, Absent, Directory, LiveEnvironment, Parameter, Reference, ModuleValue, External, ClassValue)


def walk(value: object) -> list[Value]:
    """Every distinct value of the tree, the root first, in order of appearance. Parameters are leaves."""
    found: list[Value] = []
    seen: set[int] = set()
    todo: list[object] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, COMPOSITE) and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Value):
                found.append(node)
            if not isinstance(node, LEAVES):
                todo.extend([getattr(node, name) for name in reversed(node.__struct_fields__)])
    return found


LARGEST = 400
"""A value of more distinct nodes is not followed further."""


def bounded(value: Value) -> Value:
    """The value, unless it has grown too large to follow."""
    if isinstance(value, LEAVES):
        return value
    return value if len(walk(value)) <= LARGEST else Unknown("too many alternatives to follow")


def parameters_of(value: object) -> list[Parameter]:
    """The parameters that a value, or a tuple of values, depends on, in order of appearance."""
    return [node for node in walk(value) if isinstance(node, Parameter)]


def key_of(module: str, qualified: str) -> str:
    """The name by which a function or class is known across the project: `module:qualified.name`."""
    return f"{module}:{qualified}"
