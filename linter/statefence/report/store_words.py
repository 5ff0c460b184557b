"""What an open or a statement reaches, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statefence.model import Answer
from statefence.policy.model import Policy, Store
from statefence.project.sites import Mode, Open, PathKind, Statement, Target
from statefence.report.labels import counted
from statefence.template import Template, match

_DECIDED = {
    PathKind.MEMORY: "a database in memory, which ends with its connection",
    PathKind.LITERAL: "a fixed place",
    PathKind.SYMBOLIC: "a place below a known base",
    PathKind.CWD_RELATIVE: "a place that depends on the working directory",
    PathKind.TMP: "a temporary place",
    PathKind.PARAMETER: "a place that the caller decides",
    PathKind.CONFIG: "a place that the environment or settings decide",
    PathKind.UNKNOWN: "a place that the analysis does not know",
}
_MODES = {
    Mode.READ: "only to read",
    Mode.WRITE: "to read and write",
    Mode.APPEND: "to append",
    Mode.CREATE: "to create or replace it",
    Mode.REMOVE: "to remove it",
    Mode.UNKNOWN: "to read or write, which is not known",
}


def open_words(opened: Open, policy: Policy) -> Iterator[str]:
    """Lines that say what one open reaches and what for: the main answer, then the others, each with its store."""
    what = "database" if opened.database else "file"
    yield f"It opens a {what} {_MODES[opened.mode]} ({opened.mode})."
    yield from _targets("It reaches", opened.targets, policy)


def statement_words(statement: Statement, policy: Policy) -> Iterator[str]:
    """Lines that say which tables one statement touches, whose they are, and what its connection was opened on."""
    yield f"It runs: {' '.join(statement.sql.split())}"
    touched = {"reads": statement.reads, "writes": statement.writes, "changes the schema of": statement.ddl}
    for verb, tables in touched.items():
        if tables:
            yield f"  {verb} {', '.join(_table(table, policy) for table in tables)}"
    if not any(touched.values()):
        yield "  touches no known table"
    if statement.holes:
        yield f"  {counted(statement.holes, 'piece')} of the text, written {{}}, not known"
    if statement.known is not Answer.YES:
        yield "  these may not be all its tables"
    if statement.connection:
        yield from _targets("The connection was opened on", statement.connection, policy)
    else:
        yield "What the connection was opened on is not known."


def _targets(beginning: str, targets: Sequence[Target], policy: Policy) -> Iterator[str]:
    main, *others = targets
    yield from _target(beginning, main, policy)
    for other in others:
        yield from _target("Or, by another branch, flag or argument, it is", other, policy)


def _target(beginning: str, target: Target, policy: Policy) -> Iterator[str]:
    reason = f": {target.reason}" if target.reason else ""
    yield f"{beginning} {_DECIDED[target.kind]} ({target.kind}){reason}."
    if target.template is None:
        return
    yield f"  {target.template}"
    yield from _stores(target.template, policy)
    for forbidden in policy.forbidden:
        answer = match(forbidden.path, target.template)
        if answer is not Answer.NO:
            yield f"  {'is' if answer is Answer.YES else 'may be'} the forbidden path {forbidden.path}"


def _stores(template: Template, policy: Policy) -> Iterator[str]:
    answers = [(store, match(store.path, template)) for store in policy.stores]
    certain = [store for store, answer in answers if answer is Answer.YES]
    possible = [store.name for store, answer in answers if answer is Answer.UNKNOWN]
    for store in certain:
        yield f"  is the store {_rights(store)}"
    if possible:
        yield f"  may be the store {' or '.join(possible)}"
    if policy.stores and not certain and not possible:
        yield "  is no store of the policy"


def _rights(store: Store) -> str:
    readers = f"; {', '.join(store.readers)} may read it" if store.readers else ""
    return f"{store.name}, which {', '.join(store.owners)} may open{readers}"


def _table(table: str, policy: Policy) -> str:
    owners = ", ".join(store.name for store in policy.owner_of_table(table))
    return f"{table} (of the store {owners})" if owners else table
