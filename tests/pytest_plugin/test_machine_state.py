"""The stores of the user who runs the tests are nobody's to write, wherever the tests were sent."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

POLICY = """\
state = "{env:APP_STATE|{home}/.app}"

[layers]
app = ["app.**"]

[stores.runtime]
path = "{state}/runtime.db"
owners = ["app"]

[stores.settings]
path = "{state}/settings.json"
kind = "file"
owners = ["app"]

[stores.notes]
path = "{state}/notes"
kind = "tree"
owners = ["app"]

[stores.history]
path = "{app:user_data_dir:app}/history.db"
owners = ["app"]
"""

TESTS = """
import json, os, sqlite3, subprocess, sys
from contextlib import closing
from pathlib import Path
import pytest

HOME = Path.home()

def run(path, *statements):
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()

def test_that_reads():
    run(HOME / ".app/runtime.db", "SELECT * FROM messages")
    assert (HOME / ".app/settings.json").read_text()

def test_that_writes_the_database():
    run(HOME / ".app/runtime.db", "INSERT INTO messages VALUES (2)")

def test_that_writes_a_file():
    (HOME / ".app/settings.json").write_text('{"a": 2}')

def test_that_makes_a_file():
    (HOME / ".app/notes/deep/new.md").write_text("x")

def test_that_removes_a_file():
    (HOME / ".app/notes/deep/old.md").unlink()

def test_whose_child_makes_a_database():
    code = "import os, sqlite3, sys; p = sys.argv[1]; os.makedirs(p); sqlite3.connect(p + '/history.db').close()"
    subprocess.run([sys.executable, "-S", "-c", code, str(HOME / ".local/share/app")], env={}, check=True)

def test_that_is_sent_elsewhere_and_stays_there(state_dir):
    run(state_dir / "runtime.db", "CREATE TABLE messages (a)")
    (state_dir / "settings.json").write_text("{}")

def test_that_is_sent_elsewhere_and_writes_at_home_all_the_same(state_dir):
    run(HOME / ".app/runtime.db", "DELETE FROM messages")

@pytest.mark.statefence_allow(".app/settings.json", reason="it tests the installer")
def test_that_is_allowed_to():
    (HOME / ".app/settings.json").write_text("{}")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with state in it, in no place for temporary files."""
    state = tmp_path / "home" / ".app"
    (state / "notes" / "deep").mkdir(parents=True)
    (state / "notes" / "deep" / "old.md").write_text("old")
    (state / "settings.json").write_text('{"a": 1}')
    with closing(sqlite3.connect(state / "runtime.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE messages (a)")
        connection.execute("INSERT INTO messages VALUES (1)")
    (tmp_path / "tmp").mkdir()
    return state.parent


def run_at(run_project: RunProject, home: Path, inner: str, *arguments: str, **environ: str) -> Any:
    places = {"HOME": str(home), "TMPDIR": str(home.parent / "tmp"), "XDG_DATA_HOME": "", **environ}
    return run_project({"test_inner.py": dedent(inner)}, *arguments, policy=POLICY, **places)


def test_every_write_of_the_user_s_own_state_fails_its_test_by_name(run_project: RunProject, home: Path) -> None:
    ran = run_at(run_project, home, TESTS)

    assert {name: outcome.said for name, outcome in ran.tests.items()} == {
        "test_that_reads": (),
        "test_that_writes_the_database": told("runtime", "written", home / ".app/runtime.db"),
        "test_that_writes_a_file": told("settings", "written", home / ".app/settings.json"),
        "test_that_makes_a_file": told("notes", "made", home / ".app/notes/deep/new.md"),
        "test_that_removes_a_file": told("notes", "removed", home / ".app/notes/deep/old.md"),
        "test_whose_child_makes_a_database": told("history", "made", home / ".local/share/app/history.db"),
        "test_that_is_sent_elsewhere_and_stays_there": (),
        "test_that_is_sent_elsewhere_and_writes_at_home_all_the_same": told(
            "runtime", "written", home / ".app/runtime.db"
        ),
        "test_that_is_allowed_to": (),
    }
    assert {outcome.result for outcome in ran.tests.values() if outcome.said} == {"failed"}


def told(store: str, change: str, path: Path) -> tuple[str, ...]:
    return (f"SF201 the {store} store of this machine was {change}, and it is its user's: {path}",)


def test_a_run_that_was_sent_elsewhere_from_the_start_still_watches_the_home(
    run_project: RunProject, home: Path
) -> None:
    inner = """
        import os
        from pathlib import Path

        def test_at_home():
            (Path.home() / ".app/settings.json").write_text("{}")

        def test_elsewhere():
            Path(os.environ["APP_STATE"], "settings.json").write_text("{}")
        """
    (home.parent / "given").mkdir()
    ran = run_at(run_project, home, inner, APP_STATE=str(home.parent / "given"))

    assert {name: outcome.result for name, outcome in ran.tests.items()} == {
        "test_at_home": "failed",
        "test_elsewhere": "passed",
    }


def test_a_program_of_the_user_that_runs_meanwhile_is_taken_into_account(run_project: RunProject, home: Path) -> None:
    code = """
import os, sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1] + "/.app/runtime.db", isolation_level=None)
print("ready", flush=True)
while not os.path.exists(sys.argv[1] + "/go"):
    time.sleep(0.01)
connection.execute("INSERT INTO messages VALUES (9)")
open(sys.argv[1] + "/done", "w").close()
time.sleep(60)
"""
    inner = """
        import time
        from pathlib import Path

        def test():
            Path.home().joinpath("go").touch()
            while not Path.home().joinpath("done").exists():
                time.sleep(0.01)
        """
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        ran = run_at(run_project, home, inner)
        program.kill()

    assert ran.tests["test"].result == "passed"
    assert ran.status == 1
    assert f"process {program.pid} (`python" in ran.output


def test_of_a_home_for_temporary_files_what_was_there_before_is_the_user_s(run_project: RunProject, home: Path) -> None:
    names = "database or a_file"
    at_temporary = {"TMPDIR": str(home.parent)}

    ran = run_at(run_project, home, TESTS, "-k", names, **at_temporary)

    assert {name: outcome.said for name, outcome in ran.tests.items()} == {
        "test_that_writes_the_database": told("runtime", "written", home / ".app/runtime.db"),
        "test_that_writes_a_file": told("settings", "written", home / ".app/settings.json"),
        "test_that_makes_a_file": (),
        "test_that_removes_a_file": told("notes", "removed", home / ".app/notes/deep/old.md"),
        "test_whose_child_makes_a_database": (),
    }
    sent_elsewhere = run_at(run_project, home, TESTS, "-k", "writes", APP_STATE=str(home.parent / "x"), **at_temporary)
    assert {outcome.result for outcome in sent_elsewhere.tests.values()} == {"passed"}, sent_elsewhere.output
