"""`state repair`: merges what lies where it must not into the stores it belongs to, one database after another."""

# Paths are text here: names in any encoding.
# ruff: noqa: PTH112, PTH118

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from msgspec import Struct

from statefence.copies import UnreadableError, copy_database
from statefence.errors import StatefenceError, UsageError
from statefence.policy import Policy, Store, StoreKind
from statefence.state.bounds import check_bounds, check_places, check_room
from statefence.state.history import shown
from statefence.state.journal import Entry, Step, Target, Unfinished, Work, locked, next_number, read, unfinished, write
from statefence.state.look import Advance
from statefence.state.merging import RefusedError, TableMerge
from statefence.state.places import places
from statefence.state.plan import Obstacle, Planned, of_alike, of_forbidden, of_unregistered
from statefence.state.scan import see
from statefence.state.steps import Merges, carry_out, check_free, merge_into

VERSION = 1

Check = Callable[[Work], tuple[str, ...]]
"""What cannot be known about who has a repair's databases open; raises RefusedError when it may not be done (now)."""


class Merged(Struct, frozen=True):
    """What goes, or went, into one store's database."""

    store: str
    path: str
    tables: tuple[TableMerge, ...]


class Outcome(Struct, frozen=True):
    """One repair: `retired` is what the source is renamed to; `refused` is why nothing was done, empty otherwise.

    Without a source it is a registration of what is on disk. `unknown` is what cannot be known about who has the
    databases open.
    """

    source: str
    retired: str = ""
    into: tuple[Merged, ...] = ()
    refused: str = ""
    unknown: tuple[str, ...] = ()


class Repair(Struct, frozen=True):
    """All repairs of a state directory: done when `applied`, else what would be done."""

    version: int
    directory: str
    applied: bool
    resumed: int
    outcomes: tuple[Outcome, ...]


def repair(
    policy: Policy,
    directory: str,
    environ: dict[str, str],
    *,
    into: str | None = None,
    apply: bool = False,
    advance: Advance | None = None,
) -> Repair:
    """Merges the databases at forbidden paths, and those that are like the store `into`, where they belong.

    Without `apply` nothing is changed: the merges are tried on copies. A repair that was cut off is finished first.
    Outside the directory nothing is made or changed but the database of the store `into`: what would is refused.
    Raises StatefenceError when the directory or the journal cannot be used, or another repair is going on.
    """
    root = os.path.realpath(directory)
    if not os.path.isdir(root):
        raise UsageError(f"{directory}: no such directory")
    store = _store(policy, into)
    check_room(root)

    def check(work: Work) -> tuple[str, ...]:
        check_bounds(root, work, store)
        return check_free(work)

    def check_again(work: Work) -> tuple[str, ...]:
        check_places(root, work, places(policy, root, environ))
        return check(work)

    def planned() -> Iterator[Planned]:
        sight = see(policy, root, environ, None, advance or _silent)
        yield from of_forbidden(sight, policy)
        yield from of_alike(sight, store) if store is not None else ()
        yield from of_unregistered(sight)

    if not apply:
        cut_off = unfinished(read(root))
        ahead = {_subject(each.work) for each in cut_off}
        rest = (each for each in planned() if isinstance(each, Obstacle) or _subject(each) not in ahead)
        to_try = (*((each.work, check_again) for each in cut_off), *((each, check) for each in rest))
        return Repair(VERSION, shown(root), applied=False, resumed=len(cut_off), outcomes=tuple(_previewed(to_try)))
    with locked(root):
        cut_off = unfinished(read(root))
        resumed = tuple(_applied(root, each, check_again) for each in cut_off)
        refused = {outcome.source for outcome in resumed if outcome.refused}
        done = tuple(_begun(root, each, check) for each in planned() if shown(_subject(each)) not in refused)
    return Repair(VERSION, shown(root), applied=True, resumed=len(cut_off), outcomes=(*resumed, *done))


def _store(policy: Policy, name: str | None) -> Store | None:
    if name is None:
        return None
    known = [store.name for store in policy.stores if store.kind is StoreKind.SQLITE]
    if name not in known:
        raise UsageError(f"there is no store {name!r} of the kind sqlite: the policy has {', '.join(known) or 'none'}")
    return policy.store(name)


def _subject(planned: Planned) -> str:
    """The database that a repair is about: that in which rows are registered where none is merged."""
    if isinstance(planned, Obstacle):
        return planned.path
    return planned.source or next((target.path for target in planned.targets), "")


def _begun(root: str, planned: Planned, check: Check) -> Outcome:
    """Begins a repair and carries it out."""
    if isinstance(planned, Obstacle):
        return Outcome(shown(planned.path), refused=planned.reason)
    try:
        check(planned)
    except RefusedError as error:
        return Outcome(shown(_subject(planned)), refused=str(error))
    number = next_number(read(root))
    write(root, Entry(number, Step.BEGUN, planned))
    return _applied(root, Unfinished(number, planned, frozenset({Step.BEGUN}), {}), check)


def _applied(root: str, repair: Unfinished, check: Check) -> Outcome:
    """Carries out a repair, or what is left of it; one that is refused is abandoned, unless somebody is in the way."""
    work = repair.work
    try:
        unknown = check(work)
    except RefusedError as error:
        return Outcome(shown(_subject(work)), refused=str(error))
    try:
        merges = carry_out(root, repair)
    except RefusedError as error:
        write(root, Entry(repair.repair, Step.ABANDONED, reason=str(error)))
        return Outcome(shown(_subject(work)), refused=str(error), unknown=unknown)
    except OSError as error:
        raise StatefenceError(f"{shown(_subject(work))}: {error}: run the same command again to go on") from error
    return Outcome(shown(work.source), shown(work.retired), _into(work, merges), unknown=unknown)


def _previewed(planned: Iterable[tuple[Planned, Check]]) -> Iterator[Outcome]:
    """What would be done, tried on copies, one after the other as it would be."""
    with tempfile.TemporaryDirectory(prefix="statefence-", ignore_cleanup_errors=True) as room:
        copies: dict[str, str] = {}
        for number, (each, check) in enumerate(planned):
            if isinstance(each, Obstacle):
                yield Outcome(shown(each.path), refused=each.reason)
                continue
            try:
                unknown = check(each)
                merges = _tried(each, os.path.join(room, str(number)), copies)
            except (RefusedError, UnreadableError) as error:
                yield Outcome(shown(_subject(each)), refused=str(error))
            else:
                if each.source or any(table.inserted for tables in merges.values() for table in tables):
                    yield Outcome(shown(each.source), shown(each.retired), _into(each, merges), unknown=unknown)


def _tried(work: Work, room: str, copies: dict[str, str]) -> Merges:
    if work.source and os.path.lexists(work.retired):
        return {}
    os.mkdir(room)  # noqa: PTH102 # names are texts here
    source = _own_copy(work.source, os.path.join(room, "source")) if work.source else None
    merges: Merges = {}
    for number, target in enumerate(work.targets):
        if target.path not in copies:
            copies[target.path] = _own_copy(target.path, os.path.join(room, str(number)))
        trial = Target(target.store, copies[target.path], target.tables, target.registrations)
        try:
            merges[target.path] = merge_into(trial, source, None, 0o600)
        except RefusedError as error:
            raise RefusedError(str(error).replace(shown(trial.path), shown(target.path))) from error
    return merges


def _own_copy(path: str, room: str) -> str:
    """A copy with its log folded in, in a new directory; the path for one where there is no such file."""
    os.mkdir(room)  # noqa: PTH102 # names are texts here
    if not os.path.lexists(path):
        return os.path.join(room, "database")
    copy = copy_database(path, room)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    return copy


def _into(work: Work, merges: Merges) -> tuple[Merged, ...]:
    stores = {target.path: target.store for target in work.targets}
    return tuple(Merged(stores[path], shown(path), tables) for path, tables in merges.items())


def _silent(what: str, done: int, of: int) -> None:
    """Tells nobody."""
