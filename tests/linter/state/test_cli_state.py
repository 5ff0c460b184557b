"""`statefence state` as its users meet it: real processes, real terminals."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from .databases import POLICY, make, state_environment

MODELS = "CREATE TABLE models (name TEXT PRIMARY KEY, provider TEXT)"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A project with a policy, whose state directory has a stray database."""
    (tmp_path / "statefence.toml").write_text(POLICY)
    make(tmp_path / "state" / "admin.db", MODELS)
    make(tmp_path / "state" / "x" / "stray.db", MODELS, "INSERT INTO models VALUES ('a', 'b')")
    (tmp_path / "state").chmod(0o700)
    return tmp_path / "state"


def run(state: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "statefence", "state", *arguments]
    env = {**state_environment(state), **environment}
    return subprocess.run(command, cwd=state.parent, env=env, capture_output=True, text=True, check=False)


def test_the_directory_is_the_policy_s_unless_one_is_given(state: Path) -> None:
    by_policy, by_name = run(state, "scan"), run(state, "scan", str(state))
    assert by_policy.stdout == by_name.stdout
    lines = by_policy.stdout.splitlines()
    assert lines[0].split() == ["database", "is", "tables", "rows", "size", "last", "written", "sound"]
    assert lines[2].startswith("x/stray.db  forbidden         1     1")
    assert lines[3].startswith("x/stray.db: SF202 forbidden-database: no database may be here: configuration")
    assert lines[-1] == "2 files, 2 databases; 1 finding, 0 things that could not be told."
    assert by_policy.returncode == 1


def test_a_clean_scan_exits_with_0_and_one_without_an_answer_with_2(state: Path) -> None:
    assert run(state, "repair", "--apply").returncode == 0
    assert run(state, "scan").returncode == 0
    (state / "admin.db").write_bytes(b"encrypted, perhaps")
    assert run(state, "scan").returncode == 2


def test_the_json_is_as_its_schema_says(state: Path) -> None:
    schema = json.loads(run(state, "scan", "--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(run(state, "scan", "--output-format", "json").stdout)
    jsonschema.validate(found, schema)
    assert (found["version"], found["summary"]["databases"]) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what to do"),
        (["scann"], "say what to do"),
        (["scan", "nowhere"], "nowhere: no such directory"),
        (["scan", "--acept"], "did you mean --accept?"),
        (["repair", "--into", "x"], "there is no store 'x'"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(state: Path, arguments: list[str], message: str) -> None:
    done = run(state, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_policy_a_directory_has_to_be_given(tmp_path: Path) -> None:
    done = run(tmp_path / "state", "scan")
    assert "which directory?" in done.stderr
    assert done.returncode == 2


def test_a_dry_run_exits_with_1_while_there_is_something_to_do(state: Path) -> None:
    first = run(state, "repair")
    assert (first.returncode, "1 rows inserted" in first.stdout) == (1, True)
    applied = run(state, "repair", "--apply", "--output-format", "json")
    assert (applied.returncode, json.loads(applied.stdout)["applied"]) == (0, True)
    last = run(state, "repair")
    assert (last.returncode, last.stdout) == (0, "Nothing to repair.\n")


def test_a_terminal_gets_a_table_with_colours(state: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "statefence", "state", "scan"]
    environment = {**state_environment(state), "TERM": "xterm", "COLUMNS": "160"}
    environment.pop("NO_COLOR", None)
    running = subprocess.Popen(command, cwd=state.parent, env=environment, stdout=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while data := os.read(ours, 1 << 16):
            shown += data
    os.close(ours)
    assert running.wait() == 1
    assert "\u2503".encode() in shown
    assert b"\x1b[" in shown


def test_no_name_can_drive_the_terminal(state: Path) -> None:
    make(state / "x" / "\x1b[31mred\n.db", "CREATE TABLE t (a)")
    assert "\x1b" not in run(state, "scan").stdout
    assert "\x1b[31mred" not in run(state, "scan", FORCE_COLOR="1").stdout
