"""From a text with holes to what each of its statements touches."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from functools import partial
from itertools import islice, pairwise

from statefence.model import Answer
from statefence.sql.access import Tables, is_stand_in, tables, unreported
from statefence.sql.clone import LONGEST, Access, Clone, opened, quoted
from statefence.sql.fillings import STAND_IN, Filled, fillings, widened
from statefence.sql.kinds import CHANGES_SCHEMA, kind_of, unconditional
from statefence.sql.model import Kind, Schema, Touch
from statefence.sql.repairs import is_syntax, prepare
from statefence.sql.tokens import HOLE, Statement, Token, joined, split

NOT_PREPARED = "SQLite cannot prepare it"
_MOST_FILLINGS = 8
_COUNTS = re.compile(
    r"has (?P<columns>\d+) columns but (?P<supplied>\d+) values|(?P<values>\d+) values for (?P<named>\d+) columns"
)
_NO_SCHEMA = Schema()


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
    """Tries the fillings until one can be prepared; without one, says why."""
    tokens = unconditional(kind, statement.tokens)
    error, best = "no statement fits around what is not known", Filled(())
    accepts = partial(_accepts, clone)
    for filled in islice(fillings(tokens, accepts), _MOST_FILLINGS):
        filled = _widened(clone.explain(filled.sql), filled, tokens)
        refused = prepare(clone, filled.sql)
        wider = _widened(refused, filled, tokens)
        if wider != filled:
            filled, refused = wider, prepare(clone, wider.sql)
        if not best.texts or not refused:
            error, best = refused, filled
        if not refused:
            break
    accesses = list(clone.seen) if best.texts else []
    if not error:
        accesses += _looked_up(statement, accesses)
        accesses += unreported(clone, best.sql, statement.words)
        accesses += _body(clone, kind, best.sql, accesses)
    known = clone.catalogue()
    found = tables(accesses, known, clone.modules, tokens, rewriting=_rewrites(kind, statement))
    return _answer(kind, statement, found, error or "", best.doubt), best.sql


def _widened(error: str, filled: Filled, tokens: Sequence[Token]) -> Filled:
    """Gives a hole among the values of an insert as many values as the error says that there are columns left."""
    found = _COUNTS.search(error)
    if not found:
        return filled
    wanted, given = (int(found["columns"] or found["named"]), int(found["supplied"] or found["values"]))
    return widened(filled, tokens, wanted - given + 1) if given < wanted else filled


def _accepts(clone: Clone, text: str, whole: bool) -> bool:
    """Whether the grammar takes the text as a statement, or as the beginning of one."""
    error = clone.explain(text)
    return not is_syntax(error) or (not whole and error == "incomplete input")


def _rewrites(kind: Kind, statement: Statement) -> bool:
    """Whether an insert of this statement may change rows that are there."""
    replaces = kind is Kind.REPLACE or (kind is Kind.TRIGGER and "REPLACE" in statement.words)
    return replaces or statement.words[:3] == ("INSERT", "OR", "INTO") or _upserts(statement)


def _upserts(statement: Statement) -> bool:
    """Whether it has `ON CONFLICT ... DO UPDATE`."""
    return ("DO", "UPDATE") in pairwise(statement.words)


def _looked_up(statement: Statement, accesses: Sequence[Access]) -> list[Access]:
    """An upsert looks for the row that it may update: SQLite tells so for some kinds of keys only."""
    if not _upserts(statement):
        return []
    inserts = [access for access in accesses if access.action == sqlite3.SQLITE_INSERT and not access.inside]
    return [Access(sqlite3.SQLITE_READ, insert.first, "", insert.database, None) for insert in inserts]


def _answer(kind: Kind, statement: Statement, found: Tables, error: str, doubt: str) -> Touch:
    """The answer, without the names of stand-ins; whoever has one is not known."""
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


def _body(clone: Clone, kind: Kind, sql: str, accesses: Sequence[Access]) -> list[Access]:
    """What the body of a new view or trigger touches: SQLite looks into it only when it is used, so it is."""
    made = {
        Kind.VIEW: {sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_CREATE_TEMP_VIEW},
        Kind.TRIGGER: {sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_CREATE_TEMP_TRIGGER},
    }.get(kind, set())
    access = next((access for access in accesses if access.action in made), None)
    if access is None or not access.first:
        return []
    clone.begin()
    clone.run(sql)
    if kind is Kind.VIEW:
        probe = f"SELECT * FROM {quoted(access.first)}"
        prepare(clone, probe, sql)
        return [*(seen for seen in clone.seen if seen.inside), *unreported(clone, probe)]
    probe = _firing(clone, sql, access.second or "")
    prepare(clone, probe, sql)
    return [seen for seen in clone.seen if (seen.inside or "").lower() == access.first.lower()]


def _firing(clone: Clone, sql: str, table: str) -> str:
    """A statement that fires the trigger that `sql` creates on the table."""
    words = [token for statement in split(sql) for token in statement.tokens]
    event = next((place for place, token in enumerate(words) if token.upper in {"DELETE", "INSERT", "UPDATE"}), 0)
    if words[event].upper == "DELETE":
        return f"DELETE FROM {quoted(table)}"
    if words[event].upper == "INSERT":
        return f"INSERT INTO {quoted(table)} DEFAULT VALUES"
    columns = clone.rows(f"SELECT name FROM pragma_table_info({quoted(table)})")
    column = words[event + 2].name if words[event + 1].upper == "OF" else columns[0][0]
    return f"UPDATE {quoted(table)} SET {quoted(column)} = NULL"
