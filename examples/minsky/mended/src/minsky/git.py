"""The few things that minsky asks of git."""

import subprocess
from pathlib import Path

from minsky.errors import GitError


def git(directory: Path, *arguments: str) -> str:
    """What a git command printed; raises GitError."""
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GitError(done.stderr.strip() or f"git {arguments[0]} failed")
    return done.stdout


def repository_of(directory: Path) -> Path:
    """The top of the repository that a directory is in; raises GitError."""
    return Path(git(directory, "rev-parse", "--show-toplevel").strip())


def clone(repository: Path, target: Path, *, base: str, branch: str, notes: dict[str, str]) -> None:
    """Clone a branch, and start another from it. The notes go into the clone's own configuration; raises GitError."""
    said = [argument for name, value in notes.items() for argument in ("-c", f"minsky.{name}={value}")]
    git(repository, "clone", "--quiet", *said, "--branch", base, str(repository), str(target))
    git(target, "switch", "--quiet", "--create", branch)


def configuration(workspace: Path) -> dict[str, str]:
    """The configuration of a clone, by key; raises GitError."""
    entries = git(workspace, "config", "--local", "--list", "--null").split("\0")
    return {key: value for key, _, value in (entry.partition("\n") for entry in entries if entry)}


def has_changes(workspace: Path) -> bool:
    """Whether anything in the workspace is not committed."""
    return bool(git(workspace, "status", "--porcelain"))


def push(workspace: Path, branch: str) -> None:
    """Publish what is committed under another branch's name."""
    git(workspace, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
