"""The known schema, from every statement of the project that creates or alters something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statefence.sql.clone import LONGEST, Clone, quoted
from statefence.sql.fillings import STAND_IN, fillings
from statefence.sql.kinds import kind_of, unconditional
from statefence.sql.model import Kind, Schema
from statefence.sql.tokens import Statement, Token, TokenKind, joined, split

_BUILDS = frozenset({Kind.CREATE_TABLE, Kind.INDEX, Kind.TRIGGER, Kind.VIEW, Kind.ALTER})
_LATER = ("no such table", "no such module")


def schema_of(ddl_texts: Iterable[Sequence[str | None]]) -> Schema:
    """The schema that the texts build up, whatever their order; what is neither `CREATE` nor `ALTER` is passed over.

    Several tables of one name (in several databases, or in several versions) become one with the columns of all. What
    has a hole for a name, or cannot be made, is left out: a statement that uses it is then prepared on a stand-in.
    """
    clone = Clone()
    pending = [sql for pieces in ddl_texts for sql in _building(clone, pieces)]
    while pending:
        left = [sql for sql in pending if _add(clone, sql).startswith(_LATER)]
        if len(left) == len(pending):
            break
        pending = left
    for sql in pending:
        _add_without_module(clone, sql)
    schema = Schema(_dump(clone))
    clone.connection.close()
    return schema


def _building(clone: Clone, pieces: Sequence[str | None]) -> list[str]:
    """The statements of one text that build something, their holes filled."""
    text = joined(pieces).encode("utf-8", "replace").decode()
    if len(text) > LONGEST or "\0" in text:
        return []
    found = [_filled(clone, statement) for statement in split(text) if kind_of(statement) in _BUILDS]
    return [sql for sql in found if sql]


def _filled(clone: Clone, statement: Statement) -> str:
    """The statement's text with its holes filled; '' when that cannot be, or when a name would be made up."""
    tokens = unconditional(kind_of(statement), statement.tokens)
    sql = next((filled.sql for filled in fillings(tokens, clone)), "")
    head = sql.partition("(")[0] if statement.holes else ""
    return "" if STAND_IN in head else sql


def _add(clone: Clone, sql: str) -> str:
    """Runs the statement; where its table is there already, adds the columns that it has more. The error, else ''."""
    error = clone.run(sql)
    if "already" in error:
        _add_columns(clone, sql)
        return ""
    if error.startswith("error in "):
        clone.rows("PRAGMA legacy_alter_table = ON")
        error = clone.run(sql)
        clone.rows("PRAGMA legacy_alter_table = OFF")
    return error


def _add_columns(clone: Clone, sql: str) -> None:
    """Adds what the second definition of a table has more than the first, or a table renamed onto another."""
    tokens = split(sql)[0].tokens
    if tokens[0].upper == "ALTER":
        names = [token.name for token in tokens if token.name]
        _merge(clone, clone, names[2], names[-1])
        clone.run(f"DROP TABLE {quoted(names[2])}")
        return
    other = Clone()
    other.run(sql)
    for (name,) in other.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        _merge(clone, other, name, name)
    other.connection.close()


def _merge(clone: Clone, other: Clone, source: str, target: str) -> None:
    """Adds the columns of `other`'s table `source` to the clone's table `target`; SQLite refuses those that it has."""
    for name, kind in other.columns(source):
        clone.run(f"ALTER TABLE {quoted(target)} ADD COLUMN {quoted(name)} {kind}")


def _add_without_module(clone: Clone, sql: str) -> None:
    """A virtual table whose module is not linked in becomes an ordinary one with the columns it names."""
    tokens = split(sql)[0].tokens
    words = [token.upper for token in tokens]
    if words[:3] != ["CREATE", "VIRTUAL", "TABLE"] or "USING" not in words:
        return
    using = words.index("USING")
    columns = ", ".join(quoted(name) for name in _arguments(tokens[using + 3 :]))
    clone.run(f"CREATE TABLE {quoted(tokens[using - 1].name)} ({columns or quoted(STAND_IN)})")


def _arguments(tokens: Sequence[Token]) -> list[str]:
    """The first name of each argument of a module, without its options (`key=value`)."""
    found: list[str] = []
    starts = True
    for token, after in zip(tokens, (*tokens[1:], Token(TokenKind.SIGN, "")), strict=True):
        if starts and token.name and after.text != "=":
            found.append(token.name)
        starts = token.text == ","
    return found


def _dump(clone: Clone) -> tuple[str, ...]:
    """The statements that make the clone anew: tables first; shadow tables come with their virtual table."""
    order = "ORDER BY type != 'table', type != 'index', type != 'view', rowid"
    main = clone.rows(f"SELECT name, sql, type FROM sqlite_master WHERE sql IS NOT NULL {order}")
    names = {row[0].lower() for row in main}
    shadows = clone.catalogue().shadows
    kept = [row[1] for row in main if row[0].lower() not in shadows]
    temporary = clone.rows(f"SELECT name, sql FROM sqlite_temp_master WHERE sql IS NOT NULL {order}")
    kept += [_temporary(row[1]) for row in temporary if row[0].lower() not in names]
    return tuple(sql for sql in kept if not sql.startswith("CREATE TABLE sqlite_"))


def _temporary(sql: str) -> str:
    """SQLite leaves `TEMP` out of the text that it keeps."""
    return sql.replace("CREATE ", "CREATE TEMP ", 1)
