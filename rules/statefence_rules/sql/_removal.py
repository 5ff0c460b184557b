"""Which statement of a program can go when the SQL that it runs is run elsewhere."""

from __future__ import annotations

import ast

from statefence.api import Span

_HARMLESS = frozenset({"cursor", "dedent", "text"})


def removable(tree: ast.Module, call: Span) -> Span | None:
    """The statement that does nothing but make this call, with the `try` around it that only passes over its failure.

    None when the call's answer is used, when something else is called to make it, and when its block would be empty.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _is_only(node.value, call):
            statement = _around(tree, node) or node
            return None if _is_alone(tree, statement) else _span(statement)
    return None


def _is_alone(tree: ast.Module, statement: ast.stmt) -> bool:
    """Whether a block, the module's apart, holds nothing but the statement."""
    blocks = (block for node in ast.walk(tree) if node is not tree for _, block in ast.iter_fields(node))
    return any(block == [statement] for block in blocks)


def _is_only(value: ast.expr, call: Span) -> bool:
    """Whether an expression is the call, which may be awaited, and calls nothing else that could matter."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call) or _span(value) != call:
        return False
    inner = (node for part in (value.func, *value.args) for node in ast.walk(part) if isinstance(node, ast.Call))
    return not value.keywords and all(_name(node.func) in _HARMLESS for node in inner)


def _around(tree: ast.Module, statement: ast.Expr) -> ast.Try | None:
    """The `try` that holds nothing but the statement, and handlers that do nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.body == [statement] and not node.orelse and not node.finalbody:
            passing = all(isinstance(each, ast.Pass) for handler in node.handlers for each in handler.body)
            return node if passing else None
    return None


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _span(node: ast.expr | ast.stmt) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
