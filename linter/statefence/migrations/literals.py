"""Statements as Python source."""

from __future__ import annotations

from collections.abc import Sequence


def listed(statements: Sequence[str]) -> str:
    """The statements as a list display."""
    if not statements:
        return "[]"
    lines = "".join(f"    {literal(statement)},\n" for statement in statements)
    return f"[\n{lines}]"


def literal(text: str) -> str:
    """A text as Python source: in double quotes where it can be, in three of them when it has several lines."""
    if "\n" in text and '"""' not in text and not text.endswith(('"', "\\")) and "\\" not in text:
        return f'"""{text}"""'
    plain = repr(text)
    return plain if '"' in text else f'"{plain[1:-1]}"'
