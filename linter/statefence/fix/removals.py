"""Remove a whole statement, and nothing that anyone else needs: no comment, no name, not the last one of a block."""

from __future__ import annotations

import libcst as cst

from statefence.fix.records import Refusal, Splice
from statefence.fix.tree import Tree
from statefence.model import RemoveStatement

_Statement = cst.SimpleStatementLine | cst.Try


def remove(tree: Tree, edit: RemoveStatement) -> Splice:
    """The splice that removes the lines of a statement.

    Raises Refusal for what is no expression or `try` by itself, holds or follows a comment, binds a name, decides where
    the program goes on, or is all that its block holds.
    """
    statement = _statement(tree, tree.text.limits(edit.target))
    _refuse_emptied(tree, statement)
    _refuse_effects(statement)
    start, end = tree.limits(statement)
    _refuse_comments(tree, statement, start)
    line = tree.text.line_start(start)
    following = tree.text.line_end(end) + len(tree.text.newline)
    return Splice(line, min(following, len(tree.text.utf8)), b"")


def _statement(tree: Tree, limits: tuple[int, int]) -> _Statement:
    """The statement with exactly these limits, on lines of its own."""
    for node in tree.covering(limits):
        if isinstance(node, _Statement) and tree.limits(node) == limits:
            return node
        if isinstance(node, cst.SimpleStatementLine) and any(tree.limits(part) == limits for part in node.body):
            if len(node.body) > 1:
                raise Refusal("other statements share its line")
            return node
    raise Refusal("no statement that could go stands exactly there")


def _refuse_emptied(tree: Tree, statement: _Statement) -> None:
    block = tree.parents[statement]
    if isinstance(block, cst.IndentedBlock) and len(block.body) == 1:
        raise Refusal("nothing would be left of its block")
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        semicolon = statement.body[0].semicolon
        if isinstance(semicolon, cst.Semicolon):
            raise Refusal("a semicolon follows it")


def _refuse_effects(statement: _Statement) -> None:
    """Raise Refusal when the statement binds a name, or may leave its block."""
    for node in _inside(statement):
        if isinstance(node, cst.BaseSmallStatement) and not isinstance(node, cst.Expr | cst.Pass):
            raise Refusal("it does more than to work out an expression")
        if isinstance(node, cst.BaseCompoundStatement) and node is not statement:
            raise Refusal("it holds another block")
        if isinstance(node, cst.NamedExpr | cst.Yield):
            raise Refusal("it gives a name its value, or a value to a caller")


def _refuse_comments(tree: Tree, statement: _Statement, start: int) -> None:
    above = {id(line.comment) for line in statement.leading_lines}
    if any(isinstance(node, cst.Comment) and id(node) not in above for node in _inside(statement)):
        raise Refusal("a comment would be lost")
    before = tree.text.utf8[: tree.text.line_start(start)].rstrip(b" \t")
    if before[: -len(tree.text.newline)].rpartition(b"\n")[2].lstrip().startswith(b"#"):
        raise Refusal("a comment stands above it, which would speak of something else")


def _inside(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The node and every one below it."""
    found = [node]
    for child in node.children:
        found += _inside(child)
    return found
