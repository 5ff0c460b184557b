"""Commands of libraries that make them of names: what tells one its arguments and its block, and what runs it.

A command is a `Partial` of what runs it, which holds the program, and under the name of the environment what it was
told of that; a pipeline is a `Partial` of its commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from statefence.callees import COMMANDS, LOCAL_ENVS, Commands, Given
from statefence.facts import ir
from statefence.model import Span
from statefence.project import bindings, sinks
from statefence.project.mappings import NOWHERE
from statefence.project.values import (
    LOCAL_BLOCK,
    Absent,
    Arguments,
    Change,
    Constant,
    Dictionary,
    External,
    Partial,
    Put,
    Result,
    Spread,
    Unknown,
    Value,
    is_constant_none,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

PIPELINE = External("commands one after the other")

_BY_RUN = {library.run.names[0]: library for library in COMMANDS}
_BY_HOME = {home: library for library in COMMANDS for home in library.homes}
_BY_INDEX = {index: library for library in COMMANDS for index in library.indexes}
_BY_MAKER = {maker: library for library in COMMANDS for maker in library.makers}
_BY_CONTEXT = {context: library for library in COMMANDS for context in library.contexts}
_BY_MODIFIER = {modifier: library for library in COMMANDS for modifier in library.modifiers}

PACKAGES = frozenset(home.partition(".")[0] for home in _BY_HOME)
MAKERS = frozenset({*_BY_MAKER, *_BY_CONTEXT, *LOCAL_ENVS})
"""The functions that `made` knows."""

NAMING = (External, Partial)
"""The kinds of value of which an item can be a command."""


def named(name: str) -> Value | None:
    """The command, or the block of a library, that goes by this dotted name; None for any other name."""
    home, _, last = name.rpartition(".")
    library = _BY_HOME.get(home)
    if library is not None and last not in library.others and not last.startswith(library.errors):
        return _command(library, Constant(last if "_" not in last else last.rstrip("_").replace("_", "-")))
    return LOCAL_BLOCK if name in LOCAL_ENVS else None


def _command(library: Commands, program: Value, told: tuple[tuple[str, Value], ...] = ()) -> Partial:
    return Partial(External(library.run.names[0]), (program,), told)


def is_command(value: Value) -> bool:
    """Whether the value is a command, or some of them one after the other."""
    return isinstance(value, Partial) and (value.function == PIPELINE or _library(value) is not None)


def _library(value: Value) -> Commands | None:
    function = value.function if isinstance(value, Partial) else None
    return _BY_RUN.get(function.name) if isinstance(function, External) else None


def item(content: Value, key: Value) -> Value | None:
    """`local["ls"]` and `command["-a"]`; None for an item of anything else."""
    if isinstance(content, External):
        library = _BY_INDEX.get(content.name)
        return None if library is None else _command(library, key)
    library = _library(content)
    return content if library is not None and library.items else None


def attribute(content: Partial, name: str) -> Value | None:
    """`git.status`, or a command of a library that was told something; None for a method, and for anything else."""
    library = _library(content)
    if library is not None:
        is_method = name in library.tells or name.startswith("_")
        return content if library.subcommands and not is_method else None
    home = content.function
    found = named(f"{home.name}.{name}") if isinstance(home, External) and home.name in _BY_CONTEXT else None
    return structs.replace(found, keywords=content.keywords) if isinstance(found, Partial) else None


def made(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    """What one of `MAKERS` gives: a command, a whole library that was told something, or a block for the time being."""
    if name in LOCAL_ENVS:
        return _changed_for_now(interpreter, arguments)
    if name in _BY_MAKER:
        first = interpreter.state.freeze(arguments.positional[0]) if arguments.positional else Unknown("no program")
        return _command(_BY_MAKER[name], first)
    library = _BY_CONTEXT[name]
    return Partial(External(library.homes[0]), (), _told(interpreter, library, (), arguments))


def _changed_for_now(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`local.env(NAME="value")`, to whose block `with` comes back."""
    changes: list[Change] = [Spread(interpreter.state.freeze(value)) for value in arguments.positional]
    changes += [Put(Constant(name), interpreter.state.freeze(value)) for name, value in arguments.keywords.items()]
    interpreter.change(LOCAL_BLOCK, *changes, *[Spread(value) for value in arguments.spreads])
    return Result(LOCAL_BLOCK.name)


def method(
    interpreter: Interpreter, content: Partial, name: str, arguments: Arguments, node: ir.Expression
) -> Value | None:
    """A method of a command, or of a library that was told something; None for a method of anything else."""
    if content.function == PIPELINE:
        return called(interpreter, content, arguments, node)
    library = _library(content)
    if library is None:
        home = content.function
        known = _BY_CONTEXT.get(f"{home.name}.{name}") if isinstance(home, External) else None
        return None if known is None else _with(content, _told(interpreter, known, content.keywords, arguments))
    if name in library.tells:
        return _with(content, _told(interpreter, library, content.keywords, arguments))
    if name in library.sets:
        puts = [Put(Constant(key), interpreter.state.freeze(value)) for key, value in arguments.keywords.items()]
        variables = Dictionary((*puts, *[Spread(value) for value in arguments.spreads]))
        return _with(content, _and(library, content.keywords, variables))
    return called(interpreter, content, arguments, node) if name in library.runs else None


def _with(command: Partial, told: tuple[tuple[str, Value], ...]) -> Partial:
    return structs.replace(command, keywords=told)


def _told(
    interpreter: Interpreter, library: Commands, before: tuple[tuple[str, Value], ...], arguments: Arguments
) -> tuple[tuple[str, Value], ...]:
    """What a command knows of its environment after it was told some arguments."""
    assert library.run.env is not None
    given = bindings.argument(arguments, library.run.env.keyword, None, NOWHERE)
    return before if isinstance(given, Absent) else _and(library, before, interpreter.state.freeze(given))


def _and(library: Commands, before: Sequence[tuple[str, Value]], given: Value) -> tuple[tuple[str, Value], ...]:
    """A block after another: of blocks that are added, what the first one has and the second lacks stays."""
    assert library.run.env is not None
    keyword = library.run.env.keyword
    known = dict(before).get(keyword)
    if known is None or library.run.given is not Given.ADDS:
        return ((keyword, given),)
    if is_constant_none(given):
        return tuple(before)
    return ((keyword, Dictionary((Spread(known), Spread(given)))),)


def called(interpreter: Interpreter, content: Partial, arguments: Arguments, node: ir.Expression) -> Value | None:
    """A command is run; None when what is called is none."""
    if content.function == PIPELINE:
        for command in content.arguments:
            called(interpreter, command, arguments, node) if isinstance(command, Partial) else None
        return Result(PIPELINE.name)
    library = _library(content)
    if library is None:
        return None
    if library.begins in arguments.keywords:
        return Result(library.run.names[0])
    keywords = {**arguments.keywords, **dict(_told(interpreter, library, content.keywords, arguments))}
    spans: dict[int | str, Span] = {key: span for key, span in arguments.spans.items() if isinstance(key, str)}
    handed = Arguments(content.arguments, keywords, (), (), spans)
    sinks.record_spawn(interpreter, library.run, handed, node)
    return Result(library.run.names[0])


def composed(interpreter: Interpreter, values: Sequence[Value], node: ir.Expression) -> Value | None:
    """An operator between values of which the first is a command: run, redirected, or one after the other."""
    first = values[0]
    if not isinstance(first, Partial) or not is_command(first):
        return None
    second = interpreter.content(values[1]) if len(values) > 1 else Unknown("nothing")
    if _modifier(second) in _BY_MODIFIER:
        return called(interpreter, first, Arguments(), node)
    return Partial(PIPELINE, (first, second), ()) if is_command(second) else first


def _modifier(value: Value) -> str:
    """The dotted name of a modifier, also of one that was told something."""
    return value.name if isinstance(value, External) else value.callee if isinstance(value, Result) else ""
