"""Starting, publishing and deleting sessions, and running things in them."""

import os
import subprocess
from pathlib import Path

from minsky import git, workspaces
from minsky.errors import SessionNotFoundError, WorkspaceError
from minsky.paths import workspaces_directory
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session, new_session


def start(sessions: SessionBackend, name: str, task: str, directory: Path) -> Session:
    """Start a session of the repository that a directory is in."""
    session = new_session(name, str(git.repository_of(directory)), task)
    workspaces.make(session)
    sessions.add(session)
    return session


def find(sessions: SessionBackend, name: str) -> Session:
    """The session of that name; raises SessionNotFoundError."""
    session = sessions.get(name)
    if session is None:
        raise SessionNotFoundError(f"Session '{name}' not found.")
    return session


def publish(sessions: SessionBackend, name: str | None, directory: Path) -> Session:
    """Push what a session committed as a branch to be reviewed.

    Raises:
        WorkspaceError: this is not the place for it.
    """
    if name is None and workspaces.session_of(directory) is None:
        raise WorkspaceError("pull requests are made inside a session's workspace: start a session first")
    if workspaces_directory() in directory.parents:
        raise WorkspaceError("pull requests are made in the main workspace: leave the session's directory")
    session = find(sessions, str(name))
    published = session._replace(pull_request=f"pr/{session.name}")
    git.push(workspaces.workspace_of(session.name), published.pull_request)
    sessions.update(published)
    return published


def delete(sessions: SessionBackend, name: str) -> None:
    """Remove a session and its workspace."""
    workspaces.remove(find(sessions, name).name)
    sessions.delete(name)


def run_in(session: Session, command: list[str]) -> int:
    """Run a command in a session's workspace, away from what else the user has set; returns its exit code."""
    workspace = workspaces.workspace_of(session.name)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home())}
    environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    environment["MINSKY_WORKSPACE"] = str(workspace)
    return subprocess.run(command, cwd=workspace, env=environment, check=False).returncode
