"""What there is to repair: which database goes into which, under what name it is kept, and what cannot be repaired."""

# Paths are text here: names in any encoding.

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from statefence.copies import UnreadableError
from statefence.policy import Policy, Store, StoreKind
from statefence.state.discovery import discoveries
from statefence.state.headers import Kind
from statefence.state.journal import Registration, Target, Work
from statefence.state.judge import foreign_owners
from statefence.state.look import Looked
from statefence.state.merging import RefusedError
from statefence.state.places import Claim, Places
from statefence.state.records import Role
from statefence.state.registering import unregistered
from statefence.state.retired import BACKUP, MARKER
from statefence.state.scan import Sight, role_of, store_of
from statefence.state.walk import File
from statefence.template import names_in


class Obstacle(Struct, frozen=True):
    """What cannot be repaired, and why."""

    path: str
    reason: str


Planned = Work | Obstacle


def of_forbidden(sight: Sight, policy: Policy) -> Iterator[Planned]:
    """What is to be done with each database at a forbidden path."""
    for file, looked in _forbidden_files(sight):
        claim = next(claim for claim in sight.places.at(file.path) if claim.forbidden is not None)
        store = _named(policy, claim.forbidden.belongs_to if claim.forbidden is not None else None)
        if store is None:
            reason = "the policy does not say to which store it belongs: add `belongs-to` to its [[forbidden]]"
            yield Obstacle(file.path, reason)
        else:
            yield _work(file, looked, store, claim, sight.places)


def of_alike(sight: Sight, store: Store) -> Iterator[Planned]:
    """What is to be done with each database that is no store, and has tables of this store and no others.

    The one written last comes first, so that its rows win over those of older ones.
    """
    own = {table.casefold() for table in _tables_of(store, sight)}
    alike = [
        looked
        for looked in sight.looked
        if role_of(looked.file, sight) is Role.OTHER
        and looked.contents is not None
        and looked.contents.tables
        and {table.casefold() for table in looked.contents.tables} <= own
    ]
    for looked in sorted(alike, key=lambda each: (-each.written, each.file.path)):
        claims = [claim for claim in sight.places.claims if claim.store == store]
        here = any(os.path.lexists(path) for path in sight.places.paths_of(store, {}, here=True))
        claim = next((claim for claim in claims if claim.here is here), claims[0] if claims else None)
        if claim is None:
            yield Obstacle(looked.file.path, f"where the store {store.name} is cannot be told in this environment")
        else:
            yield _work(looked.file, looked, store, claim, sight.places)


def of_unregistered(sight: Sight) -> Iterator[Planned]:
    """What is on disk and has no row, by the `discover` of the stores; targets are looked at when it is their turn."""
    for target, path, registration in discoveries(sight.tree, sight.places):
        if not os.path.lexists(path):
            first = next(iter(registration.rows[0].values()))
            reason = f"the store {target} is not there to register {first!r} in: have the program make it"
            yield Obstacle(path, reason)
            continue
        try:
            rows = unregistered(path, registration)
        except (RefusedError, UnreadableError) as error:
            yield Obstacle(path, str(error))
            continue
        if rows:
            missing = Registration(registration.table, rows)
            yield Work("", "", (Target(target, os.path.realpath(path), registrations=(missing,)),))


def _tables_of(store: Store, sight: Sight) -> tuple[str, ...]:
    """The tables of a store, by the policy and by what its database has."""
    present = (
        table
        for looked in sight.looked
        if looked.contents is not None and store_of(looked.file, sight) == store
        for table in looked.contents.tables
    )
    return (*store.tables, *present)


def _forbidden_files(sight: Sight) -> Iterator[tuple[File, Looked | None]]:
    """The files that are databases at a forbidden path; one of no bytes is a database without tables."""
    for looked in sight.looked:
        if role_of(looked.file, sight) is Role.FORBIDDEN:
            for file in (looked.file, *sight.files.links.get(looked.file.path, ())):
                if sight.places.forbidden_at(file.path) is not None:
                    yield file, looked
    for file, kind in sight.files.others:
        if kind is Kind.EMPTY and role_of(file, sight) is Role.FORBIDDEN:
            yield file, None


def _named(policy: Policy, name: str | None) -> Store | None:
    return policy.store(name) if name is not None else None


def _work(file: File, looked: Looked | None, store: Store, claim: Claim, places: Places) -> Planned:
    obstacle = _obstacle(file, looked)
    if obstacle:
        return Obstacle(file.path, obstacle)
    tables = tuple(looked.contents.tables) if looked is not None and looked.contents is not None else ()
    names = names_in(claim.template, file.path) or {}
    by_store: dict[str, tuple[str, ...]] = {}
    for table in tables:
        owner = _owner(table, store, places.policy)
        if owner is None:
            return Obstacle(file.path, f"the table {table} belongs to several stores: say which in the policy")
        by_store[owner.name] = (*by_store.get(owner.name, ()), table)
    targets = []
    for name, wanted in by_store.items():
        owner = places.policy.store(name)
        paths = places.paths_of(owner, names, here=claim.here)
        if owner.kind is not StoreKind.SQLITE or len(paths) != 1:
            return Obstacle(file.path, f"the store {name} is not one database here: its path is {owner.path}")
        targets.append(Target(name, os.path.realpath(paths[0]), wanted))
    return Work(file.path, _free_name(file.path), tuple(targets))


def _owner(table: str, store: Store, policy: Policy) -> Store | None:
    """The store that a table goes to: the one that lists it, by default `store`; None when several do."""
    owners = foreign_owners(table, store, policy)
    if len(owners) > 1:
        return None
    return owners[0] if owners else store


def _obstacle(file: File, looked: Looked | None) -> str:
    if file.link:
        return f"it is a link to {os.path.realpath(file.path)}: repair it there"
    if file.hard_links > 1:
        return f"it has {file.hard_links} hard links: remove the others first"
    if looked is None:
        return ""
    if looked.contents is None:
        return looked.reason
    if looked.contents.faults:
        return f"it is damaged ({looked.contents.faults[0]}): recover it first, with `sqlite3 FILE .recover`"
    return "; ".join(looked.contents.unknown)


def _free_name(path: str) -> str:
    number = 1
    while True:
        name = path + BACKUP + (str(number) if number > 1 else "")
        if not os.path.lexists(name) and not os.path.lexists(name + MARKER):
            return name
        number += 1
