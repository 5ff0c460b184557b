"""`statefence explain PATH:LINE`, as its users meet it: real processes in real directories."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = 'import subprocess\n\nsubprocess.run(["a"], env={"PATH": "/bin"})\n\n\nx = 1\n\nsubprocess.run(["b"])\n'


def explain(directory: Path, *arguments: str, colour: bool = False) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        [sys.executable, "-m", "statefence", "explain", *arguments],
        cwd=directory,
        env=plain | ({"FORCE_COLOR": "1"} if colour else {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text("[env.APP_HOME]\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(TEXT)
    (tmp_path / "app" / "empty.py").write_text("")
    (tmp_path / "app" / "bad.py").write_text("x = (\n")
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


@pytest.mark.parametrize("place", ["app/a.py:3", "app/a.py:3:1", "./app/a.py:3"])
def test_a_line_is_explained_by_the_places_that_other_commands_print(project: Path, place: str) -> None:
    run = explain(project, place)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("subprocess.run starts a child process.\n")
    assert "APP_HOME, required by the policy: the child does not get it" in run.stdout


def test_the_path_is_relative_to_the_working_directory(project: Path) -> None:
    assert explain(project / "app", "a.py:3").returncode == 0
    assert explain(project / "app", "app/a.py:3").returncode == 2


def test_a_line_without_a_site_names_the_nearest_and_exits_with_2(project: Path) -> None:
    run = explain(project, "app/a.py:6")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        "error: app/a.py:6: no spawn, open or statement at this line: "
        "the nearest are at line 3 (subprocess.run), 8 (subprocess.run)\n"
    )


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("app/empty.py:1", "this file has none"),
        ("app/bad.py:1", "the file was not analysed: "),
        ("app:1", "a directory: name one of its files"),
        ("notes.txt:1", "no Python file of the project there"),
        ("missing.py:1", "no such file or directory"),
        ("a.py", "there is no rule 'a.py'"),
    ],
)
def test_what_cannot_be_explained_is_one_line_and_2(project: Path, place: str, why: str) -> None:
    run = explain(project, place)
    assert (run.returncode, run.stdout) == (2, "")
    assert why in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_policy_can_be_chosen(project: Path) -> None:
    (project / "other.toml").write_text("[env.OTHER]\n")
    assert "OTHER, required by the policy" in explain(project, "app/a.py:3", "--config", "other.toml").stdout


def test_colours_come_on_demand_only(project: Path) -> None:
    assert "\x1b[" not in explain(project, "app/a.py:3").stdout
    assert "\x1b[" in explain(project, "app/a.py:3", colour=True).stdout


def test_a_rule_is_explained_without_any_project(tmp_path: Path) -> None:
    run = explain(tmp_path, "SF101")
    assert run.returncode == 0
    assert run.stdout.startswith("# partial-spawn-env (SF101)\n")
