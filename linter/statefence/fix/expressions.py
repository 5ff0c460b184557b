"""Put one piece of source into another without changing how either is read: parentheses where they are needed only."""

from __future__ import annotations

import ast

import libcst as cst

from statefence.fix.records import Refusal, Splice
from statefence.fix.tree import Tree
from statefence.model import ReplaceExpression

_ATOMS = (
    ast.Attribute | ast.Call | ast.Dict | ast.DictComp | ast.GeneratorExp | ast.JoinedStr | ast.List | ast.ListComp
    | ast.Name | ast.Set | ast.SetComp | ast.Subscript
)  # fmt: skip
_ALWAYS_IN_PARENTHESES = ast.NamedExpr | ast.Tuple | ast.Yield | ast.YieldFrom | ast.Starred
_ROOMY = cst.AnnAssign | cst.Assign | cst.DictElement | cst.Element | cst.Expr | cst.Return


def embed(template: str, text: str) -> str:
    """The expression `template` with `text` for each `{}`; raises Refusal when that is no expression."""
    bare = template.replace("{}", text)
    enclosed = template.replace("{}", f"({text})")
    if "{}" not in template:
        enclosed = bare
    meant = _body(enclosed)
    if meant is None:
        raise Refusal(f"{bare!r} is not an expression")
    parsed = _body(bare)
    return bare if parsed and ast.dump(parsed) == ast.dump(meant) else enclosed


def replace(tree: Tree, edit: ReplaceExpression) -> tuple[Splice, ...]:
    """The splice that replaces an expression."""
    limits = tree.text.limits(edit.target)
    node = tree.expression(limits)
    new = embed(edit.source, tree.text.utf8[slice(*limits)].decode())
    if isinstance(tree.parents[node], cst.WithItem) and isinstance(_body(new), ast.Tuple):
        raise Refusal("a with statement would read the tuple as several managers")
    if not _fits(tree, node, new):
        new = f"({new})"
    return (Splice(*limits, _apart(tree.text.utf8, limits, new.encode())),)


def _fits(tree: Tree, node: cst.BaseExpression, new: str) -> bool:
    """Whether the new source may stand in the node's place without parentheses."""
    body = _body(new)
    if isinstance(body, _ATOMS) or (isinstance(body, ast.Constant) and isinstance(body.value, str | bytes)):
        return True
    if body is None or isinstance(body, _ALWAYS_IN_PARENTHESES):
        return new.startswith("(") and _is_enclosed(new)
    if node.lpar and not isinstance(node, cst.Tuple | cst.GeneratorExp):
        return True
    parent = tree.parents[node]
    return isinstance(parent, _ROOMY) or (isinstance(parent, cst.Arg) and not parent.star)


def _is_enclosed(source: str) -> bool:
    """Whether the parentheses that a source starts and ends with belong together."""
    inner, outer = _body(source.strip()[1:-1]), _body(source)
    return inner is not None and outer is not None and ast.dump(inner) == ast.dump(outer)


def _apart(utf8: bytes, limits: tuple[int, int], new: bytes) -> bytes:
    """The new text, with a space where it would melt into the word before or after it."""
    lead = b" " if _is_word(utf8[: limits[0]][-1:]) and _is_word(new[:1], quotes=True) else b""
    trail = b" " if _is_word(utf8[limits[1] :][:1]) and _is_word(new[-1:]) else b""
    return lead + new + trail


def _is_word(byte: bytes, *, quotes: bool = False) -> bool:
    return byte.isalnum() or byte == b"_" or byte >= b"\x80" or (quotes and byte in {b"'", b'"'})


def _body(source: str) -> ast.expr | None:
    """The syntax tree of an expression, None when the source is none."""
    try:
        return ast.parse(f"(\n{source}\n)", mode="eval").body
    except SyntaxError:
        return None
