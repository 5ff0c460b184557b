"""Which tables a statement that sqlglot has parsed reads, writes, changes the rows of, and defines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from sqlglot import exp

WHOSE_INDEX = "the schema does not say whose it is"
_OWN_SCHEMAS = frozenset({"", "public"})
_KEEPS_ROWS = frozenset({"TABLE", "VIEW"})
_WHAT_GOES = "what goes with it is not known"
_WHAT_IT_DOES = "what its body does is not known"
_HAVE_A_BODY = frozenset({"FUNCTION", "PROCEDURE"})
_HOLD_TABLES = frozenset({"SCHEMA", "DATABASE"})
_ON_A_TABLE = frozenset({"INDEX", "TRIGGER"})


class Tables(Struct, frozen=True):
    """The names of tables, each in the order in which the statement has them; `doubt`: why there may be more."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    ddl: tuple[str, ...] = ()
    doubt: str = ""


def tables_of(tree: exp.Expr) -> Tables:
    """The tables of one statement, system tables included; those that live no longer than the session are left out."""
    from sqlglot import exp

    if isinstance(tree, exp.Create | exp.Drop | exp.Alter):
        return _of_definition(tree)
    if isinstance(tree, exp.Grant | exp.Comment):
        return Tables()
    changes = list(tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge))
    targets = [target for change in changes if (target := _target(change)) is not None]
    made = [into.this for into in tree.find_all(exp.Into) if not into.args.get("temporary")]
    whole = _written_whole(tree)
    again = [target for change in changes if (target := _target(change)) is not None and _looks_at(change)]
    rewritten = [target for change in changes if (target := _target(change)) is not None and _rewrites(change)]
    return Tables(
        _names([*again, *_sources(tree, [*targets, *made, *whole])]),
        _names([*targets, *whole]),
        _names([*rewritten, *(whole if isinstance(tree, exp.TruncateTable) else ())]),
        _names(made),
    )


def _of_definition(tree: exp.Create | exp.Drop | exp.Alter) -> Tables:
    """What is made, changed or dropped: a table or view itself, the table of an index or trigger."""
    from sqlglot import exp

    kind = str(tree.args.get("kind") or "").upper()
    if kind not in _KEEPS_ROWS | _ON_A_TABLE:
        cascades = isinstance(tree, exp.Drop) and (kind in _HOLD_TABLES or bool(tree.args.get("cascade")))
        runs = isinstance(tree, exp.Create) and kind in _HAVE_A_BODY
        return Tables(doubt=_WHAT_GOES if cascades else _WHAT_IT_DOES if runs else "")
    if isinstance(tree, exp.Create):
        targets = [] if tree.find(exp.TemporaryProperty) else _created(tree)
        made = _created(tree)
        reads = () if kind in _ON_A_TABLE else _names(_sources(tree, made))
        return Tables(reads=reads, ddl=_names(targets))
    if kind in _ON_A_TABLE:
        owner = tree.args.get("cluster")
        found = list(owner.find_all(exp.Table)) if owner is not None else []
        return Tables(ddl=_names(found), doubt="" if found else WHOSE_INDEX)
    renamed = [action.this for action in tree.args.get("actions") or () if isinstance(action, exp.AlterRename)]
    return Tables(ddl=_names([*(tree.args.get("tables") or [tree.this]), *renamed]))


def _created(tree: exp.Create) -> list[exp.Table]:
    """The table or view that is made; of an index or trigger the table that it is on."""
    from sqlglot import exp

    target = tree.this
    if isinstance(target, exp.Index):
        target = target.args.get("table")
    if isinstance(target, exp.Schema):
        target = target.this
    if isinstance(target, exp.Table):
        return [target]
    on = tree.find(exp.TriggerProperties)
    return [on.args["table"]] if on is not None else []


def _written_whole(tree: exp.Expr) -> list[exp.Table]:
    """The tables that are emptied, or that rows are copied into."""
    from sqlglot import exp

    if isinstance(tree, exp.TruncateTable):
        return list(tree.find_all(exp.Table))
    if isinstance(tree, exp.Copy) and tree.args.get("kind"):
        return list(tree.this.find_all(exp.Table))
    return []


def _target(change: exp.Expr) -> exp.Table | None:
    """The table that an `INSERT`, `UPDATE`, `DELETE` or `MERGE` writes; None for what has none of its own."""
    from sqlglot import exp

    target = change.this.this if isinstance(change.this, exp.Schema) else change.this
    return target if isinstance(target, exp.Table) else None


def _rewrites(change: exp.Expr) -> bool:
    """Whether rows that are there may change or go."""
    from sqlglot import exp

    conflict = change.args.get("conflict")
    return not isinstance(change, exp.Insert) or (conflict is not None and bool(conflict.args.get("expressions")))


def _looks_at(change: exp.Expr) -> bool:
    """Whether an `UPDATE` or `DELETE` asks for a column, in its condition or on the right of an assignment."""
    from sqlglot import exp

    if not isinstance(change, exp.Update | exp.Delete):
        return False
    where = change.args.get("where")
    values = [each.expression for each in change.expressions if isinstance(each, exp.EQ)]
    return any(part.find(exp.Column) for part in (where, *values) if part is not None)


def _sources(tree: exp.Expr, targets: Sequence[exp.Table]) -> Iterator[exp.Table]:
    """The tables that are looked at: neither targets, nor common table expressions, nor what a foreign key names."""
    from sqlglot import exp

    expressions = {each.alias_or_name.lower() for each in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        is_expression = not table.db and table.name.lower() in expressions and not _is_in_its_namesake(table)
        is_reference = table.find_ancestor(exp.Reference) is not None
        if not is_expression and not is_reference and not any(table is target for target in targets):
            yield table


def _is_in_its_namesake(table: exp.Table) -> bool:
    """Whether it stands in the common table expression of its own name, and that is not recursive."""
    from sqlglot import exp

    around = table.find_ancestor(exp.CTE)
    while around is not None and around.alias_or_name.lower() != table.name.lower():
        around = around.find_ancestor(exp.CTE)
    return around is not None and not (around.parent is not None and around.parent.args.get("recursive"))


def _names(tables: Sequence[exp.Table] | Iterator[exp.Table]) -> tuple[str, ...]:
    """The tables' names, each once, with their schemas unless that is the usual one."""
    named = (table.name if table.db in _OWN_SCHEMAS else f"{table.db}.{table.name}" for table in tables)
    return tuple(dict.fromkeys(name for name in named if name))
