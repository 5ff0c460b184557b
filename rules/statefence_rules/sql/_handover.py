"""Where the text of a statement is written, and how its call hands values over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from statefence.api import Module, Span, Statement
from statefence_rules.source_text import text_at
from statefence_rules.syntax import tree_of

_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_STEADY = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Load)
_SQLALCHEMY_TEXT = frozenset({"text", "sa.text", "sqlalchemy.text", "sql.text"})


class Handover(msgspec.Struct, frozen=True):
    """A call that hands over a text.

    Attributes:
        source: the expression that makes the text, as it is written.
        span: where it stands.
        parameters: where the values for its markers are handed over; None when they are not.
        extendable: values can be handed over: by position, after the text alone.
        steady: it is made in the call, or right from what nothing changes before the call.
        wrapped: it is given to SQLAlchemy's `text`, whose markers have names.
        function: the function around the call.
    """

    source: str
    span: Span
    parameters: Span | None
    extendable: bool
    steady: bool
    wrapped: bool
    function: ast.AST | None


class Outline(NamedTuple):
    """A module's syntax tree, with its calls by where they stand and its functions."""

    tree: ast.Module
    calls: dict[Span, ast.Call]
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef]


def outline_of(module: Module) -> Outline:
    """The outline of a module."""
    found = Outline(tree_of(module), {}, [])
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Call):
            found.calls.setdefault(_span(node), node)
        elif isinstance(node, _FUNCTION):
            found.functions.append(node)
    return found


def handover(module: Module, outline: Outline, statement: Statement) -> Handover | None:
    """Where a statement's text is made, in its call or in the one assignment to the name that the call hands over."""
    call = outline.calls.get(statement.span)
    argument = statement.argument
    if call is None or argument is None:
        return None
    text: ast.expr | None = next((node for node in call.args if _span(node) == argument), None)
    wrapped = isinstance(text, ast.Call) and ast.unparse(text.func) in _SQLALCHEMY_TEXT and len(text.args) == 1
    if wrapped:
        assert isinstance(text, ast.Call)
        text = text.args[0]
    function = _enclosing(outline, call)
    steady = True
    if isinstance(text, ast.Name):
        text = _assigned(text, function or outline.tree)
        steady = text is not None and _is_steady(text, call, function or outline.tree)
    if text is None:
        return None
    plain = not call.keywords and not any(isinstance(each, ast.Starred) for each in call.args)
    given = _span(call.args[1]) if plain and len(call.args) == 2 else None
    extendable = plain and len(call.args) <= 2 and _span(call.args[0]) == argument
    return Handover(text_at(module, _span(text)), _span(text), given, extendable, steady, wrapped, function)


def _span(node: ast.expr) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


def _enclosing(outline: Outline, call: ast.Call) -> ast.AST | None:
    """The innermost function around the call."""
    around = [node for node in outline.functions if node.lineno <= call.lineno <= (node.end_lineno or 0)]
    return max(around, key=lambda node: node.lineno, default=None)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, functions within it included."""
    yield from ast.walk(scope)


def _assigned(name: ast.Name, scope: ast.AST) -> ast.expr | None:
    """What a name is given in the one place that gives it anything; None when it is also used elsewhere."""
    named = [node for node in _own(scope) if isinstance(node, ast.Name) and node.id == name.id]
    values = [
        node.value
        for node in _own(scope)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_name(node.targets[0], name.id)
    ]
    arguments = {node.arg for node in ast.walk(scope) if isinstance(node, ast.arg)}
    return values[0] if len(values) == 1 and len(named) == 2 and name.id not in arguments else None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_steady_operand(node: ast.AST) -> bool:
    """Whether a part of a sum is the same whenever it is worked out."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str"
    return called or isinstance(node, (*_STEADY, ast.BinOp, ast.Add))


def _is_steady(text: ast.expr, call: ast.Call, scope: ast.AST) -> bool:
    """Whether the values in a text are the same at the call: names to which nothing is assigned in between."""
    values = [node.value for node in ast.walk(text) if isinstance(node, ast.FormattedValue)]
    values += [] if isinstance(text, ast.JoinedStr) else [text]
    if isinstance(text, ast.JoinedStr) and any(not isinstance(n, _STEADY) for v in values for n in ast.walk(v)):
        return False
    if (
        isinstance(text, ast.BinOp)
        and isinstance(text.op, ast.Add)
        and not all(map(_is_steady_operand, ast.walk(text)))
    ):
        return False
    names = {node.id for value in values for node in ast.walk(value) if isinstance(node, ast.Name)}
    later = (node for node in _own(scope) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return not any(node.id in names and text.lineno < node.lineno <= call.lineno for node in later)
