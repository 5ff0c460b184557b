"""Bringing the database and the disk back into agreement."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from minsky import workspaces
from minsky.config import Settings, project_settings, system_settings
from minsky.errors import ConfigurationError, DatabaseDamagedError, MinskyError
from minsky.paths import database_path, json_path, workspaces_directory
from minsky.sessions.atomic import exclusive
from minsky.sessions.backend import SessionBackend
from minsky.sessions.consolidation import Merged, bring_home, old_databases, set_aside
from minsky.sessions.provider import backend_for
from minsky.sessions.session import Session


class Recovery(NamedTuple):
    """How a database was recovered.

    Attributes:
        damaged: what the damaged database is called now; None when there was no damage.
        registered: how many sessions the workspaces gave back.
    """

    damaged: Path | None
    registered: int


def synchronise(sessions: SessionBackend) -> int:
    """Register every session that has a workspace; returns how many were not known."""
    return sessions.merge(workspaces.sessions_on_disk())


def recover(sessions: SessionBackend) -> Recovery:
    """Set a damaged database aside, and make one of what the workspaces say."""
    path = json_path() if system_settings().backend == "json" else database_path()
    with exclusive(path):
        damaged = set_aside(path, "damaged") if is_damaged(sessions) else None
    return Recovery(damaged, synchronise(sessions))


def is_damaged(sessions: SessionBackend) -> bool:
    """Whether the database cannot be read."""
    try:
        sessions.list_all()
    except DatabaseDamagedError:
        return True
    return False


def import_workspace(sessions: SessionBackend, directory: Path) -> Session:
    """Register a workspace that was restored by hand, from wherever it is; raises MinskyError."""
    session = workspaces.session_in(directory)
    if session is None:
        raise MinskyError(f"{directory} is no session's workspace: `minsky start` makes one")
    workspaces.bring_in(directory, session.name)
    sessions.merge([session])
    return session


def consolidate(sessions: SessionBackend, directories: Iterable[Path]) -> list[Merged]:
    """Bring home what older versions kept in these directories, in the workspaces, and in the main workspaces."""
    merged = []
    with exclusive(workspaces_directory().with_name("consolidation")):
        named = {directory.resolve() for directory in directories}
        while olds := old_databases({*named, *known_places(sessions)}):
            merged += [bring_home(old, sessions) for old in olds]
    return merged


def known_places(sessions: SessionBackend) -> list[Path]:
    """Where an older version may have been run."""
    repositories = [Path(session.repository) for session in sessions.list_all() if session.repository]
    return [*repositories, *workspaces_directory().glob("*")]


def convert(sessions: SessionBackend, settings: Settings) -> int:
    """Copy all sessions to another backend; returns how many it lacked."""
    return backend_for(settings).merge(sessions.list_all())


def problems(sessions: SessionBackend) -> list[str]:
    """What is not as it should be, one line each."""
    try:
        known = {session.name for session in sessions.list_all()}
    except MinskyError as error:
        return [str(error)]
    places = known_places(sessions)
    on_disk = {session.name for session in workspaces.sessions_on_disk()}
    lost = {name for name in known if not workspaces.workspace_of(name).is_dir()}
    return [
        *(f"{name} has a workspace that is not registered: `minsky sync`" for name in sorted(on_disk - known)),
        *(f"{name} has no workspace: `minsky delete {name}`" for name in sorted(lost)),
        *(f"{old} is a database of its own: `minsky consolidate`" for old in old_databases(places)),
        *misplaced_configuration(places),
    ]


def misplaced_configuration(places: Iterable[Path]) -> list[str]:
    """What project configurations say that only the system's may."""
    lines = []
    for place in sorted(set(places)):
        try:
            project_settings(place)
        except ConfigurationError as error:
            lines.append(str(error))
    return lines
