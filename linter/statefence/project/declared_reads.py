"""Variables of the environment that libraries read for a program: options of command lines, fields of settings.

A library that is given several asks them one after the other, as a fallback chain of the program's own would.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Span
from statefence.project.click import ENVVAR, names_of
from statefence.project.program import Chain
from statefence.project.values import Arguments, Result, Value, walk

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

ALIASES = "AliasChoices"
"""Source: docs.pydantic.dev/latest/concepts/pydantic_settings: each alias is a variable, in any case, in this order."""

WORDS = (ENVVAR, ALIASES)


def option(interpreter: Interpreter, arguments: Arguments, node: ir.Call) -> None:
    """An option or argument of a command is declared, which variables of the environment may stand in for."""
    names = tuple(names_of(interpreter.state.freeze(arguments.keywords[ENVVAR])))
    if len(names) > 1:
        _keep(interpreter, node.span, interpreter.owner.symbol, names, dict(_written(node)))


def field(interpreter: Interpreter, span: Span, symbol: str, value: Value) -> None:
    """A field of settings is declared, which is read from the first of several variables that is there."""
    for node in walk(value):
        if isinstance(node, Result) and node.callee.rpartition(".")[2] == ALIASES:
            names = tuple([name.upper() for alias in node.arguments for name in names_of(alias)])
            if len(names) > 1:
                _keep(interpreter, span, symbol, names, {})


def _written(node: ir.Call) -> Iterator[tuple[str, Span]]:
    """Where each variable is written, of those that the call itself lists."""
    for keyword in node.keywords:
        if keyword.name == ENVVAR and isinstance(keyword.value, ir.Display):
            for entry in keyword.value.items:
                if isinstance(entry, ir.Constant) and isinstance(entry.value, str):
                    yield entry.value, entry.span


def _keep(interpreter: Interpreter, span: Span, symbol: str, names: tuple[str, ...], reads: dict[str, Span]) -> None:
    chain = Chain(interpreter.unit.path, span, symbol, names, expression=False, reads=reads)
    interpreter.program.chains.setdefault(interpreter.owner.key, []).append(chain)
