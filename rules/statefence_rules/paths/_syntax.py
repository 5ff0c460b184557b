"""A module as a syntax tree that can be walked upwards, for rules that ask how a value came about."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from statefence.api import Module, Span

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Syntax(NamedTuple):
    """A tree with the parent of each of its nodes."""

    tree: ast.Module
    parents: dict[ast.AST, ast.AST]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """What the node stands in, from the inside out."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function(self, node: ast.AST) -> Function | ast.Module:
        """The function that the node stands in, or the module."""
        around = (parent for parent in self.ancestors(node) if isinstance(parent, Function))
        return next(around, self.tree)

    def handler(self, node: ast.AST) -> ast.ExceptHandler | None:
        """The innermost `except` of its function that the node stands in."""
        for parent in self.ancestors(node):
            if isinstance(parent, ast.ExceptHandler | Function | ast.Lambda):
                return parent if isinstance(parent, ast.ExceptHandler) else None
        return None

    def statement(self, node: ast.expr) -> ast.AST:
        """The statement that the expression stands in."""
        return next(parent for parent in self.ancestors(node) if isinstance(parent, ast.stmt | ast.Module))

    def at(self, span: Span) -> ast.expr | None:
        """The outermost expression that stands exactly there."""
        return next(
            (node for node in ast.walk(self.tree) if isinstance(node, ast.expr) and span_of(node) == span), None
        )


def syntax(module: Module) -> Syntax:
    """The tree of a module; the last ones asked for are kept."""
    return parsed(module.source.text)


@lru_cache(maxsize=64)
def parsed(text: str) -> Syntax:
    """The tree of a text that is known to parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    return Syntax(tree, {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)})


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Where a node stands."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return Span(node.lineno, node.col_offset, end_line, end_column)


def assigned(statement: ast.AST) -> str:
    """What a statement assigns to, as source; of any other statement its kind, so that two returns are alike."""
    if isinstance(statement, ast.Assign):
        return ", ".join(map(ast.unparse, statement.targets))
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.target)
    return type(statement).__name__


def value_of(statement: ast.AST) -> ast.expr | None:
    """What a statement assigns or returns."""
    return statement.value if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return) else None
