"""Lists of values that are joined into one text, each with the quotes of SQL around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


def joins_quoted(source: str, scope: ast.AST) -> bool:
    """Whether an expression, or what a name in it is given in the scope, joins values that it puts in quotes."""
    import ast

    node = ast.parse(f"(\n{source}\n)", mode="eval").body
    return any(_is_join_of_quoted(each) for each in _meant(node, scope))


def _meant(node: ast.expr, scope: ast.AST) -> Iterator[ast.expr]:
    """An expression, or for a name all that is assigned to it."""
    import ast

    if not isinstance(node, ast.Name):
        yield node
        return
    for other in ast.walk(scope):
        if isinstance(other, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in other.targets):
            yield other.value


def _is_join_of_quoted(node: ast.expr) -> bool:
    """`separator.join(quoted for each in values)` and `separator.join(map(repr, values))`, of what is no constant."""
    import ast

    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str()), attr="join"),
            args=[ast.GeneratorExp(elt=item, generators=[loop]) | ast.ListComp(elt=item, generators=[loop])],
        ):
            return _is_quoted(item) and not _is_constant(loop.iter)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str()), attr="join"),
            args=[ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="repr"), values])],
        ):
            return not _is_constant(values)
        case _:
            return False


def _is_quoted(node: ast.expr) -> bool:
    """A value between two quotes of SQL, or its `repr`."""
    import ast

    match node:
        case ast.JoinedStr(values=[ast.FormattedValue(conversion=114)]):
            return True
        case ast.JoinedStr(values=[ast.Constant(value=str(before)), *_, ast.Constant(value=str(after))]):
            return before.endswith("'") and after.startswith("'")
        case ast.BinOp(left=ast.BinOp(left=ast.Constant(value="'")), op=ast.Add(), right=ast.Constant(value="'")):
            return True
        case ast.BinOp(left=ast.Constant(value="'%s'"), op=ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant(value="'{}'"), attr="format")):
            return True
        case ast.Call(func=ast.Name(id="repr")):
            return True
        case _:
            return False


def _is_constant(node: ast.expr) -> bool:
    """A display of literals, or a name that is written as a constant's."""
    import ast

    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return all(isinstance(item, ast.Constant) for item in items)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
        case _:
            return False
