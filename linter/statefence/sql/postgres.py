"""What a statement for PostgreSQL touches, by the parser of sqlglot, which is an extra: `statefence[postgres]`.

It answers as SQLite does for its own statements. What the parser takes for an opaque command is not known.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from statefence.model import Answer
from statefence.sql.fillings import STAND_IN
from statefence.sql.holes import HoleRole, hole_roles
from statefence.sql.kinds import kind_of
from statefence.sql.model import Kind, Touch
from statefence.sql.tokens import HOLE, Statement, TokenKind, joined, split, tokenize

if TYPE_CHECKING:
    from sqlglot import exp

NOT_PARSED = "sqlglot cannot parse it"
_OWN_SCHEMAS = frozenset({"", "public"})
_SYSTEM = ("pg_", "information_schema")
_FILLINGS = ("NULL", STAND_IN, "", "(NULL)", f"{STAND_IN} = NULL")


def touches(pieces: Sequence[str | None]) -> tuple[Touch, ...] | None:
    """What each statement of the text touches, in order; None when sqlglot is not installed."""
    try:
        import sqlglot  # noqa: F401
    except ImportError:
        return None
    return _touches(tuple(pieces))


@lru_cache(maxsize=4096)
def _touches(pieces: tuple[str | None, ...]) -> tuple[Touch, ...]:
    return tuple([_touch(statement) for statement in split(joined(pieces))])


def _touch(statement: Statement) -> Touch:
    kind, text = kind_of(statement), statement.text.replace(HOLE, "{}")
    for filling in _FILLINGS if statement.holes else ("",):
        parsed = _parsed(_filled(statement, filling))
        if parsed is not None:
            return _answer(kind, statement, parsed, text)
    return Touch(kind, known=Answer.UNKNOWN, reason=NOT_PARSED, holes=statement.holes, sql=text)


def _parsed(sql: str) -> exp.Expr | None:
    """The statement's tree, None when it is no statement, or one that is not understood."""
    import sqlglot
    from sqlglot import exp

    logger = logging.getLogger("sqlglot")
    silent, logger.disabled = logger.disabled, True
    try:
        found = sqlglot.parse(sql, read="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None
    finally:
        logger.disabled = silent
    known = len(found) == 1 and found[0] is not None and not isinstance(found[0], exp.Command)
    return found[0] if known else None


def _filled(statement: Statement, filling: str) -> str:
    """The statement's text without holes and markers."""
    roles = iter(hole_roles([piece for part in statement.text.split(HOLE) for piece in (part, None)][:-1]))
    texts: list[str] = []
    for token in tokenize(statement.text):
        own = [next(roles, HoleRole.OTHER) for _ in range(token.text.count(HOLE))]
        if token.kind is TokenKind.MARKER:
            texts.append(" NULL ")
        elif token.kind is TokenKind.HOLE:
            texts.append(f" {({HoleRole.VALUE: 'NULL', HoleRole.NAME: STAND_IN}).get(own[0], filling)} ")
        else:
            texts.append("%" if token.text == "%%" else token.text.replace(HOLE, STAND_IN if token.name else "x"))
    return "".join(texts)


def _answer(kind: Kind, statement: Statement, tree: exp.Expr, text: str) -> Touch:
    from sqlglot import exp

    targets = [_name(table) for table in _targets(tree)]
    is_ddl = isinstance(tree, exp.Create | exp.Drop | exp.Alter)
    reads = list(dict.fromkeys(_reads(tree)))
    writes = [] if is_ddl else targets
    conflict = tree.args.get("conflict")
    rewrites = not isinstance(tree, exp.Insert) or (conflict is not None and bool(conflict.args.get("expressions")))
    named = (*reads, *targets)
    doubt = "a table's name is not known" if any(STAND_IN in name for name in named) else ""
    if statement.holes and not doubt and _may_name_more(statement):
        doubt = "a part that may name more tables is not known"
    return Touch(
        kind=kind,
        reads=_shown(reads),
        writes=_shown(writes),
        rewrites=_shown(writes) if rewrites else (),
        ddl=_shown(targets) if is_ddl else (),
        known=Answer.UNKNOWN if doubt else Answer.YES,
        reason=doubt,
        holes=statement.holes,
        sql=text,
    )


def _shown(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(name for name in names if name and STAND_IN not in name and not name.startswith(_SYSTEM))
    )


def _may_name_more(statement: Statement) -> bool:
    """Whether a piece that is not known stands by itself where a source may be named."""
    words = [token.upper for token in statement.tokens]
    for index, token in enumerate(statement.tokens):
        if token.kind is TokenKind.HOLE:
            region = next((word for word in reversed(words[:index]) if word in _REGIONS), "")
            if region in {"FROM", "JOIN", "USING", ""}:
                return True
    return False


_REGIONS = frozenset(
    {
        "SELECT",
        "FROM",
        "JOIN",
        "USING",
        "ON",
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "SET",
        "VALUES",
        "RETURNING",
    }
    | {"INTO", "UPDATE", "TABLE"}
)


def _targets(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that the statement writes or defines."""
    from sqlglot import exp

    if isinstance(tree, exp.TruncateTable | exp.Drop):
        yield from tree.find_all(exp.Table)
        return
    written = isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Create | exp.Alter)
    target = tree.this if written else None
    if isinstance(target, exp.Index):
        target = target.args.get("table")
    if isinstance(target, exp.Schema):
        target = target.this
    if isinstance(target, exp.Table):
        yield target


def _reads(tree: exp.Expr) -> Iterator[str]:
    """The tables that the statement looks at, its target too where a column of it is asked for."""
    from sqlglot import exp

    targets = list(_targets(tree))
    expressions = {each.alias_or_name.lower() for each in tree.find_all(exp.CTE)}
    columns = any(True for part in _conditions(tree) for _ in part.find_all(exp.Column))
    if isinstance(tree, exp.Update | exp.Delete) and columns:
        yield from map(_name, targets)
    for table in tree.find_all(exp.Table):
        is_expression = not table.db and table.name.lower() in expressions
        is_reference = table.find_ancestor(exp.Reference) is not None
        if not is_expression and not is_reference and not any(table is target for target in targets):
            yield _name(table)


def _conditions(tree: exp.Expr) -> Iterator[Any]:
    """Where an `UPDATE` or `DELETE` asks for columns: its condition, and the right sides of its assignments."""
    from sqlglot import exp

    if tree.args.get("where") is not None:
        yield tree.args["where"]
    if isinstance(tree, exp.Update):
        yield from (each.expression for each in tree.expressions if isinstance(each, exp.EQ))


def _name(table: exp.Table) -> str:
    """The table's name, with its schema unless that is the usual one."""
    return table.name if table.db in _OWN_SCHEMAS else f"{table.db}.{table.name}"
