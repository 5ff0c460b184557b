"""A table made anew with other columns or constraints, as Alembic's batch operations do it on SQLite.

What a table is then depends on what it was, so that the statements are known only when the migration is run. Source:
https://alembic.sqlalchemy.org/en/latest/batch.html ("move and copy").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import takewhile

from statefence.migrations.model import Rebuild
from statefence.sql.clone import quoted
from statefence.sql.tokens import Token, TokenKind, tokenize

_TABLE_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
_COLUMN_CONSTRAINTS = _TABLE_CONSTRAINTS | {"NOT", "NULL", "DEFAULT", "REFERENCES", "COLLATE", "GENERATED", "AS"}


class NotFollowed(Exception):  # noqa: N818 - it is an answer, not an error
    """The table is not written in a way that can be changed here; the message says why."""


def statements(connection: sqlite3.Connection, rebuild: Rebuild) -> Iterator[str]:
    """The statements that make the table anew, its rows, indexes and triggers kept; raises NotFollowed.

    Args:
        connection: the database, whose authorizer lets its schema be read.
    """
    table = rebuild.table.lower()
    query = "SELECT type, name, sql FROM sqlite_master WHERE lower(tbl_name) = ? AND sql IS NOT NULL ORDER BY rowid"
    parts = [tuple(map(str, row)) for row in connection.execute(query, (table,))]
    own = next((sql for kind, name, sql in parts if kind == "table" and name.lower() == table), None)
    if own is None:
        raise NotFollowed(f"no such table: {rebuild.table}")
    before, options = _definitions(own)
    after = _changed(before, rebuild)
    kept = [_name(each) for each in after if _is_column(each)]
    columns = ", ".join(map(quoted, kept))
    made = quoted(f"_alembic_tmp_{rebuild.table}")
    yield f"CREATE TABLE {made} ({', '.join(map(_text, after))}){options}"
    yield f"INSERT INTO {made} ({columns}) SELECT {columns} FROM {quoted(rebuild.table)}"
    yield f"DROP TABLE {quoted(rebuild.table)}"
    yield f"ALTER TABLE {made} RENAME TO {quoted(rebuild.table)}"
    for kind, _, sql in parts:
        if kind in {"index", "trigger"} and not _names(tokenize(sql), rebuild.dropped):
            yield sql


_Definition = tuple[Token, ...]


def _definitions(sql: str) -> tuple[list[_Definition], str]:
    """What stands between a table's parentheses, definition by definition, and what follows them."""
    found: list[list[Token]] = []
    depth = 0
    rest = ""
    for token in tokenize(sql):
        depth += (token.text == "(") - (token.text == ")")
        if found and depth == 0:
            rest += token.text
        elif depth == 1 and token.text == ("," if found else "("):
            found.append([])
        elif found and token.kind is not TokenKind.SPACE:
            found[-1].append(token)
    if not found or rest[:1] != ")":
        raise NotFollowed("the table is not written as a list of columns")
    return [tuple(each) for each in found if each], rest[1:]


def _changed(definitions: Sequence[_Definition], rebuild: Rebuild) -> list[_Definition]:
    columns = [each for each in definitions if _is_column(each) and _name(each) != rebuild.dropped.lower()]
    rest = [each for each in definitions if not _is_column(each) and not _names(each, rebuild.dropped)]
    if rebuild.dropped and len(columns) == sum(map(_is_column, definitions)):
        raise NotFollowed(f"no such column: {rebuild.dropped}")
    if rebuild.constraint_dropped:
        kept = [each for each in rest if not _is_called(each, rebuild.constraint_dropped)]
        if len(kept) == len(rest):
            raise NotFollowed(f"the constraint {rebuild.constraint_dropped} is not written as the table's own")
        rest = kept
    if rebuild.column:
        columns = [_altered(each, rebuild) if _name(each) == rebuild.column.lower() else each for each in columns]
        if not any(_name(each) == rebuild.column.lower() for each in columns):
            raise NotFollowed(f"no such column: {rebuild.column}")
    added = [tuple(token for token in tokenize(rebuild.constraint) if token.kind is not TokenKind.SPACE)]
    return [*columns, *rest, *(added if rebuild.constraint else ())]


def _altered(column: _Definition, rebuild: Rebuild) -> _Definition:
    """The column with another type, default, or permission to be NULL."""
    name, *others = column
    kind = list(takewhile(lambda token: token.upper not in _COLUMN_CONSTRAINTS, others))
    clauses = list(_clauses(others[len(kind) :]))
    if rebuild.type:
        kind = _tokens(rebuild.type)
    if rebuild.nullable is not None:
        clauses = [each for each in clauses if [token.upper for token in each[:2]] not in (["NOT", "NULL"], ["NULL"])]
        clauses = clauses if rebuild.nullable else [_tokens("NOT NULL"), *clauses]
    if rebuild.default is not None:
        clauses = [each for each in clauses if each[0].upper != "DEFAULT"]
        clauses += [_tokens(f"DEFAULT {rebuild.default}")] if rebuild.default else []
    return (name, *kind, *(token for clause in clauses for token in clause))


def _clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The constraints of a column, each by itself."""
    current: list[Token] = []
    depth = 0
    for token in tokens:
        previous = current[-1].upper if current else ""
        starts = depth == 0 and token.upper in _COLUMN_CONSTRAINTS
        belongs = (previous, token.upper) in {("NOT", "NULL"), ("SET", "NULL"), ("SET", "DEFAULT"), ("DEFAULT", "NULL")}
        if starts and not belongs and current and not _is_only_a_name(current):
            yield current
            current = []
        depth += (token.text == "(") - (token.text == ")")
        current.append(token)
    if current:
        yield current


def _is_only_a_name(clause: Sequence[Token]) -> bool:
    """Whether it is `CONSTRAINT name` alone, which names what follows; or `GENERATED ALWAYS`."""
    return len(clause) == 2 and clause[0].upper in {"CONSTRAINT", "GENERATED"}


def _tokens(text: str) -> list[Token]:
    return [token for token in tokenize(text) if token.kind is not TokenKind.SPACE]


def _is_column(definition: _Definition) -> bool:
    return definition[0].upper not in _TABLE_CONSTRAINTS


def _name(definition: _Definition) -> str:
    return definition[0].name.lower()


def _is_called(definition: _Definition, name: str) -> bool:
    return definition[0].upper == "CONSTRAINT" and len(definition) > 1 and definition[1].name.lower() == name.lower()


def _names(tokens: Iterator[Token] | Sequence[Token], column: str) -> bool:
    """Whether a column is among the names; never where none is asked for."""
    return bool(column) and any(token.name.lower() == column.lower() for token in tokens)


def _text(definition: _Definition) -> str:
    return " ".join(token.text for token in definition)
