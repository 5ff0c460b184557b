"""From a text with holes to what each of its statements touches."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import islice, pairwise

from msgspec import Struct

from statefence.model import Answer
from statefence.sql.access import Tables, is_stand_in, tables, unreported
from statefence.sql.clone import LONGEST, Access, Clone, is_syntax, opened, quoted
from statefence.sql.fillings import STAND_IN, Filled, fillings, widened
from statefence.sql.kinds import CHANGES_SCHEMA, kind_of, unconditional
from statefence.sql.model import Kind, Schema, Touch
from statefence.sql.repairs import prepare
from statefence.sql.tokens import HOLE, Statement, Token, joined, split

NOT_PREPARED = "SQLite cannot prepare it"
_MOST_FILLINGS = 8
_COUNTS = re.compile(
    r"has (?P<columns>\d+) columns but (?P<supplied>\d+) values|(?P<values>\d+) values for (?P<named>\d+) columns"
)
_MADE = {
    Kind.VIEW: (sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_CREATE_TEMP_VIEW),
    Kind.TRIGGER: (sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_CREATE_TEMP_TRIGGER),
}
_NO_SCHEMA = Schema()


class _Prepared(Struct, frozen=True):
    """A statement as it was prepared, SQLite's error ('' when it could be), and what it asked for."""

    filled: Filled
    error: str
    accesses: tuple[Access, ...]


def statements(pieces: Sequence[str | None], schema: Schema) -> tuple[Touch, ...]:
    """What each statement of the text touches, in order; None among the pieces is a hole. Never raises."""
    text = joined(pieces).encode("utf-8", "replace").decode()
    if len(text) > LONGEST or "\0" in text:
        reason = "the text is too long" if len(text) > LONGEST else "the text contains a NUL character"
        return (Touch(Kind.OTHER, known=Answer.UNKNOWN, reason=reason, holes=text.count(HOLE)),)
    clone = opened(schema)
    answer = clone.answers.get(text)
    if answer is None:
        answer = clone.answers[text] = _script(clone, split(text))
    return answer


def _script(clone: Clone, script: Sequence[Statement]) -> tuple[Touch, ...]:
    """The statements in order; what one changes in the schema holds for those after it."""
    found: list[Touch] = []
    try:
        for number, statement in enumerate(script, start=1):
            touch, sql = _statement(clone, statement)
            found.append(touch)
            if number < len(script) and touch.kind in CHANGES_SCHEMA:
                clone.begin()
                clone.run(sql)
    finally:
        clone.forget()
    return tuple(found)


def _statement(clone: Clone, statement: Statement) -> tuple[Touch, str]:
    """What one statement touches, and the text that was prepared in its place."""
    kind = kind_of(statement)
    if _names_all(kind, statement):
        blank = opened(_NO_SCHEMA)
        try:
            return _resolved(blank, kind, statement)
        finally:
            if blank is not clone:
                blank.forget()
    return _resolved(clone, kind, statement)


def _names_all(kind: Kind, statement: Statement) -> bool:
    """Whether the statement names every table it touches, so that no schema is needed."""
    if kind is Kind.CREATE_TABLE:
        return "SELECT" not in statement.words
    return kind in {Kind.ALTER, Kind.INDEX}


def _resolved(clone: Clone, kind: Kind, statement: Statement) -> tuple[Touch, str]:
    """What the statement touches on this clone."""
    tokens = unconditional(kind, statement.tokens)
    prepared = _prepared(clone, tokens)
    if not prepared.error:
        prepared = _with_body(clone, kind, _completed(clone, statement, prepared))
    accesses = () if is_syntax(prepared.error) else prepared.accesses
    found = tables(accesses, clone.catalogue(), clone.modules, tokens, rewriting=_rewrites(kind, statement))
    return _answer(kind, statement, found, prepared), prepared.filled.sql


def _prepared(clone: Clone, tokens: Sequence[Token]) -> _Prepared:
    """The first filling that can be prepared; when none can, the first of all, with SQLite's error."""
    failed: _Prepared | None = None
    for filled in islice(fillings(tokens, clone), _MOST_FILLINGS):
        prepared = _attempt(clone, _widened(clone.explain(filled.sql), filled, tokens))
        wider = _widened(prepared.error, prepared.filled, tokens)
        if wider != prepared.filled:
            prepared = _attempt(clone, wider)
        if not prepared.error:
            return prepared
        failed = failed or prepared
    return failed or _Prepared(Filled(()), "no statement fits around what is not known", ())


def _attempt(clone: Clone, filled: Filled) -> _Prepared:
    """One filling, with what it asks for."""
    error = prepare(clone, filled.sql)
    return _Prepared(filled, error, tuple(clone.seen))


def _widened(error: str, filled: Filled, tokens: Sequence[Token]) -> Filled:
    """Gives a hole among the values of an insert as many values as the error says that there are columns left."""
    found = _COUNTS.search(error)
    if not found:
        return filled
    wanted, given = (int(found["columns"] or found["named"]), int(found["supplied"] or found["values"]))
    return widened(filled, tokens, wanted - given + 1) if given < wanted else filled


def _rewrites(kind: Kind, statement: Statement) -> bool:
    """Whether an insert of this statement may change rows that are there."""
    replaces = kind is Kind.REPLACE or (kind is Kind.TRIGGER and "REPLACE" in statement.words)
    return replaces or statement.words[:3] == ("INSERT", "OR", "INTO") or _upserts(statement)


def _upserts(statement: Statement) -> bool:
    """Whether it has `ON CONFLICT ... DO UPDATE`."""
    return ("DO", "UPDATE") in pairwise(statement.words)


def _completed(clone: Clone, statement: Statement, prepared: _Prepared) -> _Prepared:
    """With the reads that SQLite tells only sometimes: an upsert looks for the row that it may update."""
    inserts = [seen for seen in prepared.accesses if seen.action == sqlite3.SQLITE_INSERT and not seen.inside]
    looked_up = [Access(sqlite3.SQLITE_READ, insert.first, "", insert.database, None) for insert in inserts]
    more = (*(looked_up if _upserts(statement) else ()), *unreported(clone, prepared.filled.sql, statement.words))
    return _Prepared(prepared.filled, "", (*prepared.accesses, *more))


def _answer(kind: Kind, statement: Statement, found: Tables, prepared: _Prepared) -> Touch:
    """The answer, without the names of stand-ins; whoever has one is not known."""
    error, doubt = prepared.error, prepared.filled.doubt
    named = (found.reads, found.writes, found.rewrites, (*found.ddl, *_renamed(statement)))
    if any(is_stand_in(name) for names in named for name in names) and not doubt:
        doubt = "a table's name is not known" if statement.holes else "the schema does not say whose it is"
    reason = f"{NOT_PREPARED}: {error.replace(STAND_IN, '{}')}" if error else doubt
    reads, writes, rewrites, ddl = (tuple(name for name in names if not is_stand_in(name)) for names in named)
    if kind is Kind.EXPLAIN:
        writes, ddl = (), ()
    if kind in CHANGES_SCHEMA:
        ddl = tuple(dict.fromkeys(ddl))
        reads = tuple(name for name in reads if name not in ddl)
        writes = writes if kind is Kind.TRIGGER else ()
    return Touch(
        kind=kind,
        reads=reads,
        writes=writes,
        rewrites=tuple(name for name in rewrites if name in writes),
        ddl=ddl,
        known=Answer.UNKNOWN if reason else Answer.YES,
        reason=reason,
        holes=statement.holes,
        sql=statement.text.replace(HOLE, "{}"),
    )


def _renamed(statement: Statement) -> tuple[str, ...]:
    """The new name that `ALTER TABLE x RENAME TO y` gives."""
    for before, to, name in zip(statement.tokens, statement.tokens[1:], statement.tokens[2:], strict=False):
        if (before.upper, to.upper) == ("RENAME", "TO"):
            return (name.name.replace(HOLE, STAND_IN) or STAND_IN,)
    return ()


def _with_body(clone: Clone, kind: Kind, prepared: _Prepared) -> _Prepared:
    """With what the body of a new view or trigger touches: SQLite looks into it only when it is used, so it is."""
    made = next((seen for seen in prepared.accesses if seen.action in _MADE.get(kind, ())), None)
    if made is None or not made.first:
        return prepared
    sql = prepared.filled.sql
    clone.begin()
    clone.run(sql)
    is_view = kind is Kind.VIEW
    probe = f"SELECT * FROM {quoted(made.first)}" if is_view else _firing(clone, sql, made.second or "")
    error = prepare(clone, probe, sql)
    body = [seen for seen in clone.seen if seen.inside and (is_view or seen.inside.lower() == made.first.lower())]
    hidden = unreported(clone, probe) if is_view else ()
    return _Prepared(prepared.filled, error, (*prepared.accesses, *body, *hidden))


def _firing(clone: Clone, sql: str, table: str) -> str:
    """A statement that fires the trigger that `sql` creates on the table."""
    words = [token for statement in split(sql) for token in statement.tokens]
    event = next((place for place, token in enumerate(words) if token.upper in {"DELETE", "INSERT", "UPDATE"}), 0)
    if words[event].upper == "DELETE":
        return f"DELETE FROM {quoted(table)}"
    if words[event].upper == "INSERT":
        return f"INSERT INTO {quoted(table)} DEFAULT VALUES"
    column = words[event + 2].name if words[event + 1].upper == "OF" else clone.first_column(table)
    return f"UPDATE {quoted(table)} SET {quoted(column)} = NULL"
