"""What the declared migrations let a database hold: the tables it may have, and the migrations it may have applied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_statefence.records import Bookkeeping, Known, Namespace, Violation
from statefence.migrations.bookkeeping import lists_migrations
from statefence.migrations.lock import read_lock
from statefence.migrations.names import taken_apart
from statefence.policy import Policy, Store

OWNERLESS = "SF303"
UNKNOWN_MIGRATION = "SF401"
SKIPPED_MIGRATION = "SF402"
_WORD = re.compile(r"\w+")


def known_of(policy: Policy, store: Store) -> Known | None:
    """What is known of a store that declares migrations; None of any other. Raises StatefenceError for a bad lock."""
    if not store.migrations:
        return None
    lock = read_lock(policy.root)
    listed = [*(table for each in policy.stores for table in each.tables), *sum(policy.namespaces.values(), ())]
    files = {name: sorted(_files(Path(policy.root, place))) for name, place in store.migrations.items()}
    return Known(
        frozenset(table.casefold() for table in listed),
        frozenset(word for paths in files.values() for each in paths for word in _words(each)),
        tuple(
            Namespace(name, tuple(_versions(lock.get((store.name, name), ()))), _present(files[name]))
            for name in store.migrations
        ),
    )


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (path for path in place.iterdir() if path.suffix in {".sql", ".py"})


def _words(path: Path) -> Iterator[str]:
    return (word.casefold() for word in _WORD.findall(path.read_text(encoding="utf-8", errors="replace")))


def _versions(keys: Iterable[str]) -> Iterator[str]:
    return map(_version, keys)


def _version(applied: str) -> str:
    """The version of a migration that a lock or a database names: by its number, its name or its file."""
    name = taken_apart(applied) or taken_apart(f"{applied}.sql")
    return _plain(name.version if name else applied)


def _present(paths: Iterable[Path]) -> tuple[str, ...] | None:
    """The versions that the files are named after; None where their names tell none."""
    names = [taken_apart(path.name) for path in paths]
    return tuple(_plain(name.version) for name in names if name) or None


def _plain(version: str) -> str:
    return version.lstrip("0") or "0" if version.isdigit() else version


def judge_migrated(
    clause: str, store: str, path: str, known: Known, before: Bookkeeping, after: Bookkeeping
) -> tuple[Violation, ...]:
    """What came to be in a store's database that its migrations do not make."""
    new = [table for table in after.tables if table not in before.tables and not _is_owned(table, known)]
    applied = [each for each in after.applied if each not in before.applied]
    found = [*_of_unknown(applied, known), *_of_skipped(after, known)] if applied else []
    found += [(OWNERLESS, f"the table {table}, which nobody owns, was made in the {store} database") for table in new]
    return tuple(Violation(code, path, what, clause) for code, what in found)


def _is_owned(table: str, known: Known) -> bool:
    lower = table.casefold()
    return lower in known.tables or lower in known.words or lists_migrations(table)


def _of_unknown(applied: Iterable[tuple[str, str]], known: Known) -> Iterator[tuple[str, str]]:
    for name, version in applied:
        namespace = _namespace(name, known)
        if namespace is not None and namespace.present is not None:
            plain = _version(version)
            if plain not in namespace.present and plain not in namespace.locked:
                yield (
                    UNKNOWN_MIGRATION,
                    f"the migration {version} of {namespace.name} was applied, which has neither a file nor a lock",
                )


def _of_skipped(after: Bookkeeping, known: Known) -> Iterator[tuple[str, str]]:
    for namespace in known.namespaces:
        versions = {_version(version) for name, version in after.applied if _namespace(name, known) == namespace}
        last = max((int(version) for version in versions if version.isdigit()), default=-1)
        for version in namespace.locked:
            if version.isdigit() and int(version) < last and version not in versions:
                yield (
                    SKIPPED_MIGRATION,
                    f"the migration {last} of {namespace.name} was applied without {version}, which is locked",
                )


def _namespace(name: str, known: Known) -> Namespace | None:
    """The namespace of that name; the only one when the database names none."""
    if not name and len(known.namespaces) == 1:
        return known.namespaces[0]
    return next((namespace for namespace in known.namespaces if namespace.name == name), None)
