"""Calls that leave the project: those that reach the world are recorded, the others get their value from a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import structs

from statefence.callees import (
    EXECUTING_FUNCTIONS,
    EXECUTORS,
    OPENERS,
    OWN_NAMES,
    SPAWNERS,
    TABLE_METHODS,
    TABLE_OPENERS,
    TEXT_KEYWORDS,
    Argument,
    Executor,
    Given,
    Opener,
    Spawner,
)
from statefence.facts import ir
from statefence.model import Span
from statefence.project import bindings, file_sinks, inherited, models, recording
from statefence.project.file_sinks import FILE_OPENERS_BY_NAME
from statefence.project.values import (
    ABSENT,
    Absent,
    Arguments,
    Choice,
    Connection,
    Constant,
    External,
    FunctionValue,
    Item,
    LiveEnvironment,
    Member,
    Parameter,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    choose,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

SPAWNER_BY_NAME: dict[str, Spawner] = {name: entry for entry in SPAWNERS for name in entry.names}
OPENER_BY_NAME: dict[str, Opener] = {name: entry for entry in OPENERS for name in entry.names}


MODULES = frozenset(name.partition(".")[0] for name in (*SPAWNER_BY_NAME, *OPENER_BY_NAME))
"""The modules of callees: what a cell of a notebook takes under such a name is what another cell imports."""


def _by_ends(names: dict[str, Spawner] | dict[str, Opener]) -> dict[tuple[str, str], str]:
    """Names by their package and last part, so that a class imported from where it is defined is found too."""
    return {
        (name.partition(".")[0], name.rpartition(".")[2]): name
        for name in names
        if name.rpartition(".")[2][:1].isupper()
    }


SPAWNER_ENDS = _by_ends(SPAWNER_BY_NAME)
OPENER_ENDS = _by_ends(OPENER_BY_NAME)


def listed_in(module: str) -> dict[str, Value]:
    """The callees that a module outside the project has, by their names in it."""
    names = (name.rpartition(".") for name in (*SPAWNER_BY_NAME, *OPENER_BY_NAME, *FILE_OPENERS_BY_NAME))
    return {name: External(f"{module}.{name}") for owner, _, name in names if owner == module}


def is_listed(prefix: str) -> bool:
    """Whether the tables list a callee by this dotted name, or one within it."""
    names = (*SPAWNER_BY_NAME, *OPENER_BY_NAME)
    return any(name == prefix or name.startswith(f"{prefix}.") for name in names)


def spawner(name: str) -> Spawner | None:
    """The spawner that goes by this dotted name."""
    found = SPAWNER_BY_NAME.get(name)
    if found is None:
        known = SPAWNER_ENDS.get((name.partition(".")[0], name.rpartition(".")[2]))
        found = SPAWNER_BY_NAME[known] if known is not None else None
    return found


def opener(name: str) -> Opener | None:
    """The opener of databases that goes by this dotted name."""
    found = OPENER_BY_NAME.get(name)
    if found is None:
        known = OPENER_ENDS.get((name.partition(".")[0], name.rpartition(".")[2]))
        found = OPENER_BY_NAME[known] if known is not None else None
    return found


def external_call(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """A call of a function or class outside the project."""
    name = name.removesuffix(".__init__")
    spawned = interpreter.program.spawners.get(name) or spawner(name)
    if spawned is not None:
        record_spawn(interpreter, spawned, arguments, node)
        return Result(spawned.names[0])
    opened = interpreter.program.openers.get(name) or opener(name)
    if opened is not None:
        return record_open(interpreter, opened, arguments, node)
    owner, _, method = name.rpartition(".")
    if name == "peewee.Model.raw" or (owner and method in OWN_NAMES - {"raw"}):
        record_statement(interpreter, External(name), method, arguments, node)
    if name in EXECUTING_FUNCTIONS:
        _record_function(interpreter, name, arguments, node)
    reached = file_sinks.record_function(interpreter, name, arguments, node)
    return reached if reached is not None else models.external_call(interpreter, name, arguments, node)


def record_spawn(interpreter: Interpreter, entry: Spawner, arguments: Arguments, node: ir.Expression) -> None:
    """A child is started here."""
    if entry.replacing and arguments.keywords.get(entry.replacing) == Constant(value=True):
        entry = structs.replace(entry, given=Given.REPLACES)
    env = recording.role(interpreter, arguments, entry.env, node)
    program = recording.role(interpreter, arguments, entry.program, node)
    if isinstance(program, Sequence) and program.items:
        program = program.items[0]
    roles = {
        "env": interpreter.state.freeze(env),
        "program": interpreter.state.freeze(program),
        "ambient": inherited.handed_down(interpreter, LiveEnvironment(entry.block)),
    }
    span = None if entry.env is None else recording.span_of(arguments, entry.env)
    recording.record(interpreter, "spawn", entry.names[0], roles, node, span, entry)


def record_declared(interpreter: Interpreter, function: FunctionValue, arguments: Arguments, node: ir.Call) -> None:
    """A function of the project is called that the policy declares to start children."""
    declared = interpreter.program.spawners.get(interpreter.program.definitions[function.key].symbol)
    if declared is not None and declared.env is not None:
        entry = structs.replace(declared, env=_positioned(interpreter, function, declared.env))
        record_spawn(interpreter, entry, arguments, node)


def declared_open(
    interpreter: Interpreter, function: FunctionValue, arguments: Arguments, node: ir.Call
) -> Value | None:
    """The connection that a function of the project gives which the policy declares to open one; None for others."""
    declared = interpreter.program.openers.get(interpreter.program.definitions[function.key].symbol)
    if declared is None:
        return None
    entry = structs.replace(declared, path=(_positioned(interpreter, function, declared.path[0]),))
    return record_open(interpreter, entry, arguments, node)


def _positioned(interpreter: Interpreter, function: FunctionValue, parameter: Argument) -> Argument:
    """Where a call of a function of the project hands over one of its parameters."""
    names = [known.name for known in interpreter.program.signatures.get(function.key, ())]
    shift = 1 if function.receiver is not None else 0
    position = names.index(parameter.keyword) - shift if parameter.keyword in names else None
    return Argument(parameter.keyword, position)


def record_open(interpreter: Interpreter, entry: Opener, arguments: Arguments, node: ir.Call) -> Value:
    """A database is opened here; gives the connection, where the callee returns one."""
    path: Value = ABSENT
    span: Span | None = None
    for candidate in entry.path:
        path = interpreter.state.freeze(recording.role(interpreter, arguments, candidate, node))
        if not isinstance(path, Absent) and not (isinstance(path, Constant) and path.value is None):
            span = recording.span_of(arguments, candidate)
            break
    if isinstance(path, Absent) and arguments.spreads and entry.form == "server":
        path = arguments.spreads[0]
    if any(_given(arguments.keywords.get(keyword)) for keyword in entry.memory):
        path, span = Constant(":memory:"), None
    mode = interpreter.state.freeze(recording.role(interpreter, arguments, entry.mode_at, node))
    roles = {"path": path, "mode": mode, "directory": interpreter.directory()}
    if entry.uri is not None:
        roles["uri"] = interpreter.state.freeze(recording.role(interpreter, arguments, entry.uri, node))
    recording.record(interpreter, "open", entry.names[0], roles, node, span, opener=entry)
    if entry.connection:
        return Connection(entry.names[0], path, interpreter.place(node.span), roles.get("uri"))
    return Result(entry.names[0], (path,))


def record_later_open(
    interpreter: Interpreter, receiver: Value, method: str, arguments: Arguments, node: ir.Call
) -> Value | None:
    """A database that was made without a path is handed one: the connection; None when it is no such method."""
    entry = opener(receiver.api) if isinstance(receiver, Connection) else None
    if entry is None or not method or entry.later != method:
        return None
    return record_open(interpreter, entry, arguments, node)


def _given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, Constant) and not value.value)


def record_statement(
    interpreter: Interpreter, receiver: Value, method: str, arguments: Arguments, node: ir.Call
) -> Value | None:
    """A method that takes SQL is called: what it gives.

    None when it is no such method, when what it is given cannot be SQL, or when the method may as well be another.
    """
    if _is_table(receiver) and method in TABLE_METHODS:
        return _record_table_method(interpreter, receiver, method, node)
    if _makes_table(receiver, method) and arguments.positional:
        made = Item(receiver, interpreter.state.freeze(arguments.positional[0]))
        return _record_table_method(interpreter, made, "create", node)
    entry = EXECUTORS.get(method) or (Executor(method, "") if method in OWN_NAMES else None)
    if entry is None:
        return None
    connection = _connection(interpreter.state.freeze(receiver))
    known = isinstance(connection, Connection)
    keyword = next((name for name in TEXT_KEYWORDS if name in arguments.keywords), "sql")
    sql = interpreter.state.freeze(bindings.argument(arguments, keyword, 0, interpreter.place(node.span)))
    if not known and method not in OWN_NAMES and not _may_be_asked(interpreter, receiver, sql):
        return None
    if entry.drivers and not (isinstance(connection, Connection) and connection.api.startswith(entry.drivers)):
        return None
    if not known and not _may_be_text(sql):
        return None
    roles = {"sql": sql, "connection": connection}
    span = arguments.spans.get(0, arguments.spans.get(keyword))
    recording.record(interpreter, "statement", method, roles, node, span)
    if not known and method not in OWN_NAMES:
        return None
    return connection if known and not entry.rows else Result(method, (connection,))


def _may_be_asked(interpreter: Interpreter, receiver: Value, sql: Value) -> bool:
    """Whether `store.query("...")` may run SQL: it is written out, in a file that speaks of databases."""
    if isinstance(receiver, External) or SPEAKS_OF_DATABASES.isdisjoint(interpreter.unit.words):
        return False
    first = sql.parts[0] if isinstance(sql, Text) and sql.parts else sql
    return isinstance(first, Constant) and isinstance(first.value, str)


SPEAKS_OF_DATABASES = frozenset(
    {b"db", b"conn", b"connection", b"cursor", b"database", b"pool", b"sqlite"}
    | {entry.names[0].partition(".")[0].encode() for entry in OPENERS if entry.connection}
)
"""Words of which a file holds one when methods with usual names, `query` or `fetch`, may be those of a database."""


def _record_function(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> None:
    """A function runs SQL on the connection that it is handed; a marker may stand for all rows of a `VALUES`."""
    connection, text = EXECUTING_FUNCTIONS[name]
    sql = interpreter.state.freeze(recording.role(interpreter, arguments, text, node))
    if isinstance(sql, Constant) and isinstance(sql.value, str):
        sql = Constant(_ALL_ROWS.sub("VALUES (%s)", sql.value))
    handed = interpreter.state.freeze(recording.role(interpreter, arguments, connection, node))
    roles = {"sql": sql, "connection": _connection(handed)}
    recording.record(interpreter, "statement", "execute", roles, node, recording.span_of(arguments, text))


_ALL_ROWS = re.compile(r"\bVALUES\s+%s", re.IGNORECASE)


_GIVE_THE_SAME = frozenset({"cursor", "connection", "raw_connection", "get_bind", "transaction", "atomic"})
"""Methods of a connection that is not known yet, whose answer runs statements on it."""


def _may_be_text(value: Value) -> bool:
    """Whether a value may be a text, on some side of its branches."""
    if isinstance(value, Choice):
        return _may_be_text(value.then) or _may_be_text(value.orelse)
    return isinstance(value, Constant | Text | Parameter | Unknown | Result | Member)


def _is_table(value: Value) -> bool:
    """Whether the value is `db["table"]`, of a library whose connections give tables by name."""
    return isinstance(value, Item) and isinstance(value.owner, Connection) and value.owner.api in TABLE_OPENERS


def _makes_table(value: Value, method: str) -> bool:
    """Whether a connection that gives tables by name makes one."""
    return method == "create_table" and isinstance(value, Connection) and value.api in TABLE_OPENERS


def _record_table_method(interpreter: Interpreter, table: Value, method: str, node: ir.Call) -> Value:
    """A method of such a table is called: the statement that it runs, with a hole for what only its arguments say."""
    assert isinstance(table, Item)
    name = interpreter.state.freeze(table.key)
    parts: list[Value] = []
    for index, text in enumerate(TABLE_METHODS[method].split('"{table}"')):
        parts += [Constant('"'), name, Constant('"')] if index else []
        for number, piece in enumerate(text.split("{}")):
            parts += [Unknown("what the arguments say")] if number else []
            parts.append(Constant(piece))
    roles = {"sql": Text(tuple(parts)), "connection": table.owner}
    recording.record(interpreter, "statement", method, roles, node, None)
    return table if method in {"insert", "insert_all", "upsert", "upsert_all", "create"} else Result(method, (table,))


def _connection(receiver: Value) -> Value:
    """The receiver, as far as it can lead to the open it came from."""
    if isinstance(receiver, Choice):
        then, orelse = _connection(receiver.then), _connection(receiver.orelse)
        return (
            then
            if isinstance(orelse, Unknown)
            else orelse
            if isinstance(then, Unknown)
            else choose(receiver.test, then, orelse)
        )
    if isinstance(receiver, Connection | Parameter):
        return receiver
    if isinstance(receiver, Result) and receiver.callee in _GIVE_THE_SAME and receiver.arguments:
        return _connection(receiver.arguments[0])
    origin = receiver
    while isinstance(origin, Member | Item):
        origin = origin.owner
    return receiver if isinstance(origin, Connection | Parameter) else Unknown("a connection from elsewhere")
