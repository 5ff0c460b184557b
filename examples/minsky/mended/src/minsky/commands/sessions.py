"""Starting, publishing and deleting sessions, and running things in them."""

import os
import subprocess
from pathlib import Path

from minsky import git, workspaces
from minsky.errors import GitError, MinskyError
from minsky.paths import state_directory
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session, new_session


def start(sessions: SessionBackend, name: str, task: str, directory: Path) -> Session:
    """Start a session of the repository that a directory is in.

    The database decides who gets a name when two ask for it at once; who gets it makes the workspace.
    """
    session = new_session(name, str(git.repository_of(directory)), task)
    sessions.add(session)
    try:
        workspaces.make(session)
    except MinskyError:
        sessions.delete(name)
        raise
    return session


def publish(sessions: SessionBackend, session: Session) -> Session:
    """Push what a session committed as a branch to be reviewed; raises GitError."""
    workspace = workspaces.workspace_of(session.name)
    if not workspace.is_dir():
        raise GitError(f"{session.name} has no workspace: restore it and run `minsky import`, or delete the session")
    if git.has_changes(workspace):
        raise GitError(f"{session.name} has changes that are not committed: commit them in {workspace} first")
    published = session._replace(pull_request=f"pr/{session.name}")
    git.push(workspace, published.pull_request)
    sessions.update(published)
    return published


def delete(sessions: SessionBackend, session: Session) -> None:
    """Remove a session and its workspace."""
    workspaces.remove(session.name)
    sessions.delete(session.name)


def run_in(session: Session, command: list[str]) -> int:
    """Run a command in a session's workspace; returns its exit code."""
    workspace = workspaces.workspace_of(session.name)
    return subprocess.run(command, cwd=workspace, env=child_environment(), check=False).returncode


def child_environment() -> dict[str, str]:
    """All of this process's environment; a minsky that runs in it finds the same database."""
    return {**os.environ, "MINSKY_STATE_DIR": state_directory()}
