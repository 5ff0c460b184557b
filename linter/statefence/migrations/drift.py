"""Declared types of rows, and their mirrors, against the tables that the migrations make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from statefence.errors import PolicyError
from statefence.migrations.fields import Field, Model, model_of
from statefence.migrations.model import History
from statefence.migrations.rehearse import rehearsed, siblings
from statefence.migrations.sandbox import opened, rows
from statefence.model import Place
from statefence.policy import Mirrors, Policy
from statefence.policy.problem import Problem, rendered, suggestion
from statefence.source import Source

_INTEGERS = ("INT", "BOOL")
_TEXTS = ("CHAR", "CLOB", "TEXT")
_REALS = ("REAL", "FLOA", "DOUB")


class Column(Struct, frozen=True):
    """A column of the migrated schema; `nullable` unless it is a key, has a default, or is declared NOT NULL."""

    name: str
    kind: str
    nullable: bool


class Table(Struct, frozen=True):
    """A table of the migrated schema, with its columns, in the store that has it."""

    store: str
    name: str
    columns: tuple[Column, ...]


class Drift(Struct, frozen=True):
    """A difference between a type and its table; the message is without a full stop."""

    place: Place
    message: str


def drifts(policy: Policy, modules: Mapping[str, Source], every: tuple[History, ...]) -> Iterator[Drift]:
    """Every difference between the declared types and the migrated schema; none where that is not known.

    Args:
        policy: its `mirrors` say which classes describe the rows of which table.
        modules: the project's modules by their dotted names.
        every: the declared sequences of migrations.

    Raises:
        PolicyError: a class that is not there, or a table that several stores have.
    """
    tables = list(_tables(every))
    complete = {history.store for history in every if history.runs} - {
        history.store for history in every if not rehearsed(history, siblings(history, every)).complete
    }
    for mirrors in policy.mirrors:
        models = list(_models(mirrors, policy, modules))
        table = _table(mirrors, tables, policy)
        for model in models:
            if table is not None:
                yield from _compared(model, table, mirrors)
            elif complete and (mirrors.store is None or mirrors.store in complete):
                yield Drift(model.place, f"{model.name} describes the table {mirrors.table}, which no migration makes")


def _models(mirrors: Mirrors, policy: Policy, modules: Mapping[str, Source]) -> Iterator[Model]:
    for key, names in (("types", mirrors.types), ("mirrors", mirrors.mirrors)):
        for number, name in enumerate(names):
            model = model_of(name, modules)
            if model is None:
                raise _problem(policy, ("mirrors", mirrors.table, key, str(number)), _missing(name, modules))
            yield model


def _missing(name: str, modules: Mapping[str, Source]) -> str:
    module, _, last = name.partition(":")
    if module not in modules:
        return f"there is no module {module}{suggestion(module, sorted(modules))}"
    return f"there is no class {last} in {module}"


def _problem(policy: Policy, path: tuple[str, ...], message: str) -> PolicyError:
    lines = {tuple(key.split(".")): line for key, line in policy.lines.items()}
    at = next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)
    return PolicyError(rendered(Problem(path, message), policy.source or "", at))


def _table(mirrors: Mirrors, tables: Sequence[Table], policy: Policy) -> Table | None:
    found = [
        table
        for table in tables
        if table.name.lower() == mirrors.table.lower() and mirrors.store in {None, table.store}
    ]
    stores = sorted({table.store for table in found})
    if len(stores) > 1:
        message = f"the stores {', '.join(stores)} all have this table: say which with `store`"
        raise _problem(policy, ("mirrors", mirrors.table), message)
    return found[0] if found else None


def _tables(every: tuple[History, ...]) -> Iterator[Table]:
    """The tables that the migrations of each sequence make."""
    for history in every:
        if not history.runs:
            continue
        connection = opened()
        for sql in rehearsed(history, siblings(history, every)).schema:
            connection.execute(sql)
        for (name,) in rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            query = 'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1'
            columns = tuple(
                Column(str(column), str(kind), not (required or default is not None or key))
                for column, kind, required, default, key in rows(connection, query, name)
            )
            yield Table(history.store, str(name), columns)
        connection.close()


def _compared(model: Model, table: Table, mirrors: Mirrors) -> Iterator[Drift]:
    omitted = {_plain(name) for name in mirrors.omit}
    renamed = {column.lower(): field for column, field in mirrors.rename.items()}
    fields = {_plain(name): field for name, field in model.fields.items()}
    seen: set[str] = set()
    for column in table.columns:
        wanted = _plain(renamed.get(column.name.lower(), column.name))
        seen.add(wanted)
        field = fields.get(wanted)
        if field is not None:
            yield from _of_kind(model, table, column, field)
        elif model.is_whole and not omitted & {wanted, _plain(column.name)}:
            yield Drift(model.place, f"{model.name} lacks the column {column.name} of {table.name}")
    for name, field in fields.items():
        if name not in seen and name not in omitted:
            yield Drift(field.place, f"the field {field.name} of {model.name} is no column of {table.name}")


def _plain(name: str) -> str:
    """A name without case and underscores, so that `app_id` is `appId`."""
    return name.replace("_", "").lower()


def _of_kind(model: Model, table: Table, column: Column, field: Field) -> Iterator[Drift]:
    expected = _types(column.kind)
    if field.types and expected and not expected & set(field.types):
        kinds = " or ".join(field.types)
        message = f"the field {field.name} of {model.name} is {kinds}, and the column of {table.name} is {column.kind}"
        yield Drift(field.place, message)
    elif column.nullable and field.optional is False:
        message = f"the column {column.name} of {table.name} may be NULL, and the field of {model.name} is never None"
        yield Drift(field.place, message)


def _types(kind: str) -> set[str]:
    """The simple types that a column of that declared type gives; empty where it may give any."""
    upper = kind.upper()
    if any(word in upper for word in _INTEGERS):
        return {"int", "bool"}
    if any(word in upper for word in _TEXTS):
        return {"str"}
    if any(word in upper for word in _REALS):
        return {"float", "int"}
    return {"bytes"} if "BLOB" in upper else set()
