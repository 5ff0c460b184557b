"""A module as a syntax tree that can be walked upwards, for rules that ask how a value came about."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from statefence.api import Module, Span
from statefence_rules.source_text import text_at

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Syntax(NamedTuple):
    """A tree with the parent of each of its nodes, and the outermost expression at each place."""

    tree: ast.Module
    parents: dict[ast.AST, ast.AST]
    expressions: dict[Span, ast.expr]

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


def syntax(module: Module) -> Syntax:
    """The tree of a module; the last ones asked for are kept."""
    return parsed(module.source.text)


def tree_of(module: Module) -> ast.Module:
    """The tree of a module, for who only walks it downwards."""
    return _tree(module.source.text)


@lru_cache(maxsize=64)
def parsed(text: str) -> Syntax:
    """The tree of a text that is known to parse."""
    tree = _tree(text)
    parents: dict[ast.AST, ast.AST] = {}
    expressions: dict[Span, ast.expr] = {}
    for node in ast.walk(tree):
        parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
        if isinstance(node, ast.expr):
            expressions.setdefault(span_of(node), node)
    return Syntax(tree, parents, expressions)


def _tree(text: str) -> ast.Module:
    """The tree; empty for a text that does not parse: files that nothing asked about are not all parsed before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module([], [])


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Where a node stands."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return Span(node.lineno, node.col_offset, end_line, end_column)


def source_of(module: Module, node: ast.expr) -> str:
    """The text of an expression, as it stands in its module."""
    return text_at(module, span_of(node))


def assigned(module: Module, statement: ast.AST) -> str:
    """What a statement assigns to, as source; of any other statement its kind, so that two returns are alike."""
    if isinstance(statement, ast.Assign):
        return ", ".join(source_of(module, target) for target in statement.targets)
    if isinstance(statement, ast.AnnAssign):
        return source_of(module, statement.target)
    return type(statement).__name__


def value_of(statement: ast.AST) -> ast.expr | None:
    """What a statement assigns or returns."""
    return statement.value if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return) else None
