"""The records a file is lowered to: a small, version-independent tree of the Python that the analysis evaluates.

`ast` changes with every Python release and cannot be cached; these records do neither. What the analysis has no use
for (arithmetic, comparisons of numbers, formatting options) becomes `Opaque`, whose children are still visited, so
that no call inside it is lost.
"""

from __future__ import annotations

from msgspec import Struct

from statefence.model import Span


class Node(Struct, frozen=True, tag=True, array_like=True):
    """Base of every expression and statement; `span` is where it stands in the file."""

    span: Span


class Constant(Node, frozen=True):
    """A literal; bytes that are UTF-8 are kept as text."""

    value: str | int | float | bool | None


class Name(Node, frozen=True):
    """A variable."""

    id: str


class Attribute(Node, frozen=True):
    """`value.attr`."""

    value: Expression
    attr: str


class Starred(Node, frozen=True):
    """`*value` in a call, a display or a target."""

    value: Expression


class Keyword(Struct, frozen=True, array_like=True):
    """`name=value` of a call; `**value` has no name."""

    name: str | None
    value: Expression


class Call(Node, frozen=True):
    """`function(*arguments, **keywords)`."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[Keyword, ...]


class Subscript(Node, frozen=True):
    """`value[index]`."""

    value: Expression
    index: Expression


class Binary(Node, frozen=True):
    """`left operator right` for the operators that build text, paths and mappings: `+ / % |`."""

    operator: str
    left: Expression
    right: Expression


class Boolean(Node, frozen=True):
    """`a and b and c`, or the same with `or`."""

    operator: str
    values: tuple[Expression, ...]


class Compare(Node, frozen=True):
    """`left operator right` with one of `is`, `is not`, `==`, `!=`, `in`, `not in`."""

    operator: str
    left: Expression
    right: Expression


class Not(Node, frozen=True):
    """`not operand`."""

    operand: Expression


class Conditional(Node, frozen=True):
    """`then if test else orelse`."""

    test: Expression
    then: Expression
    orelse: Expression


class Format(Node, frozen=True):
    """An f-string: literal parts are constants; conversions and format options that are literal are dropped."""

    parts: tuple[Expression, ...]


class Entry(Struct, frozen=True, array_like=True):
    """`key: value` of a dict display; `**value` has no key."""

    key: Expression | None
    value: Expression


class DictDisplay(Node, frozen=True):
    """`{key: value, **other}`."""

    entries: tuple[Entry, ...]


class Display(Node, frozen=True):
    """A tuple, list or set display, or the bounds of a slice; `kind` says which."""

    kind: str
    items: tuple[Expression, ...]


class Clause(Struct, frozen=True, array_like=True):
    """`for target in iterable if conditions` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(Node, frozen=True):
    """A comprehension or generator; `key` is None unless it makes a dict."""

    kind: str
    key: Expression | None
    value: Expression
    clauses: tuple[Clause, ...]


class Lambda(Node, frozen=True):
    """A lambda, as the function that it is."""

    function: Function


class Walrus(Node, frozen=True):
    """`name := value`."""

    name: str
    value: Expression


class Yield(Node, frozen=True):
    """`yield value`."""

    value: Expression | None


class Opaque(Node, frozen=True):
    """Anything else; `children` are its sub-expressions, in order."""

    children: tuple[Expression, ...]


class Assign(Node, frozen=True):
    """`target = target = value`."""

    targets: tuple[Expression, ...]
    value: Expression
    annotation: Expression | None = None


class Declare(Node, frozen=True):
    """`target: annotation` without a value."""

    target: Expression
    annotation: Expression


class Augment(Node, frozen=True):
    """`target operator= value`."""

    target: Expression
    operator: str
    value: Expression


class Delete(Node, frozen=True):
    """`del targets`."""

    targets: tuple[Expression, ...]


class Evaluate(Node, frozen=True):
    """An expression for its effect."""

    value: Expression


class Return(Node, frozen=True):
    """`return value`."""

    value: Expression | None


class Leave(Node, frozen=True):
    """`raise`, `break` or `continue`; what is raised, and from what, is evaluated for its calls."""

    kind: str
    value: Expression | None = None


class If(Node, frozen=True):
    """`if test: then else: orelse`; a match statement becomes a chain of them."""

    test: Expression
    then: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class Loop(Node, frozen=True):
    """A `for` (with target and iterable) or a `while` (with test)."""

    target: Expression | None
    iterable: Expression | None
    test: Expression | None
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class Handler(Struct, frozen=True, array_like=True):
    """`except types as name: body`; `types` is empty for a bare except."""

    types: tuple[Expression, ...]
    name: str | None
    body: tuple[Statement, ...]


class Try(Node, frozen=True):
    """`try: body except ...: handlers else: orelse finally: final`."""

    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


class WithItem(Struct, frozen=True, array_like=True):
    """`manager as target` of a with statement."""

    manager: Expression
    target: Expression | None


class With(Node, frozen=True):
    """`with items: body`, asynchronous or not."""

    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]


class ImportModule(Node, frozen=True):
    """`import module as name`; without `as`, `name` is None and the first component is bound."""

    module: str
    name: str | None


class ImportFrom(Node, frozen=True):
    """`from module import names`; `level` counts the leading dots; `("*", "*")` imports everything."""

    module: str
    level: int
    names: tuple[tuple[str, str], ...]


class GlobalNames(Node, frozen=True):
    """`global names`."""

    names: tuple[str, ...]


class OuterNames(Node, frozen=True):
    """`nonlocal names`."""

    names: tuple[str, ...]


class Parameter(Struct, frozen=True, array_like=True):
    """A parameter; `kind` is one of `positional`, `both`, `args`, `keyword`, `kwargs`."""

    name: str
    kind: str
    default: Expression | None
    annotation: Expression | None


class Function(Node, frozen=True):
    """A function or method; `name` is `<lambda>` for a lambda, whose body is one return.

    The body is None when it was not asked for.
    """

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...] | None
    decorators: tuple[Expression, ...]
    returns: Expression | None


class Class(Node, frozen=True):
    """A class definition."""

    name: str
    bases: tuple[Expression, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]


Expression = (
    Constant
    | Name
    | Attribute
    | Starred
    | Call
    | Subscript
    | Binary
    | Boolean
    | Compare
    | Not
    | Conditional
    | Format
    | DictDisplay
    | Display
    | Comprehension
    | Lambda
    | Walrus
    | Yield
    | Opaque
)

Statement = (
    Assign
    | Declare
    | Augment
    | Delete
    | Evaluate
    | Return
    | Leave
    | If
    | Loop
    | Try
    | With
    | ImportModule
    | ImportFrom
    | GlobalNames
    | OuterNames
    | Function
    | Class
)
