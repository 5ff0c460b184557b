"""What a migration's function runs, told from its body without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.model import Sql
from statefence.migrations.static import Literal, Scope, evaluated, sql_of

_EXECUTES = frozenset({"execute", "executescript", "exec_driver_sql", "execute_sql", "exec", "run_sql", "query"})
_HARMLESS = frozenset({"commit", "rollback", "close", "begin", "fetchone", "fetchall"})
_HANDS_ON = frozenset({"cursor", "begin", "connect", "connection", "get_bind", "batch"})
_CHANGES = frozenset({"CREATE", "ALTER", "DROP", "PRAGMA", "REINDEX"})
_DEEPEST = 8  # functions of the module that call one another


class Unknown(Exception):  # noqa: N818 - an answer, not an error
    """What is run is not known; the text says where and why."""


Translate = Callable[[ir.Call, str, Scope], "tuple[Sql, ...] | None"]
"""From a call of Alembic's operations and the table of its batch to what it runs; None when it is none."""


class Reading(Struct, frozen=True):
    """What is needed to follow a function.

    Attributes:
        functions: the module's own functions, by name.
        scope: the module's names.
        translate: reads the calls that are not plain SQL.
    """

    path: str
    functions: Mapping[str, ir.Function]
    scope: Scope
    translate: Translate | None = None


def run_by(function: ir.Function, reading: Reading) -> tuple[Sql, ...]:
    """The statements that a call of the function runs, in order; raises Unknown."""
    given = {parameter.name for parameter in function.parameters} - {"self", "cls"}
    return tuple(_body(function.body or (), reading, _Frame(frozenset(given | {"op"}), reading.scope)))


class _Frame(Struct, frozen=True):
    """What is known inside a body: the names that lead to the database, the others, and how deep it is called.

    Attributes:
        tables: for a name of a batch of Alembic's, its table.
    """

    connections: frozenset[str]
    scope: Scope
    tables: Mapping[str, str] = {}
    depth: int = 0


def _body(body: Sequence[ir.Statement], reading: Reading, frame: _Frame) -> Iterable[Sql]:
    found: list[Sql] = []
    for statement in body:
        match statement:
            case ir.Evaluate(value=value) | ir.Assign(value=value):
                found += _expression(value, reading, frame)
            case ir.Return(value=value):
                found += _returned(value, reading, frame)
            case ir.With():
                found += _with(statement, reading, frame)
            case ir.Loop():
                found += _loop(statement, reading, frame)
            case ir.Function() | ir.Class() | ir.ImportFrom() | ir.ImportModule() | ir.Declare() | ir.GlobalNames():
                pass
            case ir.Try(handlers=(), orelse=()):
                found += _body((*statement.body, *statement.final), reading, frame)
            case _:
                _refuse_if_it_runs(statement, frame)
        frame = _with_bindings(statement, frame)
    return found


def _with_bindings(statement: ir.Statement, frame: _Frame) -> _Frame:
    """The frame after an assignment: a cursor or text has a name."""
    if not isinstance(statement, ir.Assign) or not isinstance(statement.targets[0], ir.Name):
        return frame
    name = statement.targets[0].id
    if _is_connection(statement.value, frame):
        return _Frame(frame.connections | {name}, frame.scope, frame.tables, frame.depth)
    kept = frame.connections - {name}
    return _Frame(kept, {**frame.scope, name: statement.value}, frame.tables, frame.depth)


def _is_connection(node: ir.Expression, frame: _Frame) -> bool:
    if isinstance(node, ir.Name):
        return node.id in frame.connections
    if isinstance(node, ir.Attribute):
        return _is_connection(node.value, frame) or (
            isinstance(node.value, ir.Name) and node.value.id == "self" and node.attr in {"db", "conn", "connection"}
        )
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute):
        return node.function.attr in _HANDS_ON and _is_connection(node.function.value, frame)
    return False


def _returned(value: ir.Expression | None, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    """What a function returns may be a text or list that its caller runs."""
    if value is None or (isinstance(value, ir.Constant) and not isinstance(value.value, str)):
        return ()
    statements = sql_of(evaluated(value, frame.scope), reading.path)
    return _expression(value, reading, frame) if statements is None else statements


def _expression(node: ir.Expression, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    if not isinstance(node, ir.Call):
        _refuse_if_it_runs(node, frame)
        return ()
    function = node.function
    if isinstance(function, ir.Attribute) and _is_connection(function.value, frame):
        return _method(node, function, reading, frame)
    if isinstance(function, ir.Name) and function.id in reading.functions:
        return _called(node, reading.functions[function.id], reading, frame)
    _refuse_if_it_runs(node, frame)
    return ()


def _method(node: ir.Call, function: ir.Attribute, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    if function.attr in _HARMLESS | _HANDS_ON:
        return ()
    if reading.translate is not None:
        table = frame.tables.get(function.value.id, "") if isinstance(function.value, ir.Name) else ""
        translated = reading.translate(node, table, frame.scope)
        if translated is not None:
            return translated
    if function.attr == "executemany":
        return _executed(node, reading, frame, parametrised=True)
    if function.attr in _EXECUTES:
        return _executed(node, reading, frame, parametrised=len(node.arguments) > 1)
    raise _unknown(node, f"calls {function.attr}, which is not known")


def _executed(node: ir.Call, reading: Reading, frame: _Frame, *, parametrised: bool) -> Iterable[Sql]:
    value = node.arguments[0] if node.arguments else node.keywords[0].value if node.keywords else None
    found = None if value is None else sql_of(evaluated(value, frame.scope), reading.path)
    if found is None:
        raise _unknown(node, "runs SQL that its source does not decide")
    return tuple(Sql(sql.text, sql.place, parametrised) for sql in found) if parametrised else found


def _called(node: ir.Call, function: ir.Function, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    """What a function of the module runs that is given the connection; its other arguments must be static."""
    if frame.depth >= _DEEPEST:
        raise _unknown(node, "calls itself")
    names = [parameter.name for parameter in function.parameters]
    given = dict(zip(names, node.arguments, strict=False))
    given |= {keyword.name: keyword.value for keyword in node.keywords if keyword.name}
    connections = frozenset(name for name, value in given.items() if _is_connection(value, frame))
    scope = {**reading.scope}
    for name, value in given.items():
        inner = evaluated(value, frame.scope)
        scope.pop(name, None)
        if isinstance(inner, Literal):
            scope[name] = ir.Constant(inner.span, inner.value)
    return _body(function.body or (), reading, _Frame(connections | {"op"}, scope, {}, frame.depth + 1))


def _with(statement: ir.With, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    connections, tables = set(frame.connections), dict(frame.tables)
    for item in statement.items:
        target = item.target.id if isinstance(item.target, ir.Name) else ""
        if _is_batch(item.manager) and isinstance(item.manager, ir.Call):
            table = evaluated(item.manager.arguments[0], frame.scope) if item.manager.arguments else None
            if not isinstance(table, Literal):
                raise _unknown(item.manager, "changes a table that its source does not decide")
            connections.add(target)
            tables[target] = str(table.value)
        elif _is_connection(item.manager, frame):
            connections.add(target)
    return _body(statement.body, reading, _Frame(frozenset(connections), frame.scope, tables, frame.depth))


def _is_batch(node: ir.Expression) -> bool:
    return (
        isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute)
    ) and node.function.attr == "batch_alter_table"


def _loop(statement: ir.Loop, reading: Reading, frame: _Frame) -> Iterable[Sql]:
    """A loop over texts that are known is run for each of them."""
    values = None if statement.iterable is None else evaluated(statement.iterable, frame.scope)
    if not isinstance(values, tuple) or not isinstance(statement.target, ir.Name) or statement.orelse:
        _refuse_if_it_runs(statement, frame)
        return ()
    found: list[Sql] = []
    for value in values:
        if not isinstance(value, Literal):
            raise _unknown(statement, "loops over something that its source does not decide")
        scope = {**frame.scope, statement.target.id: ir.Constant(value.span, value.value)}
        found += _body(statement.body, reading, _Frame(frame.connections, scope, frame.tables, frame.depth))
    return found


def _refuse_if_it_runs(node: ir.Node, frame: _Frame) -> None:
    """Raise Unknown when anything below the node may reach the database."""
    for inner in walk(node):
        if isinstance(inner, ir.Name) and inner.id in frame.connections:
            raise _unknown(node, "what is run depends on more than its source")


def walk(node: object) -> Iterable[object]:
    """The node, and every node below it."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, Struct):
        yield node
        for field in node.__struct_fields__:
            yield from walk(getattr(node, field))


def _unknown(node: ir.Node, reason: str) -> Unknown:
    return Unknown(f"line {node.span.line}: {reason}")


def is_schema_change(sql: Sql) -> bool:
    """Whether a statement can change the schema, by its first word."""
    return sql.text.lstrip().partition(" ")[0].upper().strip("(;") in _CHANGES
