"""Options of click commands: what a command's parameters are when the user gives nothing."""

from __future__ import annotations

from collections.abc import Iterator

from statefence.model import Place
from statefence.project.mappings import literal
from statefence.project.program import Program
from statefence.project.values import (
    NONE,
    Constant,
    EnvironmentVariable,
    Parameter,
    Result,
    Sequence,
    Unknown,
    Value,
    is_constant_none,
    walk,
)

ENVVAR = "envvar"
"""Source: click.palletsprojects.com, "Values from Environment Variables"; typer hands it on."""


def declare(program: Program, command: str, decorator: Result, place: Place, *, required: bool) -> None:
    """Give the parameter that an option fills its default; an argument stays required unless it says otherwise.

    Source: click.palletsprojects.com, "Options" and "Arguments": without `default` an option is None, a flag False.
    """
    keywords = dict(decorator.keywords)
    name = _parameter_name(decorator.arguments)
    stated = keywords.get("required")
    if isinstance(stated, Constant):
        required = bool(stated.value)
    default = keywords.get("default", Constant(value=False) if "is_flag" in keywords else NONE)
    if required and "default" not in keywords:
        return
    default = stands_in(keywords.get(ENVVAR, NONE), default, place)
    program.signatures[command] = tuple(
        [_with_default(known, default) if known.name == name else known for known in program.signatures[command]]
    )


def _with_default(parameter: Parameter, default: Value) -> Parameter:
    return Parameter(parameter.function, parameter.name, parameter.kind, default, parameter.settings, parameter.types)


def _parameter_name(declarations: tuple[Value, ...]) -> str:
    """The name click derives: one without dashes, else the longest option's, its dashes made underscores."""
    names = [entry.value for entry in declarations if isinstance(entry, Constant) and isinstance(entry.value, str)]
    plain = [name for name in names if name.isidentifier()]
    if plain:
        return plain[0]
    longest = max(names, key=lambda name: (name.startswith("--"), len(name)), default="")
    return longest.partition("/")[0].strip("-").replace("-", "_")


def typed_default(default: Value | None, annotation: Value, place: Place) -> Value | None:
    """What a parameter is by default that typer may fill; None where it is required.

    Source: typer.tiangolo.com, "CLI Options": a declaration's first argument is the default, `...` for none, and one
    within an annotation leaves the default as it is.
    """
    declared = _declaration(annotation)
    if declared is not None:
        return None if default is None else stands_in(dict(declared.keywords).get(ENVVAR, NONE), default, place)
    declared = None if default is None else _declaration(default)
    if declared is None:
        return default
    keywords = dict(declared.keywords)
    stated = keywords.get("default", declared.arguments[0] if declared.arguments else NONE)
    return None if isinstance(stated, Unknown) else stands_in(keywords.get(ENVVAR, NONE), stated, place)


def _declaration(value: Value) -> Result | None:
    """Typer's declaration in a default or an annotation."""
    found = (node for node in walk(value) if isinstance(node, Result) and node.callee in DECLARATIONS)
    return next(found, None)


DECLARATIONS = frozenset({"typer.Option", "typer.Argument"})


def stands_in(envvar: Value, default: Value, place: Place) -> Value:
    """What an option is that is not given: the first of its variables that is there, else its default."""
    value = default
    for name in reversed(list(names_of(envvar))):
        fallback = None if is_constant_none(value) else value
        value = EnvironmentVariable(name, fallback, required=False, place=place)
    return value


def names_of(value: Value) -> Iterator[str]:
    """The names that a literal text, or a list of them, gives."""
    for entry in value.items if isinstance(value, Sequence) else (value,):
        name = literal(entry)
        if name is not None:
            yield name
