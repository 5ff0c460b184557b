"""Which parameters decide a site: those whose callers have a say in the environment, the path or the SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import astuple

from statefence.facts import ir
from statefence.project import argparse
from statefence.project.program import Program, RawSite
from statefence.project.texts import TEXT_METHODS
from statefence.project.values import (
    PARAMETERS,
    Choice,
    Item,
    Member,
    Parameter,
    Path,
    Put,
    Result,
    Term,
    Test,
    Text,
    Value,
    parameters_of,
)

DECISIVE = {"spawn": ("env",), "open": ("path",), "write": ("path",), "statement": ("sql", "connection")}
"""By kind of site, the roles whose values decide it."""


def first_of_each(program: Program, site: RawSite) -> Iterator[tuple[Parameter, bool]]:
    """Of each function that decides a site the first parameter, and whether that is a piece of its SQL."""
    in_text = set(_in_text(program, site))
    first: dict[str, Parameter] = {}
    for parameter in _deciding(program, site):
        first.setdefault(parameter.function, parameter)
    for parameter in first.values():
        yield parameter, parameter in in_text


def _deciding(program: Program, site: RawSite) -> Iterable[Parameter]:
    """The parameters that decide the site. A text is decided by those it is joined from, not by what they hold."""
    if site.kind != "statement":
        for role in DECISIVE[site.kind]:
            value = site.roles[role]
            yield from _in_block(value) if role == "env" else parameters_of(value)
        return
    yield from _in_text(program, site)
    yield from _connections(site.roles["connection"])


def _in_block(value: Value) -> Iterable[Parameter]:
    """The parameters that decide an environment; not those of which a part is put under a name."""
    todo: list[object] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, Put):
            todo += [*_handed_on(node.value), node.key]
        elif isinstance(node, Parameter):
            yield node
        elif isinstance(node, Test):
            todo.extend([part for part in reversed(node.operands) if isinstance(part, Parameter | Test)])
        elif isinstance(node, Term) and node.holds & PARAMETERS:
            todo.extend(reversed(astuple(node)))


def _handed_on(value: Value) -> Iterable[Parameter]:
    """The parameters that are a value as they are, or a piece of it."""
    if isinstance(value, Parameter):
        yield value
    elif isinstance(value, Choice | Text | Path):
        for part in (value.then, value.orelse) if isinstance(value, Choice) else value.parts:
            yield from _handed_on(part)


def _in_text(program: Program, site: RawSite) -> Iterable[Parameter]:
    """The parameters of the site's function, and of those around it, that are its SQL, or pieces of it."""
    sql = site.roles.get("sql")
    for part in _parts(sql) if sql is not None else ():
        if isinstance(part, Parameter) and is_in(program, site.function, part.function):
            yield part


def is_in(program: Program, function: str, outer: str) -> bool:
    """Whether a function is another, or stands within that; what a class is given is another matter."""
    if function == outer:
        return True
    around = program.definitions.get(outer) if function.startswith(f"{outer}.") else None
    return around is not None and isinstance(around.node, ir.Function)


def _parts(text: Value) -> Iterable[Value]:
    """What a text is joined from, through texts within it and methods that give another form of one."""
    if isinstance(text, Text):
        for part in text.parts:
            yield from _parts(part)
    elif isinstance(text, Result) and text.callee in TEXT_METHODS and text.arguments:
        yield from _parts(text.arguments[0])
    else:
        yield text


def deciding_functions(program: Program, sites: Iterable[RawSite]) -> set[str]:
    """The keys of the functions and constructors on whose parameters some site depends; a command line is neither."""
    deciding = {parameter.function for site in sites for parameter in _deciding(program, site)}
    return deciding - {argparse.OWNER}


def _connections(value: Value) -> Iterable[Parameter]:
    """The parameters that are the connection itself. One that was opened in the function is decided there."""
    if isinstance(value, Choice):
        yield from _connections(value.then)
        yield from _connections(value.orelse)
    while isinstance(value, Member | Item):
        value = value.owner
    if isinstance(value, Parameter):
        yield value
