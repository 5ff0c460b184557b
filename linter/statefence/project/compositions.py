"""Texts put together by `psycopg.sql`: `SQL("... {}").format(Identifier("notes"))`.

Source: www.psycopg.org/psycopg3/docs/api/sql.html
"""

from __future__ import annotations

from collections.abc import Sequence

from statefence.project.mappings import literal
from statefence.project.values import Constant, Text, Value


def identifier(names: Sequence[Value]) -> Value:
    """A name with its schema, each part in quotes."""
    parts: list[Value] = []
    for number, name in enumerate(names):
        parts += [Constant('."' if number else '"'), name, Constant('"')]
    return Text(tuple(parts))


def placeholder(name: Value | None) -> Value:
    """A marker for a value, which is handed over with the statement."""
    text = None if name is None else literal(name)
    return Constant("%s" if text is None else f"%({text})s")
