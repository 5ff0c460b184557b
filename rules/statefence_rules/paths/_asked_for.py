"""Whether a place where nothing lasts is asked for in words, so that nobody takes it for one that does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from statefence.api import Module, Open, Project
from statefence_rules.paths._origins import Origin, origins
from statefence_rules.syntax import Function, source_of, syntax

_PASSING = re.compile(
    r"(?:\b|_)(?:dry_?run|in_?memory|memory|ephemeral|transient|volatile|throwaway|testing|preview|demo)(?:\b|_)"
)
_PLACE = re.compile(r":memory:|mode=memory|^/(?:private/)?(?:tmp|var/tmp|dev/shm)/")
_MAKERS = ("gettempdir", "mkdtemp", "mkstemp", "NamedTemporaryFile", "TemporaryDirectory")


def is_asked_for(opened: Open, module: Module, project: Project, *, is_copy: bool) -> bool:
    """Whether all that puts an open where nothing lasts is under a flag that says so, or there while a `with` lasts.

    Args:
        is_copy: what it may be a copy of is opened in the same function.
    """
    if opened.argument is None:
        return False
    found = [each for each in origins(project, module, opened.argument) if _is_passing(each.node)]
    return bool(found) and all(_is_flagged(each) or (is_copy and _is_closed(each)) for each in found)


def _is_passing(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _PLACE.search(node.value) is not None
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(_MAKERS)


def _is_flagged(origin: Origin) -> bool:
    """Whether it is taken where a flag holds whose name says that nothing is kept, and that is off by default."""
    node: ast.AST = origin.node
    for parent in syntax(origin.module).ancestors(origin.node):
        if isinstance(parent, Function | ast.ClassDef):
            return False
        if isinstance(parent, ast.If | ast.IfExp) and node is not parent.test:
            body = parent.body if isinstance(parent.body, list) else [parent.body]
            flag = _flag(parent.test, holds=node in body)
            if flag is not None and _PASSING.search(source_of(origin.module, flag)) and not _is_on(origin, flag):
                return True
        node = parent
    return False


def _flag(test: ast.expr, *, holds: bool) -> ast.expr | None:
    """The name or attribute that is true where the test holds, or does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _flag(test.operand, holds=not holds)
    return test if holds and isinstance(test, ast.Name | ast.Attribute) else None


def _is_on(origin: Origin, flag: ast.expr) -> bool:
    """Whether it is a parameter that is true unless a caller says otherwise."""
    function = syntax(origin.module).function(origin.node)
    if not isinstance(function, Function) or not isinstance(flag, ast.Name):
        return False
    return any(
        name == flag.id and isinstance(value, ast.Constant) and bool(value.value)
        for name, value in _defaults(function.args)
    )


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr | None]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    yield from ((name.arg, value) for name, value in zip(given, arguments.defaults, strict=True))
    yield from ((name.arg, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))


def _is_closed(origin: Origin) -> bool:
    """Whether it is the directory of a `with`, which is gone after it."""
    parent = syntax(origin.module).parents.get(origin.node)
    return isinstance(parent, ast.withitem) and ast.unparse(origin.node).split("(")[0].endswith("TemporaryDirectory")
