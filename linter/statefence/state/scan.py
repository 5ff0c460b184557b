"""`state scan`: everything that a state directory holds, and what is wrong with it."""

# Paths are text here: thousands of files, and names in any encoding.
# ruff: noqa: PTH110, PTH112, PTH116, PTH118

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from statefence.copies import UnreadableError
from statefence.errors import UsageError
from statefence.policy import Policy, Store, StoreKind
from statefence.state import judge
from statefence.state.appending import Grown, database_grown, file_grown, gone, is_append_only
from statefence.state.applied import Applied, locked_keys
from statefence.state.applied import compare as applied_beside
from statefence.state.discovery import discoveries
from statefence.state.headers import Kind, beginning, kind_of, super_journal
from statefence.state.history import FileRecord, History, TableRecord, load, record_path, save, shown
from statefence.state.holders import holders
from statefence.state.look import Advance, Companion, Looked, Sorted, look, sort
from statefence.state.merging import RefusedError
from statefence.state.places import Places, places
from statefence.state.records import VERSION, Database, Found, Problem, Role, Scan, Summary, Unjudged
from statefence.state.registering import unregistered
from statefence.state.retired import retired_among
from statefence.state.walk import File, Tree, Unseen, parents, walk

_OTHERS_PASS = 0o001


class Sight(Struct, frozen=True):
    """What was looked at, before it is judged.

    Attributes:
        grown: for each append-only file, whether it only grew.
        applied: for each store's database, what is wrong with its migrations.
    """

    tree: Tree
    files: Sorted
    looked: tuple[Looked, ...]
    places: Places
    grown: dict[str, Grown]
    applied: dict[str, Applied]
    retired: frozenset[str]


def scan(
    policy: Policy, directory: str, environ: dict[str, str], *, accept: bool = False, advance: Advance | None = None
) -> Scan:
    """Audits a state directory; only private copies are opened, and nothing is written below it.

    What append-only stores hold is kept for the next scan (see `history`); with `accept` also what should not have
    changed. Raises StatefenceError when the directory, or the record of the last scan, cannot be used.
    """
    root = os.path.realpath(directory)
    if not os.path.isdir(root):
        raise UsageError(f"{directory}: no such directory")
    record = record_path(root, environ)
    before = None if accept else load(record, root)
    history = before or History(shown(root))
    sight = see(policy, root, environ, history, advance or _silent)
    found = sorted(_findings(sight, policy, history), key=lambda each: (each.path, each.problem, each.message))
    save_if_changed(record, before, _remembered(sight, history))
    return _report(sight, policy, tuple(found))


def see(policy: Policy, root: str, environ: dict[str, str], history: History | None, advance: Advance) -> Sight:
    """Looks at everything below an absolute directory; without a history append-only stores are not compared."""
    at = places(policy, root, environ)
    tree = walk(root)
    files = sort(tree.files, advance)
    grown: dict[str, Grown] = {}
    applied: dict[str, Applied] = {}
    released = locked_keys(policy.root) if policy.source is not None else {}

    def compare(file: File, copy: str) -> None:
        store = at.store_at(file.path)
        if store is not None and store.name in released:
            applied[file.path] = _applied(copy, released[store.name])
        if history is not None and store is not None and is_append_only(store) and store.kind is StoreKind.SQLITE:
            name = relative(file.path, root)
            grown[name] = database_grown(copy, name, store, policy, history.databases.get(name))

    looked = look(files.databases, compare, advance)
    for file in (*(other for other, _ in files.others), *files.databases):
        store = at.store_at(file.path)
        if history is not None and store is not None and is_append_only(store) and store.kind is not StoreKind.SQLITE:
            name = relative(file.path, root)
            grown[name] = file_grown(file.path, name, store, policy, history.files.get(name))
    return Sight(tree, files, looked, at, grown, applied, retired_among(tree.files))


def _applied(copy: str, released: Sequence[Sequence[str]]) -> Applied:
    try:
        return applied_beside(copy, released)
    except sqlite3.Error as error:
        return Applied(unknown=f"which migrations were applied: {error}")


def names_of(file: File, sight: Sight) -> tuple[str, ...]:
    """The names that a database has here, links and all; its own first."""
    return (file.path, *(link.path for link in sight.files.links.get(file.path, ())))


def role_of(file: File, sight: Sight) -> Role:
    """What a database is to the policy, under whichever of its names."""
    return judge.role_of(names_of(file, sight), sight.retired, sight.places)


def store_of(file: File, sight: Sight) -> Store | None:
    """The store that a database is, under whichever of its names."""
    stores = (sight.places.store_at(name) for name in names_of(file, sight))
    return next((store for store in stores if store is not None), None)


def relative(path: str, root: str) -> str:
    """The path below the directory, as text that can be written in any encoding; `.` for the directory."""
    return shown(path.removeprefix(root).lstrip("/")) or "."


def save_if_changed(path: Path, before: History | None, now: History) -> None:
    """Keeps the record, but for one that would be empty and new."""
    if now != before and (before is not None or now.files or now.databases):
        save(path, now)


def _findings(sight: Sight, policy: Policy, history: History) -> Iterator[Found]:
    root = sight.tree.root
    for looked in sight.looked:
        yield from _of_database(looked, sight, policy)
    for file, kind in sight.files.others:
        found, _ = judge.of_name(file, kind, relative(file.path, root), sight.places)
        yield from (found,) if found else ()
    yield from _of_companions(sight)
    yield from _of_permissions(sight)
    yield from _of_groups(sight)
    yield from _of_append_only(sight, policy, history)
    yield from _of_unregistered(sight, policy)


def _of_database(looked: Looked, sight: Sight, policy: Policy) -> Iterator[Found]:
    file, name = looked.file, relative(looked.file.path, sight.tree.root)
    linked = judge.of_links(file, sight.files.links.get(file.path, ()), name)
    yield from (linked,) if linked else ()
    is_retired = role_of(file, sight) is Role.RETIRED
    for each in names_of(file, sight) if not is_retired else ():
        forbidden = judge.forbidden(each, relative(each, sight.tree.root), sight.places)
        yield from (forbidden,) if forbidden else ()
    yield from judge.of_contents(looked, name, None if is_retired else store_of(file, sight), policy)
    for fault in sight.applied.get(file.path, Applied()).faults:
        yield Found(Problem.MIGRATIONS, name, fault)


def _of_companions(sight: Sight) -> Iterator[Found]:
    for companion in sight.files.companions:
        has_main = os.path.lexists(companion.main)
        is_hot = has_main and _is_hot(companion)
        found = judge.of_companion(
            companion,
            relative(companion.file.path, sight.tree.root),
            has_main=has_main,
            is_hot=is_hot,
            missing=_missing_super_journal(companion) if is_hot else "",
        )
        if found is not None:
            yield found


def _is_hot(companion: Companion) -> bool:
    """Whether it is the journal of a transaction that nobody is in the middle of."""
    try:
        start = beginning(companion.file.path)
    except OSError:
        return False
    return kind_of(start) is Kind.JOURNAL and not holders(companion.main).found


def _missing_super_journal(companion: Companion) -> str:
    """The journal that decides with this one, where it is named and not there; else empty."""
    try:
        name = super_journal(companion.file.path)
    except OSError:
        return ""
    return shown(name) if name is not None and not os.path.exists(name) else ""


def _of_permissions(sight: Sight) -> Iterator[Found]:
    root = sight.tree.root
    root_is_open = all(_mode(above) & _OTHERS_PASS for above in parents(root, "/")) if root != "/" else True
    databases = {file.path: file for file in sight.files.databases}
    companions = (
        companion.file
        for companion in sight.files.companions
        if companion.main not in databases or databases[companion.main].mode != companion.file.mode
    )
    stored = (file for file, _ in sight.files.others if sight.places.store_at(file.path) is not None)
    for file in (*sight.files.databases, *companions, *stored):
        found = judge.of_permissions(file, relative(file.path, root), sight.tree, root_is_open=root_is_open)
        if found is not None:
            yield found


def _mode(directory: str) -> int:
    try:
        return os.stat(directory).st_mode
    except OSError:
        return _OTHERS_PASS


def _of_groups(sight: Sight) -> Iterator[Found]:
    databases = _databases(sight)
    roles = {database.path: (database.role, database.store) for database in databases}
    described = {database.path: _description(database) for database in databases}
    for group in judge.groups(_grouped(sight)):
        yield from judge.duplicates(group, roles, described)


def _grouped(sight: Sight) -> Iterator[tuple[str, Looked, Role]]:
    for looked in sight.looked:
        yield relative(looked.file.path, sight.tree.root), looked, role_of(looked.file, sight)


def _description(database: Database) -> str:
    return f"{database.path}, {database.rows} rows, last written {database.written}"


def _of_append_only(sight: Sight, policy: Policy, history: History) -> Iterator[Found]:
    for grown in sight.grown.values():
        yield from grown.findings
    root = sight.tree.root
    known = {name: sight.places.store_at(os.path.join(root, name)) for name in (*history.files, *history.databases)}
    stores = {name: store for name, store in known.items() if store is not None and is_append_only(store)}
    there = {name for name in stores if os.path.lexists(os.path.join(root, name))}
    yield from gone(history, {*sight.grown, *there}, stores, policy)


def _of_unregistered(sight: Sight, policy: Policy) -> Iterator[Found]:
    for store, path, registration in discoveries(sight.tree, sight.places):
        line = policy.lines.get(f"stores.{store}.discover", 0)
        try:
            missing = unregistered(path, registration) if os.path.lexists(path) else registration.rows
        except (RefusedError, UnreadableError) as error:
            message = f"whether {registration.table} has rows for what is on disk cannot be told: {error}"
        else:
            message = f"{registration.table} lacks rows for {len(missing)} things on disk" if missing else ""
            message += f", such as {next(iter(missing[0].values()))!r}" if missing else ""
        if message:
            name = relative(path, sight.tree.root)
            yield Found(Problem.UNREGISTERED, name, message, policy=f"{policy.source}:{line}")


def _remembered(sight: Sight, history: History) -> History:
    """What is kept for the next scan; of what was not seen this time, what was known."""
    files: dict[str, FileRecord] = dict(history.files)
    databases: dict[str, dict[str, TableRecord]] = dict(history.databases)
    for name, grown in sight.grown.items():
        if isinstance(grown.record, FileRecord):
            files[name] = grown.record
        elif grown.record is not None:
            databases[name] = grown.record
    return History(history.directory, files=files, databases=databases)


def _databases(sight: Sight) -> tuple[Database, ...]:
    return tuple(_database(looked, sight) for looked in sight.looked)


def _database(looked: Looked, sight: Sight) -> Database:
    file, contents, root = looked.file, looked.contents, sight.tree.root
    store = store_of(file, sight)
    tables = contents.tables if contents is not None else {}
    judged = contents is not None and not any(line.startswith("its integrity") for line in contents.unknown)
    return Database(
        path=relative(file.path, root),
        role=role_of(file, sight),
        store=store.name if store is not None else None,
        schema=contents.fingerprint if contents is not None else "",
        tables=tables,
        rows=sum(rows for rows in tables.values() if rows is not None),
        size=file.size,
        log=looked.log,
        written=datetime.fromtimestamp(looked.written, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        sound=not contents.faults if contents is not None and judged else None,
        links=tuple(relative(link.path, root) for link in sight.files.links.get(file.path, ())),
    )


def _unknown(sight: Sight) -> Iterator[Unjudged]:
    root = sight.tree.root
    for unseen in (*sight.tree.unseen, *sight.files.unseen):
        if unseen.failed:
            yield Unjudged(relative(unseen.path, root), unseen.reason)
    for looked in sight.looked:
        reasons = looked.contents.unknown if looked.contents is not None else (looked.reason,)
        yield from (Unjudged(relative(looked.file.path, root), reason) for reason in reasons)
    for file, kind in sight.files.others:
        name = relative(file.path, root)
        _, reason = judge.of_name(file, kind, name, sight.places)
        yield from (Unjudged(name, reason),) if reason else ()
    for path, applied in sight.applied.items():
        yield from (Unjudged(relative(path, root), applied.unknown),) if applied.unknown else ()
    for grown in sight.grown.values():
        yield from grown.unknown


def _report(sight: Sight, policy: Policy, findings: tuple[Found, ...]) -> Scan:
    root = sight.tree.root
    databases = _databases(sight)
    unknown = tuple(sorted(_unknown(sight), key=lambda each: (each.path, each.reason)))
    left_out: Iterable[Unseen] = (unseen for unseen in sight.tree.unseen if not unseen.failed)
    return Scan(
        version=VERSION,
        directory=shown(root),
        policy=policy.source,
        summary=Summary(len(sight.tree.files), len(databases), len(findings), len(unknown)),
        findings=findings,
        databases=databases,
        groups=judge.groups(_grouped(sight)),
        unknown=unknown,
        left_out=tuple(Unjudged(relative(unseen.path, root), unseen.reason) for unseen in left_out),
    )


def _silent(what: str, done: int, of: int) -> None:
    """Tells nobody."""
