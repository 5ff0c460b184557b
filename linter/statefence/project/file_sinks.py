"""Calls that reach files: functions, methods of paths and of opened files; recorded where the policy names stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.callees import (
    ARGUMENT_METHODS,
    FILE_OPENERS,
    HANDLE_METHODS,
    HANDLE_WRITERS,
    PATH_METHODS,
    Argument,
    Effect,
    Opener,
)
from statefence.facts import ir
from statefence.model import Span
from statefence.project import recording
from statefence.project.values import (
    ABSENT,
    Absent,
    Arguments,
    Choice,
    Constant,
    Derived,
    Directory,
    EnvironmentVariable,
    Item,
    Member,
    Parameter,
    Path,
    Result,
    Text,
    Value,
    choose,
)

if TYPE_CHECKING:
    from statefence.policy import Policy
    from statefence.project.interpreter import Interpreter


def _by_name(entries: tuple[Opener, ...]) -> dict[str, tuple[Opener, ...]]:
    found: dict[str, tuple[Opener, ...]] = {}
    for entry in entries:
        for name in entry.names:
            found[name] = (*found.get(name, ()), entry)
    return found


FILE_OPENERS_BY_NAME = _by_name(FILE_OPENERS)
WRITERS_BY_NAME = {name: entry for entry in HANDLE_WRITERS for name in entry.names}
PATH_FUNCTIONS = {entry.names[0]: name for name, entries in PATH_METHODS.items() for entry in entries}
FILES = frozenset(entry.names[0] for entry in FILE_OPENERS if entry.file)
"""The canonical names of the functions that give an opened file."""
ONLY_OF_PATHS = frozenset(PATH_METHODS) - {"open", "touch"}
MODES = frozenset("rwxabtU+")
PATHS = Path | Derived | Directory | EnvironmentVariable


def are_kept(policy: Policy) -> bool:
    """Whether files are asked about at all: only under a policy that says where state is."""
    return bool(policy.stores or policy.forbidden)


def record_function(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> Value | None:
    """A function is called that reaches files, or writes to an opened one; gives the opened file, if it opens one."""
    entries = FILE_OPENERS_BY_NAME.get(name, ())
    for entry in entries:
        path, span = _path(interpreter, entry, arguments, node)
        _record(interpreter, entry, path, arguments, node, span)
    if entries and entries[0].file:
        first, _ = _path(interpreter, entries[0], arguments, node)
        return Result(entries[0].names[0], (first,))
    if name in PATH_FUNCTIONS and arguments.positional:
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.more, arguments.spreads, {})
        return record_path_method(interpreter, arguments.positional[0], PATH_FUNCTIONS[name], rest, node)
    writer = WRITERS_BY_NAME.get(name)
    if writer is not None:
        handle = recording.role(interpreter, arguments, writer.path[0], node)
        _record_write(interpreter, name, handle, Effect.WRITE, node)
    return None


def record_path_method(
    interpreter: Interpreter, receiver: Value, method: str, arguments: Arguments, node: ir.Call
) -> Value | None:
    """A method of a path that reaches its file, or one that writes the file at its argument, whatever it is of."""
    if not are_kept(interpreter.program.policy):
        return None
    path = interpreter.state.freeze(receiver)
    if method in PATH_METHODS and _is_path(interpreter, path, method, arguments):
        called = node.function
        span = called.value.span if isinstance(called, ir.Attribute) and called.attr == method else None
        for entry in PATH_METHODS[method]:
            reached, at = _path(interpreter, entry, arguments, node) if entry.path else (path, span)
            _record(interpreter, entry, reached, arguments, node, at)
        return Result("io.open", (path,)) if method == "open" else None
    if method in ARGUMENT_METHODS:
        entry = ARGUMENT_METHODS[method]
        reached, at = _path(interpreter, entry, arguments, node)
        _record(interpreter, entry, reached, arguments, node, at)
    return None


def record_handle_method(interpreter: Interpreter, receiver: Value, method: str, node: ir.Call) -> None:
    """A method of an opened file is called that changes it."""
    if method in HANDLE_METHODS:
        _record_write(interpreter, method, receiver, HANDLE_METHODS[method], node)


def _is_path(interpreter: Interpreter, path: Value, method: str, arguments: Arguments) -> bool:
    """Whether the receiver is a path, or may be one and nothing else has such a method."""
    if method in {"replace", "rename"} and not _is_of_target(arguments):
        return False
    if isinstance(path, PATHS):
        return True
    if not isinstance(path, Constant | Text | Parameter | Choice | Member | Item):
        return False
    if method in {"replace", "rename"}:
        return not isinstance(path, Constant | Text)
    if method == "open":
        return isinstance(path, Parameter | Choice | Member | Item) and _has_mode(interpreter, arguments)
    return method in ONLY_OF_PATHS


def _is_of_target(arguments: Arguments) -> bool:
    """Whether a `replace` has the one argument of a path's; a text's has two, a date's has names."""
    if len(arguments.positional) + len(arguments.keywords) != 1:
        return False
    return not arguments.keywords or "target" in arguments.keywords


def _has_mode(interpreter: Interpreter, arguments: Arguments) -> bool:
    """Whether the first argument of an `open` is a mode, as only that of a path has it."""
    value = arguments.keywords.get("mode", arguments.positional[0] if arguments.positional else ABSENT)
    value = interpreter.state.freeze(value)
    if isinstance(value, Parameter) and value.default is not None:
        value = value.default
    return isinstance(value, Constant) and isinstance(value.value, str) and set(value.value) <= MODES


def _path(interpreter: Interpreter, entry: Opener, arguments: Arguments, node: ir.Call) -> tuple[Value, Span | None]:
    """The path that a call hands over, and where it stands."""
    where = entry.path[0]
    path = interpreter.state.freeze(recording.role(interpreter, arguments, where, node))
    return path, recording.span_of(arguments, where)


def _record(
    interpreter: Interpreter, entry: Opener, path: Value, arguments: Arguments, node: ir.Call, span: Span | None
) -> None:
    """A file is reached here; a call without a path reaches none, unless it then has one of its own."""
    if not are_kept(interpreter.program.policy):
        return
    if isinstance(path, Absent) or (isinstance(path, Constant) and path.value is None):
        if not entry.absent:
            return
        path = Constant(entry.absent)
    mode = interpreter.state.freeze(recording.role(interpreter, arguments, entry.mode_at, node))
    roles = {"path": path, "mode": mode, "directory": interpreter.directory()}
    recording.record(interpreter, "open", entry.names[0], roles, node, span, opener=entry)


def _record_write(interpreter: Interpreter, api: str, handle: Value, effect: Effect, node: ir.Call) -> None:
    """An opened file is written to, if that is what the value provably is."""
    path = _path_of(interpreter.state.freeze(handle))
    if not isinstance(path, Absent) and are_kept(interpreter.program.policy):
        entry = Opener((api,), "", (Argument("file"),), effect=effect)
        recording.record(interpreter, "write", api, {"path": path, "mode": ABSENT}, node, None, opener=entry)


def _path_of(handle: Value) -> Value:
    """The path by which a file was opened."""
    if isinstance(handle, Choice):
        then, orelse = _path_of(handle.then), _path_of(handle.orelse)
        return (
            then
            if isinstance(orelse, Absent)
            else orelse
            if isinstance(then, Absent)
            else choose(handle.test, then, orelse)
        )
    if isinstance(handle, Result) and handle.callee in FILES and handle.arguments:
        return handle.arguments[0]
    return ABSENT
