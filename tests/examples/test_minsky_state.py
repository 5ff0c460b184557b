"""The state that the broken minsky leaves behind: scanned, repaired, and taken over by the mended one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.examples.trees import EXAMPLES, environment, statefence

POLICY = EXAMPLES / "minsky" / "mended" / "statefence.toml"


class Installation(NamedTuple):
    """A home in which minsky was used, and the repository that it was used for."""

    home: Path
    repository: Path

    @property
    def state(self) -> Path:
        return self.home / ".local" / "state" / "minsky"

    def workspace(self, name: str) -> Path:
        return self.state / "workspaces" / name

    def run(self, form: str, directory: Path, *arguments: str) -> str:
        identity = {f"GIT_{role}_{what}": "ann" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        python_path = str(EXAMPLES / "minsky" / form / "src")
        own = {"HOME": str(self.home), "MINSKY_STATE_DIR": str(self.state), "PYTHONPATH": python_path}
        command = [sys.executable, "-m", "minsky", *arguments]
        done = subprocess.run(
            command, cwd=directory, env=environment() | identity | own, capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Three sessions, each started in the workspace of the one before: three databases."""
    repository = tmp_path / "project"
    for command in (["init", "--quiet", "-b", "main", str(repository)], ["-C", str(repository), *COMMIT]):
        subprocess.run(["git", *command], check=True)
    used = Installation(tmp_path / "home", repository)
    used.run("broken", repository, "start", "one", "--task", "T1")
    used.run("broken", used.workspace("one"), "start", "two", "--task", "T2")
    used.run("broken", used.workspace("two"), "start", "three", "--task", "T3")
    return used


COMMIT = ("-c", "user.name=ann", "-c", "user.email=a@example.org", "commit", "--quiet", "--allow-empty", "-m", "Begin")


def asked(installation: Installation, *arguments: str) -> dict[str, Any]:
    """What `statefence state` answers about the state directory."""
    command = ["state", *arguments, "--output-format", "json", str(installation.state)]
    done = statefence(POLICY.parent, *command, HOME=str(installation.home))
    assert done.returncode in {0, 1}, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def names(listing: str) -> list[str]:
    return [line.partition("\t")[0] for line in listing.splitlines()]


def test_the_databases_of_the_workspaces_are_forbidden_and_alike(installation: Installation) -> None:
    scanned = asked(installation, "scan")

    paths = {f"workspaces/{name}/.minsky/sessions.db" for name in ("one", "two")}
    assert {found["path"] for found in scanned["findings"] if found["code"] == "SF202"} == paths
    assert [set(group["paths"]) for group in scanned["groups"]] == [paths]


def test_without_apply_nothing_is_changed(installation: Installation) -> None:
    before = {path: path.read_bytes() for path in installation.state.rglob("*") if path.is_file()}

    assert not asked(installation, "repair")["applied"]
    assert {path: path.read_bytes() for path in installation.state.rglob("*") if path.is_file()} == before


def test_after_the_repair_the_mended_program_knows_every_session(installation: Installation) -> None:
    assert names(installation.run("broken", installation.workspace("one"), "list")) == ["two"]

    asked(installation, "repair", "--apply")

    assert not [found for found in asked(installation, "scan")["findings"] if found["code"]]
    assert names(installation.run("mended", installation.home, "list")) == ["one", "three", "two"]


def test_a_session_that_was_only_on_disk_is_completed_from_the_database_outside(installation: Installation) -> None:
    asked(installation, "repair", "--apply")
    assert installation.run("mended", installation.home, "list").splitlines()[0] == "one\t-\t-\t"

    installation.run("mended", installation.repository, "consolidate")

    assert installation.run("mended", installation.home, "get", "one") == f"one\tT1\t-\t{installation.repository}\n"


def test_a_second_repair_does_nothing(installation: Installation) -> None:
    asked(installation, "repair", "--apply")
    listed = installation.run("mended", installation.home, "list")

    assert asked(installation, "repair", "--apply")["outcomes"] == []
    assert installation.run("mended", installation.home, "list") == listed
