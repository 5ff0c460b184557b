"""What the tests do again and again."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SOURCE_ROOT = Path(__file__).parents[1] / "src"


class Run(NamedTuple):
    """How the program ended."""

    exit_code: int
    output: str
    errors: str


def run_minsky(directory: Path, *arguments: str) -> Run:
    command = [sys.executable, "-m", "minsky", *arguments]
    done = subprocess.run(command, cwd=directory, env=environment(), capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def commit(directory: Path, message: str) -> None:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", "add", "--all"], cwd=directory, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--message", message], cwd=directory, check=True)


def branches(repository: Path) -> list[str]:
    command = ["git", "branch", "--format=%(refname:short)"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.split()
