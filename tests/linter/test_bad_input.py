"""Whatever is wrong outside the analysed program costs one clear line and the right exit code; real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SPAWN = b'import subprocess\n\nsubprocess.run(["a"], env={"PATH": "/bin"})\n'


def statefence(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    command = [sys.executable, "-m", "statefence", *arguments]
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def complaint(directory: Path, *arguments: str) -> str:
    """The one line of a run that must end in exit code 2 and print nothing else."""
    run = statefence(directory, *arguments)
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    (line,) = run.stderr.splitlines()
    return line


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text("[env.APP_HOME]\n")
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    return tmp_path


def test_an_unknown_policy_key_is_named_with_its_line(project: Path) -> None:
    (project / "statefence.toml").write_text("[env.APP_HOME]\nensur = 'x'\n")
    line = complaint(project, "check")
    assert line.startswith("error: statefence.toml:2: ")
    assert "ensure" in line


def test_every_problem_of_a_policy_has_its_line(project: Path) -> None:
    (project / "statefence.toml").write_text("srcs = []\nstat = ''\n")
    run = statefence(project, "check")
    assert run.returncode == 2
    assert [line.split(": ")[:2] for line in run.stderr.splitlines()] == [
        ["error", "statefence.toml:1"],
        ["error", "statefence.toml:2"],
    ]


def test_broken_toml_is_named_with_its_line(project: Path) -> None:
    (project / "statefence.toml").write_text("[env.APP_HOME]\nensure = \n")
    assert complaint(project, "check").startswith("error: statefence.toml:2:")


def test_a_layer_that_matches_no_module_is_named(project: Path) -> None:
    (project / "statefence.toml").write_text('[layers]\nadmin = ["nowhere.**"]\n')
    assert "nowhere.**" in complaint(project, "check")


def test_a_missing_policy_is_named(project: Path) -> None:
    assert "nowhere.toml" in complaint(project, "check", "--config", "nowhere.toml")


@pytest.mark.parametrize("command", ["check", "map"])
def test_a_missing_path_is_named(project: Path, command: str) -> None:
    assert complaint(project, command, "nowhere") == "error: nowhere: no such file or directory"


@pytest.mark.parametrize("command", ["check", "map"])
def test_a_path_outside_the_project_is_refused(project: Path, command: str) -> None:
    assert "outside the project" in complaint(project, command, "..")


@pytest.mark.parametrize("command", ["check", "map"])
def test_a_path_without_python_is_refused(project: Path, command: str) -> None:
    (project / "empty").mkdir()
    assert complaint(project, command, "a.py", "empty").startswith("error: empty: no Python file of the project")


@pytest.mark.parametrize("command", ["check", "map"])
def test_a_project_without_python_is_an_error(tmp_path: Path, command: str) -> None:
    assert complaint(tmp_path, command).endswith("no Python file to analyse")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chek"], "check"),
        (["--versoin"], "--version"),
        (["check", "--selct", "SF101"], "--select"),
        (["check", "--output-format", "xml"], "json"),
        (["check", "--select", "SF1010"], "SF101"),
        (["explain", "SF1O1"], "statefence rules"),
        (["explain"], "CODE"),
        (["check", "--statistics", "--output-format", "json"], "--statistics"),
    ],
)
def test_a_slip_on_the_command_line_is_told_with_what_is_meant(project: Path, arguments: list[str], meant: str) -> None:
    assert meant in complaint(project, *arguments)


def test_no_command_shows_the_help_and_is_an_error(project: Path) -> None:
    run = statefence(project)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("usage: statefence ")


def test_a_binary_file_is_a_finding(project: Path) -> None:
    (project / "b.py").write_bytes(b"\x7fELF\0\0")
    run = statefence(project, "check", "--output-format", "concise")
    assert run.returncode == 1
    assert run.stdout.startswith("b.py:1:1: SF001 this file was not analysed: binary")
    assert "1 skipped (b.py: binary" in run.stdout


def test_undeclared_latin_1_is_a_finding(project: Path) -> None:
    (project / "b.py").write_bytes(b"name = 'Jos\xe9'\n")
    run = statefence(project, "check", "--output-format", "concise")
    assert run.returncode == 1
    assert "SF001 this file was not analysed: line 1 is not utf-8" in run.stdout


def test_declared_latin_1_is_analysed_and_its_columns_are_right(project: Path) -> None:
    text = b"# coding: latin-1\nimport subprocess\nname = 'Jos\xe9'; subprocess.run(['a'], env={'PATH': name})\n"
    (project / "b.py").write_bytes(text)
    run = statefence(project, "check", "--output-format", "concise")
    assert run.stdout.startswith("b.py:3:16: SF101 ")


def test_windows_line_ends_and_a_byte_order_mark_are_analysed(project: Path) -> None:
    (project / "b.py").write_bytes(b"\xef\xbb\xbf" + SPAWN.replace(b"\n", b"\r\n"))
    run = statefence(project, "check")
    assert "--> b.py:3:1" in run.stdout
    assert "3 | subprocess.run(" in run.stdout


def test_bad_syntax_is_a_finding_at_its_place(project: Path) -> None:
    (project / "b.py").write_bytes(b"x = 1\ndef f(:\n    pass\n")
    run = statefence(project, "check", "--output-format", "concise")
    assert run.returncode == 1
    assert run.stdout.startswith("b.py:2:7: SF001 this file was not analysed: invalid syntax\n")


def test_syntax_of_a_later_python_names_it(project: Path) -> None:
    (project / "b.py").write_bytes(b"lazy import json\n")
    run = statefence(project, "check", "--output-format", "concise")
    if sys.version_info < (3, 15):
        assert run.returncode == 1
        assert "needs Python 3.15 or later" in run.stdout
    else:
        assert run.returncode == 0


def test_code_that_is_nested_too_deeply_is_a_finding(project: Path) -> None:
    (project / "b.py").write_bytes(b"x = " + b"(" * 5000 + b")" * 5000)
    run = statefence(project, "check", "--output-format", "concise")
    assert run.returncode == 1
    assert "b.py:1:" in run.stdout
    assert "SF001 this file was not analysed: " in run.stdout
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("target", ["nowhere.py", "b.py", "/dev/null"])
def test_a_file_that_cannot_be_read_is_reported_and_exits_with_2(project: Path, target: str) -> None:
    (project / "b.py").symlink_to(target)
    (project / "c.py").write_bytes(SPAWN)
    run = statefence(project, "check", "--output-format", "concise", "--exit-zero")
    assert run.returncode == 2
    assert run.stderr.startswith("error: b.py: ")
    assert "b.py:1:1: SF001 " in run.stdout
    assert "c.py:3:1: SF101 " in run.stdout


def test_a_file_that_cannot_be_read_elsewhere_does_not_concern_the_paths_asked_for(project: Path) -> None:
    (project / "b.py").symlink_to("nowhere.py")
    run = statefence(project, "check", "a.py")
    assert (run.returncode, run.stderr) == (0, "")
    assert "1 skipped (b.py: cannot be read" in run.stdout


def test_a_directory_named_like_a_module_is_a_directory(project: Path) -> None:
    (project / "b.py").mkdir()
    (project / "b.py" / "c.py").write_bytes(SPAWN)
    assert "b.py/c.py:3:1: SF101" in statefence(project, "check", "--output-format", "concise").stdout


def test_a_pipe_named_like_a_module_does_not_block(project: Path) -> None:
    os.mkfifo(project / "b.py")
    assert statefence(project, "check").returncode == 2


def test_a_loop_of_links_ends_and_is_told(project: Path) -> None:
    (project / "inside").mkdir()
    (project / "inside" / "again").symlink_to("..")
    run = statefence(project, "check")
    assert run.returncode == 0
    assert "1 skipped (inside/again: a symbolic link to a directory that it lies in)" in run.stdout


def test_map_goes_on_without_the_files_it_cannot_read(project: Path) -> None:
    (project / "b.py").symlink_to("nowhere.py")
    run = statefence(project, "map", "--output-format", "json")
    assert run.returncode == 0
    assert "1 skipped (b.py: cannot be read" in run.stderr


def test_an_interrupt_is_quiet_and_exits_with_130(project: Path) -> None:
    (project / ".git").mkdir()
    programs = project / "programs"
    programs.mkdir()
    (programs / "git").write_text("#!/bin/sh\ntouch asked\nexec sleep 60\n")
    (programs / "git").chmod(0o755)
    command = [sys.executable, "-m", "statefence", "check"]
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not (project / "asked").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.parametrize("name", ["msgspec", "tomli", "ast", "statefence_rules"])
def test_no_module_of_the_analysed_program_is_imported_in_the_place_of_another(project: Path, name: str) -> None:
    (project / f"{name}.py").write_text("raise SystemExit('imported')\n")
    (project / "a.py").write_bytes(SPAWN)
    run = statefence(project, "check")
    assert (run.returncode, "imported" in run.stderr, "SF101" in run.stdout) == (1, False, True)
