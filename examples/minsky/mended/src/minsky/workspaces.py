"""The workspaces of sessions: clones below one directory, each knowing by itself whose it is."""

import shutil
from pathlib import Path

from minsky import git
from minsky.config import base_branch
from minsky.errors import GitError
from minsky.paths import workspaces_directory
from minsky.sessions.session import NAME, Session


def workspace_of(name: str) -> Path:
    """The workspace of a session, whether it is there or not."""
    return workspaces_directory() / name


def session_of(directory: Path) -> str | None:
    """The name of the session whose workspace a directory is in. The place says so; no database is asked."""
    workspaces = workspaces_directory().resolve()
    place = directory.resolve()
    return place.relative_to(workspaces).parts[0] if workspaces in place.parents else None


def make(session: Session) -> None:
    """Clone the main workspace; the clone notes what the session is. Raises GitError, and leaves nothing then."""
    workspace = workspace_of(session.name)
    workspace.parent.mkdir(parents=True, exist_ok=True)
    notes = {"session": session.name, "task": session.task, "createdat": session.created_at}
    repository = Path(session.repository)
    try:
        git.clone(repository, workspace, base=base_branch(repository), branch=session.name, notes=notes)
    except GitError:
        remove(session.name)
        raise


def remove(name: str) -> None:
    """Remove a workspace, if it is there."""
    shutil.rmtree(workspace_of(name), ignore_errors=True)


def bring_in(directory: Path, name: str) -> None:
    """Make a directory from anywhere the workspace of a session, unless it has one."""
    home = workspace_of(name)
    if not home.exists():
        arriving = home.with_name(f".{name}.arriving")
        shutil.rmtree(arriving, ignore_errors=True)
        shutil.copytree(directory, arriving, symlinks=True)
        arriving.rename(home)


def session_in(workspace: Path) -> Session | None:
    """What a workspace says of its session, None where it is not a session's workspace.

    Those of older versions say nothing; they are known by where they are.
    """
    if not (workspace / ".git").exists():
        return None
    notes = git.configuration(workspace)
    place = workspace.name if workspace.parent == workspaces_directory() else ""
    name, repository = notes.get("minsky.session", place), notes.get("remote.origin.url", "")
    if not NAME.fullmatch(name) or not repository:
        return None
    return Session(name, repository, notes.get("minsky.task", ""), notes.get("minsky.createdat", ""))


def sessions_on_disk() -> list[Session]:
    """The sessions that have a workspace, by name."""
    found = ((place, session_in(place)) for place in sorted(workspaces_directory().glob("*")))
    return [session for place, session in found if session is not None and session.name == place.name]
