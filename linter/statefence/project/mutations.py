"""What a body of code does to a mapping that lives elsewhere, as its text says: nothing of it is interpreted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from statefence.facts import ir
from statefence.model import Place
from statefence.project.mappings import open_test
from statefence.project.values import Change, Clear, Constant, Drop, Put, Spread, Unknown, Value, When

Matches = Callable[[ir.Expression], bool]
"""Whether an expression is the mapping."""

CHANGED = (
    rb"\bNAME(?:\[[^\]\n]*\][ \t]*\|?=[^=]|\.(?:update|setdefault|pop|popitem|clear)\(|[ \t]*\|=)|\bdel[ \t]+NAME\["
)
"""A statement that changes the mapping NAME."""

ELSEWHERE = Unknown("what other code puts in")
A_NAME = Unknown("a name that other code chooses")


def pattern(name: str) -> re.Pattern[bytes]:
    """The text of a statement that changes the mapping of that name, dotted or not."""
    return re.compile(CHANGED.replace(b"NAME", re.escape(name.encode())))


def alternatives(path: str, body: Iterable[ir.Statement], matches: Matches) -> Iterator[Change]:
    """Every change that the body makes to the mapping, each as one that may have happened."""
    for node in _nodes(tuple(body)):
        for change in _changes(node, matches):
            yield When(open_test(Place(path, node.span), preferred=False), (change,), ())


def binds(function: ir.Function, name: str) -> bool:
    """Whether the name is the function's own: a parameter, or assigned in its body."""
    if any(parameter.name == name for parameter in function.parameters):
        return True
    targets = [target for node in _nodes(function.body or ()) if isinstance(node, ir.Assign) for target in node.targets]
    return any(isinstance(target, ir.Name) and target.id == name for target in targets)


def _nodes(root: object) -> Iterator[ir.Node]:
    todo = [root]
    while todo:
        entry = todo.pop()
        if isinstance(entry, tuple):
            todo.extend(reversed(entry))
        elif isinstance(entry, ir.Node | ir.Keyword | ir.Entry | ir.Clause | ir.Handler | ir.WithItem):
            if isinstance(entry, ir.Node):
                yield entry
            todo.extend(getattr(entry, field) for field in reversed(entry.__struct_fields__))


def _changes(node: ir.Node, matches: Matches) -> Iterator[Change]:
    if isinstance(node, ir.Assign):
        for target in node.targets:
            if isinstance(target, ir.Subscript) and matches(target.value):
                yield Put(_key(target.index), ELSEWHERE)
    elif isinstance(node, ir.Augment):
        if isinstance(node.target, ir.Subscript) and matches(node.target.value):
            yield Put(_key(node.target.index), ELSEWHERE)
        elif node.operator == "|" and matches(node.target):
            yield from _updated((node.value,))
    elif isinstance(node, ir.Delete):
        for target in node.targets:
            if isinstance(target, ir.Subscript) and matches(target.value):
                yield Drop(_key(target.index))
    elif isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and matches(node.function.value):
        yield from _called(node.function.attr, node)


def _called(method: str, node: ir.Call) -> Iterator[Change]:
    first = node.arguments[0] if node.arguments else None
    if method == "clear":
        yield Clear()
    elif method == "popitem":
        yield Drop(A_NAME)
    elif method == "pop" and first is not None:
        yield Drop(_key(first))
    elif method == "setdefault" and first is not None:
        yield Put(_key(first), ELSEWHERE, weak=True)
    elif method == "update":
        yield from _updated(node.arguments)
        for keyword in node.keywords:
            yield Spread(ELSEWHERE) if keyword.name is None else Put(Constant(keyword.name), ELSEWHERE)


def _updated(arguments: Iterable[ir.Expression]) -> Iterator[Change]:
    for argument in arguments:
        if isinstance(argument, ir.DictDisplay):
            for entry in argument.entries:
                yield Spread(ELSEWHERE) if entry.key is None else Put(_key(entry.key), ELSEWHERE)
        else:
            yield Spread(ELSEWHERE)


def _key(node: ir.Expression) -> Value:
    return Constant(node.value) if isinstance(node, ir.Constant) else A_NAME
