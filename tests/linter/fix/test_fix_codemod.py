"""Every rule with a fix is a libcst codemod, and does through libcst's own command what the fixer does."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import statefence_rules.codemods as codemods

PROJECT = """
[tool.statefence]
src = ["src"]

[tool.statefence.env.APP_DIR]
"""
BEFORE = b"""import os
import subprocess

subprocess.run(
    ["helper"],
    env={"PATH": os.environ["PATH"]},  # why
)\r
"""


def run_codemod(root: Path, name: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-x", f"statefence_rules.codemods.{name}"]
    return subprocess.run([*command, "src"], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src" / "app").mkdir(parents=True)
    (tmp_path / "src" / "app" / "__init__.py").write_bytes(b"")
    (tmp_path / "src" / "app" / "start.py").write_bytes(BEFORE)
    return tmp_path


def test_the_command_fixes_a_project_once_and_for_all(root: Path) -> None:
    (root / "pyproject.toml").write_text(PROJECT)
    first = run_codemod(root, "PartialSpawnEnv")
    after = (root / "src" / "app" / "start.py").read_bytes()
    assert first.returncode == 0, first.stderr
    assert after.startswith(BEFORE[: BEFORE.index(b"},")])
    assert after.endswith(b"},  # why\n)\r\n")
    assert b"APP_DIR" in after
    assert run_codemod(root, "PartialSpawnEnv").returncode == 0
    assert (root / "src" / "app" / "start.py").read_bytes() == after


def test_a_file_outside_any_project_is_skipped(root: Path) -> None:
    done = run_codemod(root, "PartialSpawnEnv")
    assert "no directory above the file has a policy" in done.stderr
    assert (root / "src" / "app" / "start.py").read_bytes() == BEFORE


def test_a_codemod_survives_the_way_to_another_process() -> None:
    command = codemods.PartialSpawnEnv
    assert command is codemods.PartialSpawnEnv
    assert pickle.loads(pickle.dumps(command)) is command
    assert command.CODE == "SF101"


def test_the_module_lists_its_codemods_and_has_no_others() -> None:
    assert "PartialSpawnEnv" in dir(codemods)
    assert all(getattr(codemods, name).CODE for name in dir(codemods))
    with pytest.raises(AttributeError, match="no codemod 'Nonsense'"):
        _ = codemods.Nonsense
