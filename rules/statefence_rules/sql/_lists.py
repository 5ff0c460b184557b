"""Lists of values that are joined into one text: which they are, and how as many markers are written instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import ast

_SEPARATORS = frozenset({",", ", "})
_COLLECTIONS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "dict"})
_ANNOTATIONS = _COLLECTIONS | {"List", "Tuple", "Set", "FrozenSet", "Sequence", "Collection"}


class Joined(msgspec.Struct, frozen=True):
    """`separator.join(item for item in values)`, which makes one text of several values.

    Attributes:
        separator: as it is written.
        values: the expression of what is joined; empty when it is not told apart from the joining.
        quoted: each value has the quotes of SQL around it.
        same: handing the values over means the same: they are written out as they are, and can be gone through again.
    """

    separator: str
    values: str
    quoted: bool
    same: bool

    def markers(self, marker: str) -> str:
        """The expression of as many markers."""
        quote = self.separator[-1]
        return f"{self.separator}.join({quote}{marker}{quote} for _ in {self.values})"


def joined(source: str, scope: ast.AST) -> Joined | None:
    """The list of values that an expression joins, or what a name in the scope is given; None for no such list."""
    import ast

    text = f"(\n{source}\n)"
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Name):
        found = next(
            (each for meant in _assigned(node, scope) if (each := _joined(meant, "", scope)) is not None), None
        )
        return None if found is None else msgspec.structs.replace(found, values="")
    return _joined(node, text, scope)


def _assigned(node: ast.Name, scope: ast.AST) -> Iterator[ast.expr]:
    """All that is assigned to a name."""
    import ast

    for other in ast.walk(scope):
        if isinstance(other, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in other.targets):
            yield other.value


def _joined(node: ast.expr, text: str, scope: ast.AST) -> Joined | None:
    """A join of values that are no constants; `text` is what the expression was parsed from."""
    import ast

    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(separator)) as written, attr="join"), args=[items]
        ):
            found = _values(items, scope)
        case _:
            return None
    if found is None or _is_constant(found[0]):
        return None
    values, quoted, kept = found
    told = separator in _SEPARATORS and isinstance(values, ast.Name | ast.Attribute)
    same = kept and isinstance(values, ast.Name) and _can_be_repeated(values.id, scope)
    return Joined(
        (ast.get_source_segment(text, written) or "") if text else "", ast.unparse(values) if told else "", quoted, same
    )


def _values(items: ast.expr, scope: ast.AST) -> tuple[ast.expr, bool, bool] | None:
    """What is joined, whether each has quotes around it, and whether it is written out by `str` or the like."""
    import ast

    match items:
        case ast.GeneratorExp(elt=item, generators=[loop]) | ast.ListComp(elt=item, generators=[loop]):
            plain = isinstance(loop.target, ast.Name) and not loop.ifs
            if _is_quoted(item):
                return loop.iter, True, plain and _is_of(item, loop.target)
            if plain and _is_of(item, loop.target):
                return loop.iter, False, not isinstance(item, ast.Name)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="repr"), values]):
            return values, True, True
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str"), values]):
            return values, False, True
        case ast.Name(id=name) if name in _parameters(scope):
            return items, False, False
        case _:
            pass
    return None


def _is_of(item: ast.expr, target: ast.expr) -> bool:
    """Whether an item is the loop's own variable, written out."""
    import ast

    name = target.id if isinstance(target, ast.Name) else ""
    match item:
        case ast.Name(id=same):
            return same == name
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=same)]):
            return same == name
        case ast.JoinedStr(values=parts):
            own = [part for part in parts if isinstance(part, ast.FormattedValue)]
            text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            inner = own[0].value if len(own) == 1 and own[0].format_spec is None else None
            return isinstance(inner, ast.Name) and inner.id == name and text in {"", "''"}
        case ast.BinOp(op=ast.Mod(), right=ast.Name(id=same)):
            return same == name
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
        case ast.Call(func=ast.Name(id="range")):
            return True
        case _:
            return False


def _parameters(scope: ast.AST) -> dict[str, ast.arg]:
    import ast

    arguments = scope.args if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) else None
    every = [] if arguments is None else [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {each.arg: each for each in every}


def _can_be_repeated(name: str, scope: ast.AST) -> bool:
    """Whether a name is a collection, which a second loop finds as the first one did."""
    import ast

    given = [
        node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    stores = [node for node in ast.walk(scope) if isinstance(node, ast.Name) and node.id == name]
    if sum(isinstance(node.ctx, ast.Store) for node in stores) != len(given):
        return False
    parameter = _parameters(scope).get(name)
    if parameter is not None:
        return not given and _is_collection(parameter.annotation)
    return bool(given) and all(map(_makes_collection, given))


def _is_collection(annotation: ast.expr | None) -> bool:
    import ast

    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return name in _ANNOTATIONS


def _makes_collection(value: ast.expr) -> bool:
    import ast

    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _COLLECTIONS
    return isinstance(value, ast.List | ast.Tuple | ast.Set | ast.ListComp | ast.SetComp)
