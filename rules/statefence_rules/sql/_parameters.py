"""The parameters that a call hands over, with more of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from statefence_rules.sql._placeholders import Refused

if TYPE_CHECKING:
    import ast

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def listed(given: str | None, order: Sequence[str | None], loose: Sequence[str | None]) -> str:
    """The parameters of positional markers; raises Refused.

    Args:
        given: what the call hands over so far; None when it hands over nothing.
        order: for each marker of the text the new value, None for one that was there before.
        loose: the same, with None also for each piece of SQL that may hold markers of its own.
    """
    before = sum(value is None for value in order)
    values = [value for value in order if value is not None]
    if given is None:
        if before:
            raise Refused("the values of the markers are not handed over here")
        return _tuple(values)
    node = _parsed(given)
    elements = _elements(node)
    if elements is None:
        return _spread(given, loose, values)
    if len(elements) != before:
        raise Refused("the call hands over another number of values than there are markers")
    if "\n" in given or "#" in given:
        return _spread(f"{given}", order, values)
    sources = iter([_segment(given, element) for element in elements])
    merged = [next(sources) if value is None else value for value in order]
    return f"[{', '.join(merged)}]" if given.lstrip().startswith("[") else _tuple(merged)


def _spread(given: str, order: Sequence[str | None], values: Sequence[str]) -> str:
    """New values before or after all that are handed over."""
    if all(value is not None for value in order[: len(values)]):
        return f"({', '.join(values)}, *{_operand(given)})"
    if all(value is not None for value in order[len(order) - len(values) :]):
        return f"(*{_operand(given)}, {', '.join(values)})"
    raise Refused("the new values stand between others, which are not listed in the call")


def _operand(given: str) -> str:
    """An expression as it can stand after a star."""
    import ast

    simple = isinstance(_parsed(given), ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Tuple | ast.List)
    return given if simple else f"({given})"


def named(given: str | None, values: Sequence[tuple[str, str]], *, markers: bool) -> str:
    """The parameters of named markers, with more names and their values; raises Refused."""
    items = ", ".join(f'"{name}": {value}' for name, value in values)
    if given is None:
        if markers:
            raise Refused("the values of the markers are not handed over here")
        return f"{{{items}}}"
    import ast

    node = _parsed(given)
    if isinstance(node, ast.Dict) and not node.keys:
        return f"{{{items}}}"
    if isinstance(node, ast.Dict) and "\n" not in given and "#" not in given:
        return f"{given.rstrip()[:-1].rstrip().removesuffix(',')}, {items}}}"
    if isinstance(node, ast.Tuple | ast.List):
        raise Refused("the call hands over a list for named markers")
    return f"{{**{_operand(given)}, {items}}}"


def name_for(source: str, taken: Sequence[str]) -> str:
    """A name for the marker of a value: the last one in its expression, unless it is taken."""
    found = _IDENTIFIER.findall(source)
    base = found[-1] if found else "value"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _tuple(values: Sequence[str]) -> str:
    return f"({', '.join(values)}{',' if len(values) == 1 else ''})"


def _parsed(source: str) -> ast.expr:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(f"(\n{source}\n)", mode="eval").body


def _elements(node: ast.expr) -> list[ast.expr] | None:
    import ast

    if not isinstance(node, ast.Tuple | ast.List) or any(isinstance(each, ast.Starred) for each in node.elts):
        return None
    return node.elts


def _segment(source: str, node: ast.expr) -> str:
    import ast

    return ast.get_source_segment(f"(\n{source}\n)", node) or ""
