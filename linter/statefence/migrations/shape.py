"""A schema by what it means: comparable whatever the order of columns, the quotes and the blanks it is written with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from statefence.migrations.sandbox import rows
from statefence.sql.tokens import Token, TokenKind, tokenize


class Part(Struct, frozen=True):
    """A table, index, view or trigger.

    Attributes:
        table: the table that it is, or hangs on.
        definitions: what stands between a table's parentheses, apart from one another; of anything else the whole.
        sql: as SQLite keeps it.
    """

    kind: str
    name: str
    table: str
    definitions: tuple[str, ...]
    options: str
    sql: str

    def means(self) -> tuple[object, ...]:
        """What it is compared by."""
        return self.kind, self.name.lower(), self.table.lower(), tuple(sorted(self.definitions)), self.options


Shape = dict[tuple[str, str], Part]
"""A schema: its parts by kind and lower-case name."""


def shape_of(connection: sqlite3.Connection) -> Shape:
    """The schema of a database, without SQLite's own tables and the shadows of virtual ones."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    found = [tuple(map(str, row)) for row in rows(connection, query) if not str(row[1]).startswith("sqlite_")]
    virtual = [name for kind, name, _, sql in found if kind == "table" and sql[:14].upper() == "CREATE VIRTUAL"]
    return {
        (kind, name.lower()): _part(kind, name, table, sql)
        for kind, name, table, sql in found
        if not (kind == "table" and any(name.startswith(f"{owner}_") for owner in virtual))
    }


def differences(before: Mapping[tuple[str, str], Part], after: Mapping[tuple[str, str], Part]) -> list[str]:
    """What the second schema has less (`-`) and more (`+`) than the first, by line; empty when they mean the same."""
    return [
        line
        for key in sorted({*before, *after}, key=lambda key: (_table(before, after, key), key[0] != "table", key))
        for line in _difference(before.get(key), after.get(key))
    ]


def _table(before: Mapping[tuple[str, str], Part], after: Mapping[tuple[str, str], Part], key: tuple[str, str]) -> str:
    return (before.get(key) or after[key]).table.lower()


def _difference(before: Part | None, after: Part | None) -> Iterator[str]:
    if before is None or after is None:
        part = before or after
        if part is not None:
            yield f"{'-' if after is None else '+'} {part.kind} {part.name}"
        return
    if before.means() == after.means():
        return
    for sign, one, other in (("-", before, after), ("+", after, before)):
        lacking = [text for text in one.definitions if text not in other.definitions]
        for text in lacking or ([one.options or "as before"] if one.options != other.options else []):
            yield f"{sign} {one.kind} {one.name}: {text}"


def _part(kind: str, name: str, table: str, sql: str) -> Part:
    tokens = [token for token in tokenize(sql) if token.kind is not TokenKind.SPACE]
    if kind != "table" or (len(tokens) > 1 and tokens[1].upper == "VIRTUAL"):
        return Part(kind, name, table, (_written(tokens),), "", sql)
    opening = next((place for place, token in enumerate(tokens) if token.text == "("), len(tokens))
    definitions, rest = _definitions(tokens[opening + 1 :])
    return Part(kind, name, table, tuple(map(_written, definitions)), _written(rest), sql)


def _definitions(tokens: Sequence[Token]) -> tuple[list[list[Token]], Sequence[Token]]:
    """What commas part inside the parentheses that are already open, and what follows them."""
    found: list[list[Token]] = [[]]
    depth = 0
    for place, token in enumerate(tokens):
        if token.text == ")" and depth == 0:
            return found, tokens[place + 1 :]
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found, ()


def _written(tokens: Sequence[Token]) -> str:
    """The tokens as one text: names and keywords in lower case without quotes, one blank between words."""
    text = ""
    for token in tokens:
        piece = token.name.lower() if token.name else token.text
        glued = not text or text[-1] == "(" or piece in {")", ",", ".", "("} or text[-1] == "."
        text += piece if glued else f" {piece}"
    return text


def column_of(definition: str) -> str:
    """The first word of a definition: the column's name, when it defines one."""
    return definition.partition(" ")[0].partition("(")[0]
