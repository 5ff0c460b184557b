"""Texts that a module's own source decides: literals, names of them, and the few ways to put them together."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.model import Sql
from statefence.migrations.sql_files import span_of
from statefence.model import Place, Span
from statefence.sql.tokens import split

_TRANSPARENT = frozenset(
    {"text", "list", "tuple", "DDL", "RunSQL", "SQL", "f"}
)  # `f` is Alembic's mark of a final name
_DEEPEST = 20  # names that stand for names


class Literal(Struct, frozen=True):
    """A text or other constant, and the expression that gives it."""

    value: str | int | float | bool | None
    span: Span


Value = Literal | tuple["Value", ...]
Scope = Mapping[str, ir.Expression]


def evaluated(node: ir.Expression, scope: Scope, depth: int = 0) -> Value | None:
    """What an expression gives when its module's source alone decides that; None when it does not.

    Args:
        node: the expression.
        scope: what each name is bound to, once.
        depth: how many names have been followed.
    """
    if depth > _DEEPEST:
        return None
    rule = _RULES.get(type(node))
    return rule(node, scope, depth) if rule else None


def sql_of(value: Value | None, path: str) -> tuple[Sql, ...] | None:
    """The statements in a text, or in a list of texts, in order; None when it is anything else."""
    if value is None:
        return None
    if isinstance(value, Literal):
        return _statements(value, path) if isinstance(value.value, str) else None
    parts = [sql_of(part, path) for part in value]
    return None if any(part is None for part in parts) else tuple(sql for part in parts for sql in part or ())


def _statements(literal: Literal, path: str) -> tuple[Sql, ...]:
    text = str(literal.value).replace("\r\n", "\n")
    span = literal.span
    is_verbatim = text.count("\n") == span.end_line - span.line > 0  # in triple quotes, so that lines can be told
    return tuple(
        Sql(
            text[found.start : found.end],
            Place(path, span_of(text, found.start, found.end, first=span.line) if is_verbatim else span),
        )
        for found in split(text)
    )


def _constant(node: ir.Constant, _scope: Scope, _depth: int) -> Value | None:
    return Literal(node.value, node.span)


def _name(node: ir.Name, scope: Scope, depth: int) -> Value | None:
    return evaluated(scope[node.id], scope, depth + 1) if node.id in scope else None


def _binary(node: ir.Binary, scope: Scope, depth: int) -> Value | None:
    left, right = evaluated(node.left, scope, depth), evaluated(node.right, scope, depth)
    if node.operator != "+" or left is None or right is None:
        return None
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    return _joined((left, right), node.span)


def _format(node: ir.Format, scope: Scope, depth: int) -> Value | None:
    return _joined(tuple(evaluated(part, scope, depth) for part in node.parts), node.span)


def _joined(parts: tuple[Value | None, ...], span: Span, between: str = "") -> Value | None:
    texts = [str(part.value) for part in parts if isinstance(part, Literal) and isinstance(part.value, str | int)]
    return Literal(between.join(texts), span) if len(texts) == len(parts) else None


def _display(node: ir.Display, scope: Scope, depth: int) -> Value | None:
    found: list[Value] = []
    for item in node.items:
        value = evaluated(item.value if isinstance(item, ir.Starred) else item, scope, depth)
        if value is None or (isinstance(item, ir.Starred) and isinstance(value, Literal)):
            return None
        found += value if isinstance(item, ir.Starred) and isinstance(value, tuple) else (value,)
    return tuple(found)


def _call(node: ir.Call, scope: Scope, depth: int) -> Value | None:
    function = node.function
    name = function.attr if isinstance(function, ir.Attribute) else function.id if isinstance(function, ir.Name) else ""
    arguments = [evaluated(argument, scope, depth) for argument in node.arguments]
    if name in {"strip", "lstrip", "rstrip"} and isinstance(function, ir.Attribute) and not node.arguments:
        receiver = evaluated(function.value, scope, depth)
        text = receiver.value if isinstance(receiver, Literal) else None
        return Literal(getattr(text, name)(), node.span) if isinstance(text, str) else None
    if name == "join" and isinstance(function, ir.Attribute) and len(arguments) == 1:
        separator = evaluated(function.value, scope, depth)
        if isinstance(separator, Literal) and isinstance(arguments[0], tuple):
            return _joined(arguments[0], node.span, str(separator.value))
        return None
    if len(arguments) != 1 or arguments[0] is None:
        return None
    only = arguments[0]
    if name in {"dedent", "cleandoc"} and isinstance(only, Literal) and isinstance(only.value, str):
        return Literal(textwrap.dedent(only.value), only.span)
    return only if name in _TRANSPARENT else None


_RULES: dict[type[ir.Node], Callable[[Any, Scope, int], Value | None]] = {
    ir.Constant: _constant,
    ir.Name: _name,
    ir.Binary: _binary,
    ir.Format: _format,
    ir.Display: _display,
    ir.Call: _call,
}


def scope_of(body: tuple[ir.Statement, ...], outer: Scope | None = None) -> dict[str, ir.Expression]:
    """What each name is bound to by the assignments of a body; a name that is bound twice is left out."""
    scope = dict(outer or {})
    bound: set[str] = set()
    for statement in body:
        if isinstance(statement, ir.Assign):
            for target in statement.targets:
                if isinstance(target, ir.Name):
                    if target.id in bound:
                        scope.pop(target.id, None)
                    else:
                        scope[target.id] = statement.value
                    bound.add(target.id)
        elif isinstance(statement, ir.Augment) and isinstance(statement.target, ir.Name):
            scope.pop(statement.target.id, None)
            bound.add(statement.target.id)
    return scope
