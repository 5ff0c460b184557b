"""`check --fix` and `--diff` as their users meet them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = "[env.APP_HOME]\n"
BROKEN = 'import os\nimport subprocess\n\nsubprocess.run(["a"], env={"PATH": "/bin"})\n'
UNUSED = "x = 1  # statefence: ignore[SF101]\n"
LAYERS = """
[layers]
app = ["app"]
storage = ["storage"]

[stores.main]
path = "{home}/.app/main.db"
owners = ["storage"]
open-with = "storage:open_main"
"""
STORAGE = """
import sqlite3
from pathlib import Path


def open_main() -> sqlite3.Connection:
    return sqlite3.connect(Path.home() / ".app" / "main.db")
"""
OPENS_ANOTHER = """
import sqlite3
from pathlib import Path

connection = sqlite3.connect(Path.home() / ".app" / "main.db")
"""


def statefence(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    command = [sys.executable, "-m", "statefence", "check", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two files, each with one finding that has a safe fix."""
    (tmp_path / "statefence.toml").write_text(POLICY)
    (tmp_path / "spawn.py").write_text(BROKEN)
    (tmp_path / "unused.py").write_text(UNUSED)
    return tmp_path


def test_fixing_repairs_and_exits_with_0_when_nothing_is_left(project: Path) -> None:
    run = statefence(project, "--fix")
    assert "Fixed 2 findings in 2 files." in run.stdout
    assert (run.returncode, run.stderr) == (0, "")
    assert "APP_HOME" in (project / "spawn.py").read_text()
    assert (project / "unused.py").read_text() == "x = 1\n"
    assert statefence(project).returncode == 0


def test_having_fixed_can_be_made_to_exit_with_1(project: Path) -> None:
    assert statefence(project, "--fix", "--exit-non-zero-on-fix").returncode == 1
    assert statefence(project, "--fix", "--exit-non-zero-on-fix").returncode == 0


def test_only_the_paths_asked_for_are_fixed(project: Path) -> None:
    run = statefence(project, "--fix", "unused.py")
    assert run.returncode == 0
    assert (project / "spawn.py").read_text() == BROKEN
    assert (project / "unused.py").read_text() == "x = 1\n"


def test_a_diff_writes_nothing_and_exits_with_1(project: Path) -> None:
    run = statefence(project, "--diff", "unused.py")
    assert run.returncode == 1
    assert run.stdout == "--- unused.py\n+++ unused.py\n@@ -1 +1 @@\n-x = 1  # statefence: ignore[SF101]\n+x = 1\n"
    assert run.stderr == "Would fix 1 finding in 1 file.\n"
    assert (project / "unused.py").read_text() == UNUSED


def test_a_diff_of_nothing_is_empty_and_exits_with_0(project: Path) -> None:
    statefence(project, "--fix")
    run = statefence(project, "--diff")
    assert (run.returncode, run.stdout) == (0, "")


def test_a_machine_format_keeps_standard_output_to_itself_while_fixing(project: Path) -> None:
    run = statefence(project, "--fix", "--output-format", "github")
    assert run.stdout == ""
    assert "Fixed 2 findings in 2 files." in run.stderr


def test_unsafe_fixes_need_consent(project: Path) -> None:
    (project / "statefence.toml").write_text(LAYERS)
    (project / "storage.py").write_text(STORAGE)
    (project / "app.py").write_text(OPENS_ANOTHER)
    run = statefence(project, "--fix")
    assert run.returncode == 1
    assert "1 finding (1 fixable with --unsafe-fixes): " in run.stdout
    assert (project / "app.py").read_text() == OPENS_ANOTHER
    run = statefence(project, "--fix", "--unsafe-fixes")
    assert (run.returncode, run.stderr) == (0, "")
    assert "open_main()" in (project / "app.py").read_text()


def test_unsafe_fixes_alone_ask_for_nothing(project: Path) -> None:
    run = statefence(project, "--unsafe-fixes")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "error: --unsafe-fixes goes with --fix or --diff only\n"
