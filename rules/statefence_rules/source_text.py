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
    arguments = _arguments(_parsed(module, call))
    return len(arguments) == 1


def keyword_argument(module: Module, call: Span, keyword: str) -> Span | None:
    """Where the value of `keyword=value` stands in the call; None when it is not passed by keyword."""
    value = next((value for name, value in _arguments(_parsed(module, call)) if name == keyword), None)
    if value is None or value.end_lineno is None or value.end_col_offset is None:
        return None
    start, end = _place(call, value.lineno, value.col_offset), _place(call, value.end_lineno, value.end_col_offset)
    return Span(*start, *end)


def spreads(module: Module, span: Span) -> list[str]:
    """The texts of what a dict display or a `dict(...)` call takes over whole: `**value`, or its first argument."""
    import ast

    node = _parsed(module, span)
    if isinstance(node, ast.Dict):
        values = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
    else:
        values = [value for name, value in _arguments(node) if name is None]
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


def _arguments(node: ast.expr) -> list[tuple[str | None, ast.expr]]:
    """The arguments of a call with their keywords; none for anything else."""
    import ast

    if not isinstance(node, ast.Call):
        return []
    return [*((None, value) for value in node.args), *((keyword.arg, keyword.value) for keyword in node.keywords)]


def _place(whole: Span, line: int, column: int) -> tuple[int, int]:
    """A place in an expression parsed by itself, as a place in its file."""
    return whole.line + line - 1, column + whole.column - 1 if line == 1 else column
