"""A module as records, every function with its body: what reading migrations and types needs of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from statefence.facts import extract, ir
from statefence.model import Span
from statefence.source import Source

_ANY = re.compile(b"")


def statements_of(source: Source) -> tuple[ir.Statement, ...]:
    """The statements of a module; none when it does not parse, of which SF001 tells."""
    try:
        facts = extract(source.data, _ANY)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    return _filled(facts.body, facts.bodies)


def _filled(
    body: tuple[ir.Statement, ...], bodies: Mapping[Span, tuple[ir.Statement, ...]]
) -> tuple[ir.Statement, ...]:
    """The statements with the bodies of the functions and methods among them."""
    return tuple(_with_body(statement, bodies) for statement in body)


def _with_body(statement: ir.Statement, bodies: Mapping[Span, tuple[ir.Statement, ...]]) -> ir.Statement:
    if isinstance(statement, ir.Function) and statement.body is None:
        return replace(statement, body=bodies.get(statement.span))
    if isinstance(statement, ir.Class):
        return replace(statement, body=_filled(statement.body, bodies))
    return statement
