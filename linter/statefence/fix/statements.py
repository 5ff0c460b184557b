"""Insert statements before or after the statement that holds a place."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import takewhile

import libcst as cst

from statefence.fix.records import Refusal, Splice
from statefence.fix.tree import Tree
from statefence.model import InsertStatement

_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_LATER_OR_NEVER = {
    cst.Lambda: "a lambda, which runs later",
    cst.BaseComp: "a comprehension, which runs it once per element",
    cst.SimpleStatementSuite: "a block on its header's line",
    cst.ExceptHandler: "an except clause, which may never run",
    cst.ExceptStarHandler: "an except clause, which may never run",
    cst.MatchCase: "a case, which may never run",
}
_LEAVES = cst.Return | cst.Raise | cst.Continue | cst.Break


def insert(tree: Tree, edit: InsertStatement) -> tuple[Splice, ...]:
    """The splice that inserts statements on lines of their own; raises Refusal where it would run at another time."""
    _check_source(edit.source)
    limits = tree.text.limits(edit.target)
    covering = sorted(tree.covering(limits), key=lambda node: tree.spans[node].length)
    statement = _holder(tree, covering)
    _refuse_other_times(tree, statement, covering)
    if isinstance(statement, cst.SimpleStatementLine):
        _refuse_inner(tree, statement, limits, after=edit.after)
    if not edit.after and isinstance(statement, cst.While):
        raise Refusal("it is in a loop's condition, which runs again and again")
    return (_after(tree, statement, edit.source) if edit.after else _before(tree, statement, edit.source),)


def _before(tree: Tree, statement: _Statement, source: str) -> Splice:
    start = _start(tree, statement)
    line = tree.text.line_start(start)
    indentation = tree.text.utf8[line:start]
    return Splice(line, line, _indented(tree, indentation, source) + tree.text.newline)


def _after(tree: Tree, statement: _Statement, source: str) -> Splice:
    start, end = _start(tree, statement), tree.text.line_end(tree.limits(statement)[1])
    indentation = tree.text.utf8[tree.text.line_start(start) : start]
    return Splice(end, end, tree.text.newline + _indented(tree, indentation, source))


def _indented(tree: Tree, indentation: bytes, source: str) -> bytes:
    """The lines of the source at this indentation, those within them indented as the file is."""
    step = tree.module.default_indent
    lines = (line.lstrip(" ") for line in source.split("\n"))
    depths = ((len(line) - len(line.lstrip(" "))) // 4 for line in source.split("\n"))
    inner = (f"{step * depth}{line}".encode() for depth, line in zip(depths, lines, strict=True))
    return tree.text.newline.join(indentation + line for line in inner)


def _start(tree: Tree, statement: _Statement) -> int:
    """Where a statement starts, its decorators included; only white space stands before it on its line."""
    decorators = statement.decorators if isinstance(statement, cst.FunctionDef | cst.ClassDef) else ()
    return min(tree.limits(node)[0] for node in (statement, *decorators))


def _holder(tree: Tree, covering: Sequence[cst.CSTNode]) -> _Statement:
    """The innermost statement among the nodes that cover a place, which come innermost first."""
    for node in covering:
        holder = tree.parents[node] if isinstance(node, cst.Decorator) else node
        if isinstance(holder, _Statement):
            return holder
    raise Refusal("no statement stands there")


def _refuse_other_times(tree: Tree, statement: _Statement, covering: Sequence[cst.CSTNode]) -> None:
    for node in takewhile(lambda node: node is not statement, covering):
        for kind, reason in _LATER_OR_NEVER.items():
            if isinstance(node, kind):
                raise Refusal(f"it is in {reason}")
    if not isinstance(tree.parents[statement], cst.IndentedBlock | cst.Module):
        raise Refusal("it is in an elif, which may never run")


def _refuse_inner(tree: Tree, statement: cst.SimpleStatementLine, limits: tuple[int, int], *, after: bool) -> None:
    """Raise Refusal when the target is parted by a semicolon from the place where the new statement would stand."""
    outermost = statement.body[-1 if after else 0]
    start, end = tree.limits(outermost)
    if not (start <= limits[0] and limits[1] <= end):
        raise Refusal("other statements share its line")
    if after and isinstance(outermost, _LEAVES):
        raise Refusal("nothing after it would run")


def _check_source(source: str) -> None:
    try:
        parsed = ast.parse(source)
    except SyntaxError as error:
        raise Refusal(f"{source!r} is not a statement") from error
    if not parsed.body:
        raise Refusal("there is no statement to insert")
