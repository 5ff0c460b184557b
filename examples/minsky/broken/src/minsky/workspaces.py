"""The workspaces of sessions: clones below one directory."""

import shutil
from pathlib import Path

from minsky import git
from minsky.config import WORKSPACE_CONFIGURATION, base_branch
from minsky.paths import workspaces_directory
from minsky.sessions.session import Session

# A session's workspace is configured like any other.
CONFIGURATION = '[sessions]\nbackend = "sqlite"\n'


def workspace_of(name: str) -> Path:
    """The workspace of a session, whether it is there or not."""
    return workspaces_directory() / name


def session_of(directory: Path) -> str | None:
    """The name of the session whose workspace a directory is."""
    return directory.name if directory.parent == workspaces_directory() else None


def make(session: Session) -> None:
    """Clone the main workspace and configure the clone; raises GitError."""
    workspace = workspace_of(session.name)
    workspace.parent.mkdir(parents=True, exist_ok=True)
    repository = Path(session.repository)
    git.clone(repository, workspace, base=base_branch(repository), branch=session.name)
    configuration = workspace / WORKSPACE_CONFIGURATION
    configuration.parent.mkdir(exist_ok=True)
    if not configuration.exists():
        with configuration.open("x", encoding="utf-8") as file:
            file.write(CONFIGURATION)


def remove(name: str) -> None:
    """Remove a workspace, if it is there."""
    shutil.rmtree(workspace_of(name), ignore_errors=True)
