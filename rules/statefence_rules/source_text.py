"""What a rule needs to know of the text it edits, so that no edit breaks or loses any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.api import Module, Span

if TYPE_CHECKING:
    import ast


def text_at(module: Module, span: Span) -> str:
    """The text of a span, its line ends as newlines."""
    lines = [line.encode() for line in module.source.lines[span.line - 1 : span.end_line]]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return b"\n".join(lines).decode()


def has_one_argument(module: Module, call: Span) -> bool:
    """Whether the call passes exactly one argument, so that replacing it loses no timeout, mode or other setting."""
    import ast

    node = _parsed(module, call)
    return isinstance(node, ast.Call) and len(node.args) + len(node.keywords) == 1


def argument(module: Module, call: Span, keyword: str, position: int | None) -> Span | None:
    """Where an argument's value stands in a call, by keyword or 0-based position; None when it is not passed so."""
    import ast

    node = _parsed(module, call)
    if not isinstance(node, ast.Call):
        return None
    by_keyword = [each.value for each in node.keywords if each.arg == keyword]
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    known = position is not None and not starred and -len(node.args) <= position < len(node.args)
    found = by_keyword or ([node.args[position]] if known and position is not None else [])
    return _span(call, found[0]) if found else None


def is_dict(module: Module, span: Span) -> bool:
    """Whether the text is a dict display or a `dict(...)` call, to which an item can be added."""
    import ast

    node = _parsed(module, span)
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return isinstance(node, ast.Dict) or called == "dict"


def spreads(module: Module, span: Span) -> list[str]:
    """The texts of what a dict display or a `dict(...)` call takes over whole: `**value`, or its first argument."""
    import ast

    node = _parsed(module, span)
    values: list[ast.expr] = []
    if isinstance(node, ast.Dict):
        values = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
    elif isinstance(node, ast.Call):
        values = [*node.args, *(each.value for each in node.keywords if each.arg is None)]
    return [ast.unparse(value) for value in values]


def within(inner: Span, outer: Span) -> bool:
    """Whether one span lies in the other."""
    starts_after = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts_after and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _parsed(module: Module, span: Span) -> ast.expr:
    """An expression, parsed by itself, in parentheses so that its lines may be indented as they are."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(f"({text_at(module, span)}\n)", mode="eval").body


def _span(whole: Span, node: ast.expr) -> Span | None:
    """Where a part of an expression parsed by itself stands in its file."""
    if node.end_lineno is None or node.end_col_offset is None:
        return None
    start, end = _place(whole, node.lineno, node.col_offset), _place(whole, node.end_lineno, node.end_col_offset)
    return Span(*start, *end)


def _place(whole: Span, line: int, column: int) -> tuple[int, int]:
    """A place in an expression parsed by itself, as a place in its file."""
    return whole.line + line - 1, column + whole.column - 1 if line == 1 else column
