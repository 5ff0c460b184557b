"""Alembic's versions: their order by `down_revision`, and their operations as the SQL that SQLite is given.

Source: https://alembic.sqlalchemy.org/en/latest/ops.html; a type becomes what SQLAlchemy's dialect of SQLite writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.functions import Unknown, run_by
from statefence.migrations.lock import digest
from statefence.migrations.model import Migration, Rebuild, Sql
from statefence.migrations.python_files import Parsed
from statefence.migrations.static import Literal, Scope, Value, evaluated
from statefence.model import Place, Span
from statefence.sql.clone import quoted

_TYPES = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "UnicodeText": "TEXT", "Text": "TEXT", "Uuid": "CHAR(32)",
    "Integer": "INTEGER", "BigInteger": "BIGINT", "SmallInteger": "SMALLINT", "Boolean": "BOOLEAN", "Date": "DATE",
    "DateTime": "DATETIME", "Time": "TIME", "TIMESTAMP": "TIMESTAMP", "Interval": "DATETIME", "Float": "FLOAT",
    "Double": "DOUBLE", "Numeric": "NUMERIC", "LargeBinary": "BLOB", "PickleType": "BLOB", "JSON": "JSON",
    "Enum": "VARCHAR",
}  # fmt: skip
_FUNCTIONS = {"now": "CURRENT_TIMESTAMP", "current_timestamp": "CURRENT_TIMESTAMP", "current_date": "CURRENT_DATE"}


class Column(Struct, frozen=True):
    """A column's definition, and the index that its options ask for."""

    name: str
    sql: str
    primary: bool
    index: str = ""  # `INDEX` or `UNIQUE INDEX`; empty for none


def is_version(module: Parsed) -> bool:
    """Whether the module is one of Alembic's versions."""
    scope = module.reading.scope
    return "revision" in scope and "down_revision" in scope and "upgrade" in module.reading.functions


def version_migration(module: Parsed) -> Migration:
    """The migration in a module for which `is_version` holds."""
    scope, functions = module.reading.scope, module.reading.functions
    revision = _text(evaluated(scope["revision"], scope)) or ""
    upgrade = functions["upgrade"]
    up, unknown = _side(upgrade, module)
    downgrade = functions.get("downgrade")
    down, down_unknown = (None, "") if downgrade is None else _side(downgrade, module)
    source = "\n".join(module.source.lines[upgrade.span.line - 1 : upgrade.span.end_line])
    place = Place(module.source.path, Span(upgrade.span.line, 0, upgrade.span.line, 0))
    return Migration(
        revision,
        revision,
        place,
        up,
        down,
        digest([source] if unknown else [sql.text for sql in up]),
        unknown,
        down_unknown,
        _after(evaluated(scope["down_revision"], scope)),
    )


def _after(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(text for part in value if (text := _text(part)))
    return (text,) if (text := _text(value)) else ()


def _side(function: ir.Function, module: Parsed) -> tuple[tuple[Sql, ...], str]:
    try:
        return run_by(function, module.reading), ""
    except Unknown as unknown:
        return (), str(unknown)


def operation(path: str) -> Callable[[ir.Call, str, Scope], tuple[Sql, ...] | None]:
    """What turns the operations of the file at `path` into SQL, as `functions.Translate`."""

    def translate(call: ir.Call, table: str, scope: Scope) -> tuple[Sql, ...] | None:
        name = call.function.attr if isinstance(call.function, ir.Attribute) else ""
        write = _OPERATIONS.get(name)
        if write is None:
            return None
        operands = _Operands(call, table, scope)
        if operands.table and name in _REBUILDING:
            return _rebuilding(name, operands, Place(path, call.span))
        return tuple(Sql(text, Place(path, call.span)) for text in write(operands))

    return translate


class _Operands(Struct, frozen=True):
    """A call of an operation: its arguments, the table of the batch that it is in, and the names around it."""

    call: ir.Call
    table: str
    scope: Scope

    def unknown(self, what: str) -> Unknown:
        """Why the operation is not known."""
        return Unknown(f"line {self.call.span.line}: {what}")

    def value(self, position: int, keyword: str = "") -> Value | None:
        """The static value of an argument; None when it is not given, or not static."""
        node = self.node(position, keyword)
        return None if node is None else evaluated(node, self.scope)

    def node(self, position: int, keyword: str = "") -> ir.Expression | None:
        """The expression of an argument, by its keyword or position."""
        for given in self.call.keywords:
            if given.name == keyword:
                return given.value
        return self.call.arguments[position] if 0 <= position < len(self.call.arguments) else None

    def text(self, position: int, keyword: str = "") -> str:
        """The text of an argument; raises Unknown."""
        found = _text(self.value(position, keyword))
        if found is None:
            raise self.unknown(f"its argument {keyword or position + 1} is not decided by the module's source")
        return found

    def names(self, position: int, keyword: str = "") -> list[str]:
        """The texts of a list argument; raises Unknown."""
        value = self.value(position, keyword)
        found = [_text(part) for part in value] if isinstance(value, tuple) else []
        if not found or None in found:
            raise self.unknown(f"its argument {keyword or position + 1} is not decided by the module's source")
        return [text for text in found if text is not None]

    def flag(self, keyword: str) -> bool | None:
        """The value of a flag; None when it is not given."""
        value = self.value(-1, keyword)
        return bool(value.value) if isinstance(value, Literal) else None


def _text(value: Value | None) -> str | None:
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


def _create_table(given: _Operands) -> Sequence[str]:
    table = given.text(0, "table_name")
    columns: list[Column] = []
    rest: list[str] = []
    for node in given.call.arguments[1:]:
        name = _callee(node)
        if name == "Column" and isinstance(node, ir.Call):
            columns.append(_column(_Operands(node, table, given.scope)))
        elif isinstance(node, ir.Call) and name in _CONSTRAINTS:
            rest.append(_CONSTRAINTS[name](_Operands(node, table, given.scope)))
        else:
            raise given.unknown("an argument of create_table is neither a column nor a known constraint")
    primary = [column for column in columns if column.primary]
    if len(primary) > 1:
        rest.append(f"PRIMARY KEY ({_list([column.name for column in primary])})")
    written = [column.sql + (" PRIMARY KEY" if column.primary and len(primary) == 1 else "") for column in columns]
    missing_ok = "IF NOT EXISTS " if given.flag("if_not_exists") else ""
    return [
        f"CREATE TABLE {missing_ok}{quoted(table)} ({', '.join([*written, *rest])})",
        *(_index(column, table) for column in columns if column.index),
    ]


def _index(column: Column, table: str) -> str:
    name = quoted(f"ix_{table}_{column.name}")
    return f"CREATE {column.index} {name} ON {quoted(table)} ({quoted(column.name)})"


def _column(given: _Operands) -> Column:
    name = given.text(0, "name")
    parts = [quoted(name)]
    references = ""
    for node in [*given.call.arguments[1:], *(k.value for k in given.call.keywords if k.name == "type_")]:
        if _callee(node) == "ForeignKey" and isinstance(node, ir.Call):
            references = _references(_Operands(node, given.table, given.scope))
        elif _callee(node) not in {"Identity", "Sequence", "Computed", "FetchedValue"}:
            parts.append(_type(node, given))
    primary = bool(given.flag("primary_key"))
    if given.flag("nullable") is False or (primary and given.flag("nullable") is None):
        parts.append("NOT NULL")
    if default := _default(given):
        parts.append(f"DEFAULT {default}")
    unique, indexed = bool(given.flag("unique")), bool(given.flag("index"))
    if unique and not indexed:
        parts.append("UNIQUE")
    index = ("UNIQUE INDEX" if unique else "INDEX") if indexed else ""
    return Column(name, " ".join(part for part in [*parts, references] if part), primary, index)


def _type(node: ir.Expression, given: _Operands) -> str:
    name = _callee(node) or (
        node.attr if isinstance(node, ir.Attribute) else node.id if isinstance(node, ir.Name) else ""
    )
    sql = _TYPES.get(name, name.upper())
    sizes = [evaluated(argument, given.scope) for argument in node.arguments] if isinstance(node, ir.Call) else []
    numbers = [str(size.value) for size in sizes if isinstance(size, Literal) and isinstance(size.value, int)]
    return f"{sql}({', '.join(numbers)})" if numbers and "(" not in sql else sql


def _default(given: _Operands) -> str:
    node = given.node(-1, "server_default")
    if node is None or (isinstance(node, ir.Constant) and node.value is None):
        return ""
    if isinstance(node, ir.Call) and _callee(node) in _FUNCTIONS:
        return f"({_FUNCTIONS[_callee(node)]})"
    value = _text(evaluated(node, given.scope))
    if value is None:
        raise given.unknown("a server_default is not decided by the module's source")
    if isinstance(node, ir.Call):
        return f"({value})"
    return "'" + value.replace("'", "''") + "'"


def _references(given: _Operands) -> str:
    table, _, column = given.text(0, "column").rpartition(".")
    table = table.rpartition(".")[2]
    return f"REFERENCES {quoted(table)} ({quoted(column)}){_on_delete(given)}"


def _on_delete(given: _Operands) -> str:
    options = (("ON DELETE", _text(given.value(-1, "ondelete"))), ("ON UPDATE", _text(given.value(-1, "onupdate"))))
    return "".join(f" {verb} {action}" for verb, action in options if action)


def _foreign_key(given: _Operands) -> str:
    columns, targets = given.names(0, "columns"), given.names(1, "refcolumns")
    table = targets[0].rpartition(".")[0].rpartition(".")[2]
    referred = [target.rpartition(".")[2] for target in targets]
    target = f"{quoted(table)} ({_list(referred)}){_on_delete(given)}"
    return f"{_named(given)}FOREIGN KEY ({_list(columns)}) REFERENCES {target}"


def _named(given: _Operands) -> str:
    value = given.value(-1, "name")
    if isinstance(value, tuple):
        value = None
    text = _text(value)
    return f"CONSTRAINT {quoted(text)} " if text else ""


def _key(kind: str) -> Callable[[_Operands], str]:
    def write(given: _Operands) -> str:
        columns = [_text(evaluated(node, given.scope)) for node in given.call.arguments]
        if not columns or None in columns:
            raise given.unknown("the columns of a constraint are not decided by the module's source")
        return f"{_named(given)}{kind} ({_list([column for column in columns if column])})"

    return write


def _check(given: _Operands) -> str:
    return f"{_named(given)}CHECK ({given.text(0, 'sqltext')})"


_CONSTRAINTS: dict[str, Callable[[_Operands], str]] = {
    "PrimaryKeyConstraint": _key("PRIMARY KEY"),
    "UniqueConstraint": _key("UNIQUE"),
    "ForeignKeyConstraint": _foreign_key,
    "CheckConstraint": _check,
}


def _callee(node: ir.Expression) -> str:
    """The last name of what a call calls; empty for anything else."""
    if not isinstance(node, ir.Call):
        return ""
    function = node.function
    return function.attr if isinstance(function, ir.Attribute) else function.id if isinstance(function, ir.Name) else ""


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _table(given: _Operands, position: int) -> tuple[str, int]:
    """The table of an operation, and how many arguments it took: none inside a batch."""
    return (given.table, 0) if given.table else (given.text(position, "table_name"), 1)


def _add_column(given: _Operands) -> Sequence[str]:
    table, taken = _table(given, 0)
    node = given.node(taken, "column")
    if not isinstance(node, ir.Call):
        raise given.unknown("the column that is added is not decided by the module's source")
    column = _column(_Operands(node, table, given.scope))
    added = f"ALTER TABLE {quoted(table)} ADD COLUMN {column.sql}"
    return [added, _index(column, table)] if column.index else [added]


def _drop_column(given: _Operands) -> Sequence[str]:
    table, taken = _table(given, 0)
    return [f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(given.text(taken, 'column_name'))}"]


def _alter_column(given: _Operands) -> Sequence[str]:
    table, taken = _table(given, 0)
    column, new = given.text(taken, "column_name"), _text(given.value(-1, "new_column_name"))
    changed = {keyword.name for keyword in given.call.keywords} & {"nullable", "type_", "server_default"}
    if changed or new is None:
        raise given.unknown("alter_column is called outside of a batch, which SQLite cannot do")
    return [f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(column)} TO {quoted(new)}"]


def _create_index(given: _Operands) -> Sequence[str]:
    name = given.text(0, "index_name")
    table, columns = (given.table, 1) if given.table else (given.text(1, "table_name"), 2)
    unique = "UNIQUE " if given.flag("unique") else ""
    return [f"CREATE {unique}INDEX {quoted(name)} ON {quoted(table)} ({_list(given.names(columns, 'columns'))})"]


def _drop_index(given: _Operands) -> Sequence[str]:
    return [f"DROP INDEX {quoted(given.text(0, 'index_name'))}"]


def _rename_table(given: _Operands) -> Sequence[str]:
    old, new = given.text(0, "old_table_name"), given.text(1, "new_table_name")
    return [f"ALTER TABLE {quoted(old)} RENAME TO {quoted(new)}"]


def _rebuild(given: _Operands) -> Sequence[str]:
    raise given.unknown("a constraint is changed outside of a batch, which SQLite cannot do")


def _rebuilding(name: str, given: _Operands, place: Place) -> tuple[Sql, ...]:
    """An operation of a batch that makes the table anew, and the new name that a column may get then."""
    found = _REBUILDING[name](given)
    renamed = _text(given.value(-1, "new_column_name")) if name == "alter_column" else None
    statements = [] if found == Rebuild(given.table, found.column) else [Sql(_shown(found), place, rebuild=found)]
    if renamed is not None:
        old, new = quoted(found.column), quoted(renamed)
        statements.append(Sql(f"ALTER TABLE {quoted(given.table)} RENAME COLUMN {old} TO {new}", place))
    return tuple(statements)


def _altered(given: _Operands) -> Rebuild:
    kind, default = given.node(-1, "type_"), given.node(-1, "server_default")
    is_kept = isinstance(default, ir.Constant) and default.value is False
    return Rebuild(
        given.table,
        given.text(0, "column_name"),
        "" if kind is None else _type(kind, given),
        given.flag("nullable"),
        None if default is None or is_kept else _default(given),
    )


def _added_constraint(kind: str, columns: int) -> Callable[[_Operands], Rebuild]:
    def write(given: _Operands) -> Rebuild:
        named = _constraint_name(given)
        return Rebuild(given.table, constraint=f"{named}{kind} ({_list(given.names(columns, 'columns'))})")

    return write


def _added_foreign_key(given: _Operands) -> Rebuild:
    target = given.text(1, "referent_table")
    local, remote = given.names(2, "local_cols"), given.names(3, "remote_cols")
    reference = f"FOREIGN KEY ({_list(local)}) REFERENCES {quoted(target)} ({_list(remote)}){_on_delete(given)}"
    return Rebuild(given.table, constraint=f"{_constraint_name(given)}{reference}")


def _added_check(given: _Operands) -> Rebuild:
    return Rebuild(given.table, constraint=f"{_constraint_name(given)}CHECK ({given.text(1, 'condition')})")


def _constraint_name(given: _Operands) -> str:
    """The constraint's name, which comes first; it may be None."""
    text = _text(given.value(0, "constraint_name"))
    return f"CONSTRAINT {quoted(text)} " if text else ""


def _shown(rebuild: Rebuild) -> str:
    """The change in one line, which the lock keeps a digest of."""
    kind = f" TYPE {rebuild.type}" if rebuild.type else ""
    null = "" if rebuild.nullable is None else " DROP NOT NULL" if rebuild.nullable else " SET NOT NULL"
    default = "" if rebuild.default is None else f" SET DEFAULT {rebuild.default or 'NULL'}"
    parts = (
        f" ALTER COLUMN {quoted(rebuild.column)}{kind}{null}{default}" if rebuild.column else "",
        f" DROP COLUMN {quoted(rebuild.dropped)}" if rebuild.dropped else "",
        f" ADD {rebuild.constraint}" if rebuild.constraint else "",
        f" DROP CONSTRAINT {quoted(rebuild.constraint_dropped)}" if rebuild.constraint_dropped else "",
    )
    return f"ALTER TABLE {quoted(rebuild.table)}{''.join(parts)}"


_REBUILDING: dict[str, Callable[[_Operands], Rebuild]] = {
    "alter_column": _altered,
    "drop_column": lambda given: Rebuild(given.table, dropped=given.text(0, "column_name")),
    "create_unique_constraint": _added_constraint("UNIQUE", 1),
    "create_primary_key": _added_constraint("PRIMARY KEY", 1),
    "create_foreign_key": _added_foreign_key,
    "create_check_constraint": _added_check,
    "drop_constraint": lambda given: Rebuild(given.table, constraint_dropped=given.text(0, "constraint_name")),
}


_OPERATIONS: dict[str, Callable[[_Operands], Sequence[str]]] = {
    "create_table": _create_table,
    "drop_table": lambda given: [f"DROP TABLE {quoted(given.text(0, 'table_name'))}"],
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_foreign_key": _rebuild,
    "create_unique_constraint": _rebuild,
    "create_check_constraint": _rebuild,
    "create_primary_key": _rebuild,
    "drop_constraint": _rebuild,
    "bulk_insert": lambda _given: [],
    "f": lambda _given: [],
}
