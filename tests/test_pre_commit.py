"""The hooks, run by pre-commit itself on a repository that is wrong and on one that is right.

The hooks are those of `.pre-commit-hooks.yaml`, but run by this interpreter's statefence instead of one that pre-commit
would install, which takes a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in msgspec.yaml.decode((ROOT / ".pre-commit-hooks.yaml").read_bytes())
}
MODIFIED = "files were modified by this hook"


def environment(repository: Path) -> dict[str, str]:
    """This environment with the interpreter's programs first, and pre-commit's cache beside the repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "PRE_COMMIT_HOME": str(repository.parent / "pre-commit")}


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    done = subprocess.run(
        command, cwd=repository, env=environment(repository), capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--no-verify", "--message=all")


def repository(form: str, hook: str, parent: Path, *arguments: str) -> Path:
    """A committed repository of one form of the chatos example, with one of the hooks, run with extra arguments."""
    target = parent / "chatos"
    shutil.copytree(ROOT / "examples" / "chatos" / form, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    local = {**HOOKS[hook], "language": "system", "args": list(arguments)}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (target / ".pre-commit-config.yaml").write_bytes(msgspec.yaml.encode(config))
    git(target, "init", "--quiet")
    commit(target)
    return target


def pre_commit(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", *arguments]
    return subprocess.run(
        command, cwd=repository, env=environment(repository), capture_output=True, text=True, check=False
    )


def test_pre_commit_accepts_the_hooks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_hook_fails_with_the_findings_and_changes_nothing(tmp_path: Path) -> None:
    broken = repository("broken", "statefence", tmp_path)
    done = pre_commit(broken, "--all-files")
    assert done.returncode == 1
    assert "SF101 partial-spawn-env" in done.stdout
    assert MODIFIED not in done.stdout
    assert git(broken, "status", "--porcelain") == ""


def test_the_hook_passes_where_nothing_is_wrong(tmp_path: Path) -> None:
    done = pre_commit(repository("mended", "statefence", tmp_path), "--all-files")
    assert (done.returncode, "Passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("changed", ["src/chatos/hostapp.py", "statefence.toml", "pyproject.toml"])
def test_a_change_in_one_file_has_the_whole_project_checked(changed: str, tmp_path: Path) -> None:
    broken = repository("broken", "statefence", tmp_path)
    with (broken / changed).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    git(broken, "add", changed)
    done = pre_commit(broken)
    assert done.returncode == 1
    assert "src/chatos/workers/subagent.py:26" in done.stdout


def test_a_change_that_cannot_matter_is_not_checked(tmp_path: Path) -> None:
    broken = repository("broken", "statefence", tmp_path)
    (broken / "notes.txt").write_text("nothing\n", encoding="utf-8")
    git(broken, "add", "notes.txt")
    done = pre_commit(broken)
    assert (done.returncode, "Skipped" in done.stdout) == (0, True), done.stdout


def test_the_fixing_hook_makes_the_safe_repairs_and_reports_the_rest(tmp_path: Path) -> None:
    broken = repository("broken", "statefence-fix", tmp_path)
    done = pre_commit(broken, "--all-files")
    assert done.returncode == 1
    assert MODIFIED in done.stdout
    assert "SF101" not in done.stdout
    assert "SF301 foreign-table" in done.stdout


def test_the_fixing_hook_fails_for_its_repairs_and_then_passes(tmp_path: Path) -> None:
    broken = repository("broken", "statefence-fix", tmp_path, "--unsafe-fixes")
    first = pre_commit(broken, "--all-files")
    assert first.returncode == 1
    assert MODIFIED in first.stdout
    assert "No findings" in first.stdout
    commit(broken)
    second = pre_commit(broken, "--all-files")
    assert second.returncode == 0, second.stdout
    assert git(broken, "status", "--porcelain") == ""


def test_a_policy_that_is_wrong_fails_the_hook_with_its_line(tmp_path: Path) -> None:
    mended = repository("mended", "statefence", tmp_path)
    policy = mended / "statefence.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("owners =", "owner ="), encoding="utf-8")
    commit(mended)
    done = pre_commit(mended, "--all-files")
    assert done.returncode == 1
    assert "exit code: 2" in done.stdout
    assert 'did you mean "owners"' in done.stdout
