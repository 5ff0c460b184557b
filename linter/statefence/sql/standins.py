"""Stand-ins for tables and columns that the known schema lacks.

Each function gives the statements that may mend one error of SQLite's; the first that succeeds is kept. Which tables
are stand-ins is written in the clone itself, by the name of a constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from statefence.sql.clone import Clone, quoted
from statefence.sql.fillings import STAND_IN
from statefence.sql.tokens import Token

_MOST_COLUMNS = 300
_STUB = "statefence_stub"
_OTHER = f"{STAND_IN}_other"
_NO_NAMES = """
WHERE ON USING SET GROUP ORDER LIMIT JOIN LEFT INNER CROSS NATURAL OUTER FULL RIGHT VALUES SELECT UNION EXCEPT INTERSECT
HAVING RETURNING DEFAULT INDEXED NOT AND OR FROM ADD RENAME DROP BEGIN AFTER BEFORE INSERT INTO UPDATE DELETE REPLACE
CREATE TABLE AS IN IS NULL BY DISTINCT CONFLICT DO NOTHING
"""
_RESERVED = frozenset(_NO_NAMES.split())


class Job(Struct, frozen=True):
    """The statement to be prepared, and the clone to prepare it on."""

    clone: Clone
    tokens: tuple[Token, ...]


def missing_table(job: Job, name: str) -> Iterator[str]:
    """A table: the first stand-in gets every name of the statement as a column, the others what is asked of them."""
    database, _, table = name.rpartition(".")
    if table.lower() == "sqlite_sequence":
        yield f"CREATE TABLE {STAND_IN}_sequence (id INTEGER PRIMARY KEY AUTOINCREMENT)"
        return
    if table.lower().startswith("sqlite_stat"):
        yield "ANALYZE"
        return
    if database and database not in {"main", "temp", *job.clone.attached()}:
        job.clone.run(f"ATTACH ':memory:' AS {quoted(database)}")
    if table.lower() in {"sqlite_master", "sqlite_schema"}:
        yield "SELECT 1"  # every database has it, now that there is that database
        return
    prefix = f"{quoted(database)}." if database else ""
    columns = [] if _stubs(job) else _names(job.tokens)
    yield stub(prefix + quoted(table), columns)
    yield stub(prefix + quoted(table), [])


def _qualified(name: str) -> str:
    """A name as SQLite's errors show it, with or without its database, as it can be written in a statement."""
    return ".".join(quoted(part) for part in name.rsplit(".", 1))


def stub(table: str, columns: Sequence[str], generated: Sequence[str] = ()) -> str:
    """The statement that creates a stand-in; a table must have at least one column."""
    listed = [quoted(column) for column in columns or [f"{STAND_IN}_column"]]
    listed += [f"{quoted(column)} GENERATED ALWAYS AS (NULL)" for column in generated]
    return f"CREATE TABLE {table} ({', '.join(listed)}, CONSTRAINT {_STUB} CHECK (1))"


def _names(tokens: Iterable[Token]) -> list[str]:
    """Every name in the statement once, whatever it names: as columns of a stand-in they do no harm."""
    names = dict.fromkeys(token.name.lower() for token in tokens if token.name)
    return [name for name in names if name.upper() not in _RESERVED][:_MOST_COLUMNS]


def _stubs(job: Job) -> list[str]:
    """The stand-ins there are, as they can be written in a statement, oldest first."""
    found: list[str] = []
    for database in ("main", *job.clone.attached()):
        query = f"SELECT name FROM {quoted(database)}.sqlite_master WHERE type = 'table' AND sql LIKE '%{_STUB}%'"
        found += [f"{quoted(database)}.{quoted(row[0])}" for row in job.clone.rows(query)]
    return found


def mentioned(job: Job) -> list[str]:
    """The tables of the schema that the statement names, in its order."""
    known = {row[0].lower(): row[0] for row in job.clone.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    names = dict.fromkeys(token.name.lower() for token in job.tokens if token.name)
    return [known[name] for name in names if name in known]


def _candidates(job: Job) -> list[str]:
    """The tables that may be changed to make a statement fit, as they can be written: stand-ins first."""
    return [*_stubs(job), *map(quoted, mentioned(job))]


def _aliased(job: Job, alias: str) -> list[str]:
    """What the alias may stand for: names that it follows, directly or after `AS`; and itself."""
    texts = [token.name for token in job.tokens]
    found = [quoted(alias)]
    for index, text in enumerate(texts):
        if index and text.lower() == alias.lower():
            target = index - 2 if texts[index - 1].upper() == "AS" else index - 1
            if target >= 0 and texts[target] and texts[target].upper() not in _RESERVED:
                found.append(quoted(texts[target]))
    return found


def missing_column(job: Job, name: str) -> Iterator[str]:
    """A column, on the table its alias stands for, else on stand-ins, else on any table that the statement names."""
    *owner, column = name.strip('"').split(".")
    candidates = sorted(_candidates(job), key=lambda table: _has_lost(job, table))
    for table in dict.fromkeys([*(_aliased(job, owner[-1]) if owner else []), *candidates]):
        yield f"ALTER TABLE {table} ADD COLUMN {quoted(column)} ANY"


def _has_lost(job: Job, table: str) -> bool:
    """Whether the table had to lose a column before: then it is another that has it."""
    name = table.rpartition(".")[2].strip('"')
    return any(column == _OTHER for column, _ in job.clone.columns(name))


def missing_named_column(job: Job, table: str, column: str) -> Iterator[str]:
    """A column of a table that SQLite names."""
    yield f"ALTER TABLE {_qualified(table)} ADD COLUMN {quoted(column)} ANY"
    yield from missing_column(job, column)


def ambiguous_column(job: Job, column: str) -> Iterator[str]:
    """A column that two tables have: one of them loses it, a stand-in first, unless the statement says that it has it.

    Where it says so of all, a subquery means a table of its own, which then lacks the column.
    """
    bare = column.rpartition(".")[2]
    name, owners = quoted(bare), _owners(job, bare)
    for table in _candidates(job):
        if table.rpartition(".")[2] not in owners:
            yield f"ALTER TABLE {table} RENAME COLUMN {name} TO {quoted(_OTHER)}"
            yield f"ALTER TABLE {table} DROP COLUMN {name}"
    for table in sorted(_stubs(job), key=lambda table: _has_lost(job, table)):
        yield f"ALTER TABLE {table} ADD COLUMN {name} ANY"


def _owners(job: Job, column: str) -> set[str]:
    """The tables, quoted, that the statement writes before the column and a dot, by name or alias."""
    words = zip(job.tokens, job.tokens[1:], job.tokens[2:], strict=False)
    aliases = {one.name for one, dot, last in words if dot.text == "." and last.name.lower() == column.lower()}
    return {table for alias in aliases for table in _aliased(job, alias)}


def other_column_count(job: Job, table: str, _present: str, wanted: str) -> Iterator[str]:
    """A table with as many columns as an insert without a column list has values; generated ones do not count."""
    names = [name for name in _names(job.tokens) if name.lower() != table.rpartition(".")[2].lower()]
    names += [f"{STAND_IN}_{number}" for number in range(int(wanted) - len(names))]
    job.clone.run(f"DROP TABLE {_qualified(table)}")
    yield stub(_qualified(table), names[: int(wanted)], names[int(wanted) :])


def duplicate_column(job: Job, column: str) -> Iterator[str]:
    """A column that the statement is about to add."""
    for table in map(quoted, mentioned(job)):
        yield f"ALTER TABLE {table} DROP COLUMN {quoted(column)}"
        yield f"ALTER TABLE {table} RENAME COLUMN {quoted(column)} TO {quoted(_OTHER)}"


def view_modified(job: Job, name: str) -> Iterator[str]:
    """A view that is written although no trigger of the schema makes that possible: taken for a table."""
    job.clone.run(f"DROP VIEW {quoted(name)}")
    yield stub(quoted(name), _names(job.tokens))


def missing_join_column(job: Job, column: str) -> Iterator[str]:
    """A column of `USING`, on every table that lacks it in turn."""
    for table in _candidates(job):
        yield f"ALTER TABLE {table} ADD COLUMN {quoted(column)} ANY"
