"""What is wrong with what was found: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statefence.policy import Policy, Store, StoreKind
from statefence.state.headers import Kind
from statefence.state.look import Companion, Looked
from statefence.state.places import Places
from statefence.state.records import Found, Group, Problem, Role
from statefence.state.walk import File, Tree, parents

_MOST_NAMED = 5
_OTHERS_MAY = 0o006
_OTHERS_PASS = 0o001


def role_of(paths: Iterable[str], retired: frozenset[str], places: Places) -> Role:
    """What a database with these names is. A store's own path wins over a glob that forbids it, a tree's does not."""
    names = tuple(paths)
    if any(name in retired for name in names):
        return Role.RETIRED
    if any(places.store_at(name) is not None for name in names):
        return Role.STORE
    return Role.FORBIDDEN if any(places.forbidden_at(name) is not None for name in names) else Role.OTHER


def forbidden(path: str, shown: str, places: Places) -> Found | None:
    """That no database may be at a path."""
    clause = places.forbidden_at(path)
    if clause is None or places.store_at(path) is not None:
        return None
    into = f"; it belongs to the store {clause.belongs_to}" if clause.belongs_to else ""
    reason = f": {clause.reason}" if clause.reason else ""
    line = clause.line or 0
    return Found(
        Problem.FORBIDDEN, shown, f"no database may be here{reason}{into}", "SF202", f"{places.policy.source}:{line}"
    )


def of_contents(looked: Looked, shown: str, store: Store | None, policy: Policy) -> Iterator[Found]:
    """What is wrong inside a database."""
    contents = looked.contents
    if contents is None:
        return
    if contents.faults:
        more = len(contents.faults) - _MOST_NAMED
        message = "; ".join(contents.faults[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
        yield Found(Problem.CORRUPT, shown, message)
    for breach in contents.breaches:
        message = f"{breach.rows} rows of {breach.table} refer to rows of {breach.parent} that are not there"
        yield Found(Problem.FOREIGN_KEY, shown, message)
    if store is not None:
        yield from _foreign_tables(contents.tables, shown, store, policy)


def foreign_owners(table: str, store: Store, policy: Policy) -> tuple[Store, ...]:
    """The stores that own a table which this store does not."""
    owners = policy.owner_of_table(table)
    return () if any(owner.name == store.name for owner in owners) else owners


def _foreign_tables(tables: dict[str, int | None], shown: str, store: Store, policy: Policy) -> Iterator[Found]:
    for table, rows in tables.items():
        owners = foreign_owners(table, store, policy)
        if owners:
            names = " or ".join(owner.name for owner in owners)
            held = "" if rows is None else f", with {rows} rows"
            message = f"the table {table} belongs to the store {names}, and is in {store.name}{held}"
            line = _line(policy, f"stores.{owners[0].name}.tables")
            yield Found(Problem.FOREIGN_TABLE, shown, message, "SF301", line)


def of_name(file: File, kind: Kind, shown: str, places: Places) -> tuple[Found | None, str]:
    """A finding about a file without the header of a database, or why it cannot be judged; neither for most files."""
    store = places.store_at(file.path)
    if store is None:
        found = forbidden(file.path, shown, places)
        return found, ""
    if store.kind is not StoreKind.SQLITE:
        return None, ""
    if kind is Kind.EMPTY:
        return Found(Problem.EMPTY, shown, f"the store {store.name} has no bytes: it is new, or was truncated"), ""
    return None, f"the store {store.name} has no header of a database: it is encrypted, or was overwritten"


def of_companion(companion: Companion, shown: str, *, has_main: bool, is_hot: bool, missing: str = "") -> Found | None:
    """That a companion is left without its database, or waits to be rolled back.

    Args:
        missing: the journal that its transaction on several databases was committed by, where that is gone.
    """
    if not has_main:
        message = f"what belongs to {companion.main.rpartition('/')[2]} is left, and that is gone: SQLite ignores it"
        return Found(Problem.ORPHAN, shown, message)
    if is_hot and missing:
        message = f"a transaction on several databases was cut off, and its {missing} is not there: SQLite takes it for"
        return Found(Problem.HOT_JOURNAL, shown, f"{message} committed, and what was half written stays")
    if is_hot:
        message = "a transaction was cut off: whoever opens the database next rolls it back; a copy without it is torn"
        return Found(Problem.HOT_JOURNAL, shown, message)
    return None


def of_links(file: File, links: Iterable[File], shown: str) -> Found | None:
    """That a database has several hard links, each of which gets a log and locks of its own."""
    hard = file.hard_links - 1
    inside = [link for link in links if not link.link]
    if not hard:
        return None
    message = f"it has {hard + 1} hard links, {len(inside) + 1} of them here: under each name SQLite keeps another log"
    return Found(Problem.HARD_LINKED, shown, message)


def of_permissions(file: File, shown: str, tree: Tree, *, root_is_open: bool) -> Found | None:
    """That other users of the machine can get at a file of the program's state."""
    if not file.mode & _OTHERS_MAY or file.link or not root_is_open:
        return None
    if not all(tree.directories.get(above, 0) & _OTHERS_PASS for above in parents(file.path, tree.root)):
        return None
    may = " and ".join(word for bit, word in ((0o004, "read"), (0o002, "write")) if file.mode & bit)
    return Found(Problem.READABLE, shown, f"every user of this machine can {may} it (mode {file.mode:04o})")


def groups(databases: Iterable[tuple[str, Looked, Role]]) -> tuple[Group, ...]:
    """The databases with equal tables, those written last first; retired ones do not count."""
    alike: dict[str, list[tuple[float, str, Looked]]] = {}
    for shown, looked, role in databases:
        if looked.contents is not None and looked.contents.fingerprint and role is not Role.RETIRED:
            alike.setdefault(looked.contents.fingerprint, []).append((-looked.written, shown, looked))
    return tuple(
        Group(schema, tuple(sorted(members[0][2].contents.tables)), tuple(shown for _, shown, _ in members))
        for schema, found in sorted(alike.items())
        if len(members := sorted(found, key=lambda member: member[:2])) > 1 and members[0][2].contents is not None
    )


def duplicates(group: Group, roles: dict[str, tuple[Role, str | None]], described: dict[str, str]) -> Iterator[Found]:
    """The members of a group that should not be: each that is no store, or the group when none is a store.

    Stores may have equal tables; forbidden databases are findings anyway.
    """
    stores = [path for path in group.paths if roles[path][0] is Role.STORE]
    strays = [path for path in group.paths if roles[path][0] is Role.OTHER]
    if stores:
        owner = stores[0]
        for path in strays:
            message = f"has the same tables as the store {roles[owner][1]} ({described[owner]}): {described[path]}"
            yield Found(Problem.DUPLICATE, path, message)
    elif len(group.paths) > 1 and strays:
        more = len(group.paths) - _MOST_NAMED
        listed = "; ".join(described[path] for path in group.paths[:_MOST_NAMED])
        message = f"{len(group.paths)} databases have the same tables: {listed}" + (
            f"; {more} more" if more > 0 else ""
        )
        yield Found(Problem.DUPLICATE, group.paths[0], message)


def _line(policy: Policy, key: str) -> str:
    return f"{policy.source}:{policy.lines.get(key, 0)}"
