"""Options of click commands: what a command's parameters are when the user gives nothing."""

from __future__ import annotations

from statefence.project.program import Program
from statefence.project.values import NONE, Constant, Parameter, Result, Value


def declare(program: Program, command: str, decorator: Result, *, required: bool) -> None:
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
