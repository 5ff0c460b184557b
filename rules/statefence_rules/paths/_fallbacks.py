"""Why a value is taken in the place of another: because that one is empty or missing, or after an exception."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from statefence.api import Module
from statefence_rules.paths._origins import Origin
from statefence_rules.syntax import Function, source_of, syntax

AFTER_EXCEPTION = "after an exception"


def why_taken(origin: Origin) -> str:
    """When an expression is taken in the place of a path: an end of a sentence, empty when that is no fallback."""
    node: ast.AST = origin.node
    for parent in syntax(origin.module).ancestors(origin.node):
        if isinstance(parent, Function | ast.Module | ast.ClassDef | ast.arguments):
            return ""
        why = _why_within(origin.module, parent, node)
        if why:
            return why
        node = parent
    return ""


def _why_within(module: Module, parent: ast.AST, node: ast.AST) -> str:
    """Why the part of a larger piece of code is taken, when that is because something else is not there."""
    if isinstance(parent, ast.ExceptHandler):
        return AFTER_EXCEPTION
    if isinstance(parent, ast.BoolOp):
        return "when the path is empty" if isinstance(parent.op, ast.Or) and node is not parent.values[0] else ""
    if isinstance(parent, ast.Call):
        return "when the variable is not set" if _is_default_of_variable(module, parent, node) else ""
    if isinstance(parent, ast.IfExp):
        subject = _empty(module, parent.test, holds=node is parent.body)
        other = parent.orelse if node is parent.body else parent.body
        return "when the path is empty" if node is not parent.test and _mentions(module, [other], subject) else ""
    if isinstance(parent, ast.If):
        subject = _empty(module, parent.test, holds=node in parent.body)
        return "when the path is empty" if _mentions(module, _alternatives(module, parent, node), subject) else ""
    return ""


def asked_empty(module: Module, branch: ast.If, statement: ast.AST) -> str:
    """What is empty or missing where a statement of a branch runs, as source; empty when it asks something else."""
    return _empty(module, branch.test, holds=statement in branch.body)


def _is_default_of_variable(module: Module, call: ast.Call, node: ast.AST) -> bool:
    name = source_of(module, call.func)
    return name.endswith(("environ.get", "getenv")) and node in (*call.args[1:], *call.keywords)


def _empty(module: Module, test: ast.expr, *, holds: bool) -> str:
    """What is empty or missing when the test holds, or does not, as source; empty when it asks something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _empty(module, test.operand, holds=not holds)
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        asks_emptiness = isinstance(test.ops[0], ast.Is | ast.Eq)
        nothing = not test.comparators[0].value and len(test.ops) == 1
        return source_of(module, test.left) if nothing and asks_emptiness is holds else ""
    if isinstance(test, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.NamedExpr):
        subject = test.target if isinstance(test, ast.NamedExpr) else test
        return "" if holds else source_of(module, subject)
    return ""


def _alternatives(module: Module, branch: ast.If, node: ast.AST) -> list[ast.AST]:
    """What happens instead of the statement: the other branch, what comes after, and what it assigns to."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    after = [
        each
        for each in ast.walk(syntax(module).function(branch))
        if isinstance(each, ast.stmt) and _follows(each, branch)
    ]
    return [*targets, *(branch.orelse if node in branch.body else branch.body), *after]


def _follows(statement: ast.stmt, branch: ast.If) -> bool:
    return statement.lineno > (branch.end_lineno or branch.lineno)


def _mentions(module: Module, nodes: Iterable[ast.AST], subject: str) -> bool:
    parts = (part for node in nodes for part in ast.walk(node) if isinstance(part, ast.expr))
    return bool(subject) and any(source_of(module, part) == subject for part in parts)
