"""Bringing home the session databases that older versions made in every directory they were run in.

Each step can be repeated: whoever is interrupted runs it again and ends with the same files.
"""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from minsky.errors import DatabaseDamagedError
from minsky.sessions import json_backend, sqlite_backend
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session

OLD_NAMES = (Path(".minsky", "sessions.db"), Path(".minsky", "sessions.json"))
COMPANIONS = ("", "-wal", "-shm", "-journal")


class Merged(NamedTuple):
    """What became of one old database.

    Attributes:
        backup: what it is called now.
        added: how many sessions came from it.
        conflicts: names that the one database has with something else in them; it kept its own.
    """

    backup: Path
    added: int
    conflicts: list[str]


def old_databases(directories: Iterable[Path]) -> list[Path]:
    """The old databases in these directories."""
    return [old for directory in sorted(set(directories)) for name in OLD_NAMES if (old := directory / name).is_file()]


def bring_home(old: Path, backend: SessionBackend) -> Merged:
    """Add what an old database knows to the one there is, and set it aside; a damaged one gives nothing."""
    try:
        found = sessions_of(old)
    except DatabaseDamagedError:
        return Merged(set_aside(old, "damaged"), 0, [])
    kept = {session.name: session for session in backend.list_all()}  # asking for one by name would register it
    names_only = {name for name, session in kept.items() if not session.repository}
    conflicts = [name for name, session in found.items() if kept.get(name, session) != session]
    added = backend.merge(found.values())
    for name in names_only & set(found):
        backend.update(found[name])
    return Merged(set_aside(old, "bak"), added, sorted(set(conflicts) - names_only))


def sessions_of(old: Path) -> dict[str, Session]:
    """The sessions of an old database of either form; raises DatabaseDamagedError."""
    return json_backend.read_sessions(old) if old.suffix == ".json" else sqlite_backend.read_sessions(old)


def set_aside(database: Path, suffix: str) -> Path:
    """Rename a database, with the files SQLite keeps beside it, to the first free name; returns it."""
    names = (f"{database.name}.{suffix}{number or ''}" for number in count())
    backup = next(name for name in names if not database.with_name(name).exists())
    for companion in reversed(COMPANIONS):
        file = database.with_name(f"{database.name}{companion}")
        if file.exists():
            file.rename(database.with_name(f"{backup}{companion}"))
    return database.with_name(backup)
