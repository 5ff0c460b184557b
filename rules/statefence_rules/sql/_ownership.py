"""Which declared stores a statement runs on."""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Policy, Statement, Store
from statefence_rules.opening import stores_at


def stores_of(statement: Statement, policy: Policy) -> tuple[Store, ...]:
    """The stores that the statement's connection may be opened on; none when it is not known, or another database."""
    found = {store.name: store for target in statement.connection for store in stores_at(target, policy)}
    return tuple(found.values())


def is_open(statement: Statement) -> bool:
    """Whether nothing is known of the connection, so that only the tables tell which store is meant."""
    return not any(target.template is not None or target.kind.value == "memory" for target in statement.connection)


def candidates(statement: Statement, policy: Policy) -> Iterator[Store]:
    """The stores on which the statement runs for certain, or those whose tables alone it can mean."""
    if not is_open(statement):
        yield from stores_of(statement, policy)
        return
    tables = {table.casefold() for touch in statement.touches for table in (*touch.reads, *touch.writes, *touch.ddl)}
    for store in policy.stores:
        named = {*store.tables, *store.tenant}
        if any(table.casefold() in tables and policy.owner_of_table(table) in ((), (store,)) for table in named):
            yield store
