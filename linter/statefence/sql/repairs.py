"""Preparing a statement although something is missing: what it is, SQLite's own error says, and it is stood in for.

Every repair is DDL on the clone, taken back by `Clone.forget`; functions and collations stay, and change no answer.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator

from statefence.sql.clone import Clone, is_syntax, quoted
from statefence.sql.fillings import STAND_IN
from statefence.sql.standins import (
    Job,
    ambiguous_column,
    duplicate_column,
    mentioned,
    missing_column,
    missing_join_column,
    missing_named_column,
    missing_table,
    other_column_count,
    stub,
    view_modified,
)
from statefence.sql.tokens import TokenKind, tokenize

_MOST_REPAIRS = 60
_ALL_SEEN = "do not have the same number of result columns"


def prepare(clone: Clone, sql: str, context: str = "") -> str:
    """Prepares `sql`, standing in for what the schema lacks; then see `clone.seen`.

    Names of columns for what is stood in for are taken from `context`, else from `sql`.
    Returns SQLite's last error, '' when it could be prepared.
    """
    error = clone.explain(sql)
    if _is_final(error):
        return _judged(error)
    job = Job(clone, tuple(token for token in tokenize(context or sql) if token.kind is not TokenKind.SPACE))
    clone.begin()
    for _ in range(_MOST_REPAIRS):
        if not _repair(job, error):
            clone.explain(sql)
            break
        error = clone.explain(sql)
        if _is_final(error):
            break
    return _judged(error)


def _is_final(error: str) -> bool:
    """Whether no stand-in could change the answer."""
    return not error or is_syntax(error) or _ALL_SEEN in error


def _judged(error: str) -> str:
    """The error, unless SQLite found it only after it had looked up every name: a stand-in may have other columns."""
    return "" if _ALL_SEEN in error else error


def _repair(job: Job, error: str) -> bool:
    """Does the first thing of those that fit the error which succeeds; False when none does."""
    for pattern, remedies in _REMEDIES:
        found = pattern.search(error)
        if found:
            try:
                return any(not job.clone.run(ddl) for ddl in remedies(job, *map(_bare, found.groups())))
            except sqlite3.Error:  # a name that SQLite takes in a statement, but not for what must stand in
                return False
    return False


def _bare(name: str) -> str:
    """A name without the quotes that SQLite's error repeats from the statement."""
    tokens = list(tokenize(name))
    return tokens[0].name if len(tokens) == 1 and tokens[0].kind is TokenKind.QUOTED else name


def _exists(kind: str) -> Callable[[Job, str], Iterator[str]]:
    def drop(_job: Job, name: str) -> Iterator[str]:
        yield f"DROP {kind} {quoted(name)}"

    return drop


def _exists_somehow(_job: Job, name: str) -> Iterator[str]:
    for kind in ("TABLE", "INDEX", "VIEW"):
        yield f"DROP {kind} {quoted(name)}"


def _missing_unique(job: Job) -> Iterator[str]:
    """Builds the index that `ON CONFLICT (target)` asks for, from the target's own text."""
    words = [token.upper for token in job.tokens]
    table = next((job.tokens[i + 1].name for i, word in enumerate(words[:-1]) if word == "INTO"), "")
    for start, word in enumerate(words):
        if word == "CONFLICT":
            end = next((i for i in range(start, len(words)) if words[i] == "DO"), len(words))
            target = " ".join(token.text for token in job.tokens[start + 1 : end])
            yield f"CREATE UNIQUE INDEX {quoted(f'{STAND_IN}_{start}')} ON {quoted(table)} {target}"


def _missing_index(job: Job, name: str) -> Iterator[str]:
    tables = mentioned(job) or [STAND_IN]
    job.clone.run(stub(quoted(STAND_IN), []))
    for table in tables:
        yield f"CREATE INDEX {quoted(name)} ON {quoted(table)} ({quoted(job.clone.first_column(table))})"


def _missing_trigger(job: Job, name: str) -> Iterator[str]:
    job.clone.run(stub(quoted(STAND_IN), []))
    yield f"CREATE TRIGGER {quoted(name.rpartition('.')[2])} AFTER DELETE ON {quoted(STAND_IN)} BEGIN SELECT 1; END"


def _missing_view(_job: Job, name: str) -> Iterator[str]:
    yield f"CREATE VIEW {quoted(name.rpartition('.')[2])} AS SELECT 1"


def _missing_database(_job: Job, name: str) -> Iterator[str]:
    yield f"ATTACH ':memory:' AS {quoted(name)}"


def _broken_object(_job: Job, kind: str, name: str) -> Iterator[str]:
    yield f"DROP {kind.upper()} {quoted(name)}"


def _unknown_object(job: Job) -> Iterator[str]:
    """`REINDEX name` of something unknown."""
    yield from _missing_index(job, job.tokens[-1].name)


class _Anything:
    """An aggregate and window function that answers NULL."""

    def step(self, *_: object) -> None:
        """Takes a row."""

    def inverse(self, *_: object) -> None:
        """Gives a row back."""

    def value(self) -> None:
        """The window's answer."""

    def finalize(self) -> None:
        """The group's answer."""


def _missing_function(job: Job, name: str) -> Iterator[str]:
    job.clone.connection.create_function(name, -1, lambda *_: None)
    yield "SELECT 1"


def _missing_aggregate(job: Job, name: str) -> Iterator[str]:
    job.clone.connection.create_window_function(name, -1, _Anything)
    yield "SELECT 1"


def _missing_collation(job: Job, name: str) -> Iterator[str]:
    job.clone.connection.create_collation(name, lambda _left, _right: 0)
    yield "SELECT 1"


_REMEDIES: tuple[tuple[re.Pattern[str], Callable[..., Iterator[str]]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), remedy)
    for pattern, remedy in (
        (r"^error in (view|trigger|index) (\S+?)(?: after .*?)?:", _broken_object),
        (r"no such table: (.+)$", missing_table),
        (r"no such column: (.+)$", missing_column),
        (r"table (.+) has no column named (.+)$", missing_named_column),
        (r"ambiguous column name: (.+)$", ambiguous_column),
        (r"table (.+) has (\d+) columns but (\d+) values were supplied", other_column_count),
        (r"^(?:table|view) (.+) already exists", _exists_somehow),
        (r"^index (.+) already exists", _exists("INDEX")),
        (r"^trigger (.+) already exists", _exists("TRIGGER")),
        (r"there is already (?:a table|an index) named (.+)$", _exists_somehow),
        (r"there is already another table or index with this name: (.+)$", _exists_somehow),
        (r"duplicate column name: (.+)$", duplicate_column),
        (r"ON CONFLICT clause does not match", _missing_unique),
        (r"no such index: (.+)$", _missing_index),
        (r"no such trigger: (.+)$", _missing_trigger),
        (r"no such view: (.+)$", _missing_view),
        (r"unknown database:? (.+)$", _missing_database),
        (r"cannot modify (.+) because it is a view", view_modified),
        (r"cannot join using column (.+) - column not present", missing_join_column),
        (r"unable to identify the object to be reindexed", _unknown_object),
        (r"no such function: (.+)$", _missing_function),
        (r"wrong number of arguments to function (.+)\(\)", _missing_function),
        (r"^(.+)\(\) may not be used as a window function", _missing_aggregate),
        (r"(?:FILTER|DISTINCT|ORDER BY) may not be used with (?:non-)?aggregate:? (.+)\(\)", _missing_aggregate),
        (r"no such collation sequence: (.+)$", _missing_collation),
    )
)
