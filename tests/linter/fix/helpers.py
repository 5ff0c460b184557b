"""Ways to name a place in a piece of source, and to apply one group of edits to it."""

from __future__ import annotations

import ast

from statefence.fix import Applied, Refused, apply
from statefence.model import Edit, Span


def span_of(node: ast.expr | ast.stmt) -> Span:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def first(source: str | bytes, kind: type[ast.expr | ast.stmt], text: str = "") -> Span:
    """The span of the first node of that kind whose source begins with `text`, in the order of `ast.walk`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, kind) and ast.unparse(node).startswith(text):
            return span_of(node)
    raise AssertionError(f"no {kind.__name__} begins with {text!r}")


def edited(source: str | bytes, *edits: Edit) -> str:
    """The source after one group of edits, which must be applied."""
    data = source.encode() if isinstance(source, str) else source
    result = apply(data, [edits])
    assert isinstance(result, Applied), result
    assert result.refusals == (None,)
    return result.data.decode()


def reason(source: str | bytes, *edits: Edit) -> str:
    """Why one group of edits, or the whole file, is refused; the bytes must then be the old ones."""
    data = source.encode() if isinstance(source, str) else source
    result = apply(data, [edits])
    if isinstance(result, Refused):
        return result.reason
    assert result.data == data
    assert result.refusals[0] is not None
    return result.refusals[0]
