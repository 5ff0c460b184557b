"""Rows to fill tables with, so that migrations meet data: a few in each table, by type, that refer to one another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from statefence.migrations.sandbox import rows
from statefence.sql.clone import quoted
from statefence.sql.tokens import Token, TokenKind, tokenize

ROWS = 2
"""How many rows an empty table is filled with."""

_Value = str | int | float | bytes


def fill(connection: sqlite3.Connection) -> list[str]:
    """Fill every empty table; returns those that stay empty, since no rows were found that they take.

    The same number gives the same value in every column of one kind, so that rows refer to rows that are there.
    """
    rows(connection, "PRAGMA foreign_keys = OFF")
    names = rows(connection, "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    tables = [str(name) for (name,) in names if not str(name).startswith("sqlite_")]
    return [table for table in tables if _is_empty(connection, table) and not _filled(connection, table)]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = rows(connection, "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    tables = [str(name) for (name,) in names if not str(name).startswith("sqlite_")]
    return {table: int(str(rows(connection, f"SELECT count(*) FROM {quoted(table)}")[0][0])) for table in tables}


def dangling(connection: sqlite3.Connection) -> list[str]:
    """The tables with rows that refer to rows which are not there."""
    try:
        return sorted({str(row[0]) for row in rows(connection, "PRAGMA foreign_key_check")})
    except sqlite3.Error:
        return []


def _is_empty(connection: sqlite3.Connection, table: str) -> bool:
    return not rows(connection, f"SELECT 1 FROM {quoted(table)} LIMIT 1")


def _filled(connection: sqlite3.Connection, table: str) -> bool:
    columns = rows(connection, "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0", table)
    allowed = _allowed(connection, table)
    for number in range(1, ROWS + 1):
        values = {str(name): _value(str(kind), number, allowed.get(str(name).lower(), [])) for name, kind in columns}
        names = ", ".join(map(quoted, values))
        marks = ", ".join("?" * len(values))
        try:
            rows(connection, f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", *values.values())
        except sqlite3.Error:
            return number > 1
    return True


def _value(kind: str, number: int, allowed: list[_Value]) -> _Value:
    """A value of a column's declared type; its affinity is told as https://www.sqlite.org/datatype3.html says."""
    if allowed:
        return allowed[(number - 1) % len(allowed)]
    upper = kind.upper()
    if "INT" in upper or upper in {"BOOLEAN", "ANY"}:
        return number
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT", "DATE", "TIME", "JSON", "UUID")) or not upper:
        return str(number)
    if "BLOB" in upper:
        return str(number).encode()
    return number if "INT" in upper or "NUM" in upper or "DEC" in upper else float(number)


def _allowed(connection: sqlite3.Connection, table: str) -> dict[str, list[_Value]]:
    """For each column that a CHECK bounds by `IN (...)`, the values it names."""
    found = rows(connection, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table)
    tokens = [token for token in tokenize(str(found[0][0])) if token.kind is not TokenKind.SPACE] if found else []
    allowed: dict[str, list[_Value]] = {}
    for place, token in enumerate(tokens[:-2]):
        if token.name and tokens[place + 1].upper == "IN" and tokens[place + 2].text == "(":
            values = list(_literals(tokens[place + 3 :]))
            if values:
                allowed[token.name.lower()] = values
    return allowed


def _literals(tokens: Sequence[Token]) -> Iterator[_Value]:
    for token in tokens:
        if token.text == ")":
            return
        if token.kind is TokenKind.STRING:
            yield token.text[1:-1].replace("''", "'")
        elif token.kind is TokenKind.NUMBER:
            yield int(token.text) if token.text.isdigit() else float(token.text)
