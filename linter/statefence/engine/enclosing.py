"""The name of the function or class around a line of a module."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator

from statefence.source import Source

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def enclosing_symbol(module: str, source: Source) -> Callable[[int], str]:
    """A function from a 1-based line of `source`, which must parse, to the dotted name of what it lies in.

    The header of a definition lies in it; its decorators and the module's own lines lie in what is around it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source.data)
    definitions = list(_definitions(tree, module))

    def symbol(line: int) -> str:
        around = (name for first, last, name in definitions if first <= line <= last)
        return max(around, key=len, default=module)

    return symbol


def _definitions(node: ast.AST, name: str) -> Iterator[tuple[int, int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            inner = f"{name}.{child.name}"
            yield child.lineno, child.end_lineno or child.lineno, inner
            yield from _definitions(child, inner)
        elif not isinstance(child, ast.expr):
            yield from _definitions(child, name)
