"""What a run writes down of the project's own lines, and that the analysis can be held against it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

APP = """
import os
import sqlite3
import subprocess


def connect():
    return sqlite3.connect(
        os.path.join(os.environ["APP_STATE"], "admin.db")
    )


def launch(command, env):
    subprocess.run(command, env=env, check=True)


def helper():
    launch(["true"], {"PATH": os.environ["PATH"], "MORE": "1"})
"""

INNER = """
import os, sqlite3, subprocess, sys
from pathlib import Path
import app

def test_own_process(state_dir):
    app.connect().close()
    app.helper()
    subprocess.run([sys.executable, "-c", "pass"])
    sqlite3.connect(":memory:").close()

def test_remembers(tmp_path):
    (tmp_path / "notes").write_text("x")
    os.remove(tmp_path / "notes")
"""


def observed(project: Path) -> dict[str, Any]:
    """What the inner run wrote."""
    found: dict[str, Any] = json.loads((project / "observed.json").read_bytes())
    return found


def mapped(project: Path, *arguments: str) -> str:
    """What `statefence map` says of it."""
    command = [sys.executable, "-m", "statefence", "map", "--observed", "observed.json", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_spawns_and_opens_are_written_with_their_lines(
    run_project: RunProject, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    ran = run_project({"app.py": APP, "test_inner.py": INNER}, "--statefence-observe=observed.json", *workers)

    assert ran.status == 0, ran.output
    found = observed(tmp_path / "project")
    assert (found["version"], found["root"], found["unheard"]) == (1, str(tmp_path / "project"), [])
    [partial] = [spawn for spawn in found["spawns"] if spawn["program"] == "true"]
    assert [(line["path"], line["line"], line["function"]) for line in partial["lines"][:3]] == [
        ("app.py", 14, "launch"),
        ("app.py", 18, "helper"),
        ("test_inner.py", 8, "test_own_process"),
    ]
    assert (partial["replaced"], partial["kept"], partial["added"]) == (True, ["PATH"], ["MORE"])
    assert "APP_STATE" in partial["dropped"]
    [store] = [opened for opened in found["opens"] if opened["store"] == "admin"]
    assert (store["did"], store["mode"], Path(store["path"]).name) == ("sqlite3.connect", "rw", "admin.db")
    assert store["lines"][0]["line"] == 8
    assert {(o["did"], o["mode"]) for o in found["opens"] if o["path"].endswith("notes")} == {
        ("open", "rw"),
        ("os.remove", "remove"),
    }
    assert [o["mode"] for o in found["opens"] if o["path"] == ":memory:"] == ["rw"]


def test_no_value_of_a_variable_is_written_but_those_that_lead_to_a_path(
    run_project: RunProject, tmp_path: Path
) -> None:
    files = {"app.py": APP, "test_inner.py": INNER}

    run_project(files, "--statefence-observe=observed.json", APP_SECRET="s3cret/x", APP_HOST="h0st")

    text = (tmp_path / "project" / "observed.json").read_text()
    assert "APP_SECRET" in text
    assert "s3cret" not in text
    assert "h0st" not in text


def test_the_map_lays_it_beside_its_answers(run_project: RunProject, tmp_path: Path) -> None:
    run_project({"app.py": APP, "test_inner.py": INNER}, "--statefence-observe=observed.json")

    found = json.loads(mapped(tmp_path / "project", "--output-format", "json"))
    verdicts = {(row["path"], row["line"]): row["observed"] for row in (*found["spawns"], *found["opens"])}
    assert verdicts["app.py", 8]["verdict"] == "confirmed"
    assert verdicts["app.py", 18]["verdict"] == "confirmed"
    assert verdicts["app.py", 14]["verdict"] == "filled-in"
    [seen] = verdicts["app.py", 14]["seen"]
    assert (seen["env"], seen["sets"], seen["line"]) == ("partial", ["MORE"], "app.py:18")
    assert found["observed"]["contradicted"] == 0
    assert found["observed"]["unlisted"] == []
    text = mapped(tmp_path / "project")
    assert "    filled in by the tests: true partial +MORE -" in text
    assert f"\nobserved: {found['observed']['confirmed']} confirmed, 1 filled in, 0 contradicted, " in text


def test_a_run_without_a_policy_is_observed_too(run_project: RunProject, tmp_path: Path) -> None:
    inner = """
        import subprocess

        def test():
            subprocess.run(["true"])
        """
    ran = run_project({"test_inner.py": dedent(inner)}, "--statefence-observe=observed.json", policy=None)

    assert ran.status == 0, ran.output
    assert [spawn["program"] for spawn in observed(tmp_path / "project")["spawns"]] == ["true"]
