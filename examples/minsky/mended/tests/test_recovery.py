"""The database and the disk disagree, or one of them is broken."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import configure
from helpers import Run
from minsky.sessions.provider import open_provider
from minsky.sessions.session import Session

Minsky = Callable[..., Run]
ALLOWED = pytest.mark.statefence_allow(
    "**/.minsky/sessions.*", reason="the databases of older versions are brought home"
)
GARBAGE = b"not a database, nor JSON" * 100


def forget(name: str) -> None:
    assert open_provider().delete(name)


def old_database(directory: Path, *sessions: Session) -> Path:
    """A database as older versions made one in every directory."""
    path = directory / ".minsky" / "sessions.db"
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE sessions (name TEXT PRIMARY KEY, repository, task, created_at, pull_request)")
        connection.executemany("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", sessions)
    return path


def test_a_session_on_disk_is_registered_when_it_is_asked_for(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    forget("one")
    assert minsky(state / "workspaces" / "one", "pr").output == "one is published as pr/one\n"
    assert minsky(repository, "list").output == listed.replace("\t-\t", "\tpr/one\t")


def test_a_session_of_which_only_the_name_is_known_is_completed(minsky: Minsky, repository: Path) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    forget("one")
    open_provider().add(Session("one", "", "", ""))
    assert minsky(repository, "get", "one").output == listed
    assert minsky(repository, "list").output == listed


def test_all_sessions_on_disk_are_registered_at_once(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    minsky(repository, "start", "two", "--task", "T2")
    (state / "workspaces" / "stray").mkdir()
    shutil.copytree(state / "workspaces" / "one", state / "workspaces" / ".one.arriving")
    listed = minsky(repository, "list").output
    forget("one")
    forget("two")
    assert len(minsky(repository, "check").output.splitlines()) == 2
    assert minsky(repository, "sync").output == "2 registered\n"
    assert minsky(repository, "sync").output == "0 registered\n"
    assert minsky(repository, "list").output == listed
    assert minsky(repository, "check") == Run(0, "", "")


@pytest.mark.parametrize("backend", ["sqlite", "json"], indirect=True)
def test_a_damaged_database_is_said_to_be_damaged_and_made_anew(
    backend: str, minsky: Minsky, repository: Path, state: Path
) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    database = state / {"sqlite": "sessions.db", "json": "sessions.json"}[backend]
    database.write_bytes(GARBAGE)
    for command in (["list"], ["get", "one"], ["start", "two"], ["sync"]):
        refused = minsky(repository, *command)
        assert refused.exit_code == 1
        assert "`minsky recover` makes it anew" in refused.errors
    assert database.read_bytes() == GARBAGE
    recovered = minsky(repository, "recover").output
    assert recovered == f"the damaged database is now {database}.damaged\n1 registered\n"
    assert Path(f"{database}.damaged").read_bytes() == GARBAGE
    assert minsky(repository, "list").output == listed
    assert minsky(repository, "recover").output == "0 registered\n"


def test_a_missing_database_is_made_of_what_is_on_disk(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    (state / "sessions.db").unlink()
    assert minsky(repository, "get", "one").output == listed
    assert minsky(repository, "list").output == listed


def test_a_workspace_restored_by_hand_is_imported(
    minsky: Minsky, repository: Path, state: Path, tmp_path: Path
) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    restored = Path(shutil.copytree(state / "workspaces" / "one", tmp_path / "restored"))
    minsky(repository, "delete", "one")
    for _ in range(2):
        assert minsky(tmp_path, "import", str(restored)) == Run(0, "one registered\n", "")
        assert minsky(repository, "list").output == listed
    assert minsky(state / "workspaces" / "one", "pr").exit_code == 0
    assert "is no session's workspace" in minsky(tmp_path, "import", str(repository)).errors


def test_a_session_without_its_workspace_is_no_riddle(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    shutil.rmtree(state / "workspaces" / "one")
    assert "restore it and run `minsky import`" in minsky(repository, "pr", "one").errors
    assert minsky(repository, "check").output == "one has no workspace: `minsky delete one`\n"
    assert minsky(repository, "delete", "one").exit_code == 0


@ALLOWED
def test_the_databases_of_older_versions_become_one(
    backend: str, minsky: Minsky, repository: Path, state: Path, tmp_path: Path
) -> None:
    assert backend
    minsky(repository, "start", "one", "--task", "T1")
    kept = open_provider().get("one")
    assert kept is not None
    there = old_database(repository, kept._replace(task="T9"), kept._replace(name="two"))
    in_session = old_database(state / "workspaces" / "one", kept._replace(name="three", repository=str(tmp_path)))
    elsewhere = tmp_path / ".minsky" / "sessions.json"
    elsewhere.parent.mkdir()
    elsewhere.write_text(json.dumps({"sessions": [kept._replace(name="four")._asdict()]}))

    said = minsky(repository, "consolidate").output.splitlines()

    assert sorted(said) == sorted(
        [
            f"1 from {there}.bak",
            f"one differs in {there}.bak: the one database keeps its own",
            f"1 from {in_session}.bak",
            f"1 from {elsewhere}.bak",
        ]
    )
    assert [session.name for session in open_provider().list_all()] == ["four", "one", "three", "two"]
    assert open_provider().get("one") == kept
    assert minsky(repository, "consolidate") == Run(0, "", "")


def test_a_workspace_of_an_older_version_is_known_by_its_place(minsky: Minsky, repository: Path, state: Path) -> None:
    workspace = state / "workspaces" / "old"
    subprocess.run(["git", "clone", "--quiet", repository, workspace], check=True)
    assert minsky(workspace, "get").output == f"old\t-\t-\t{repository}\n"
    assert minsky(repository, "check") == Run(0, "", "")


@ALLOWED
def test_what_an_older_database_says_is_more_than_what_is_on_disk(minsky: Minsky, repository: Path) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    published = open_provider().list_all()[0]._replace(pull_request="pr/one")
    for known in ([], [Session("one", "", "", "")]):
        forget("one")
        open_provider().merge(known)
        old_database(repository, published)
        assert "differs" not in minsky(repository, "consolidate").output
        assert open_provider().list_all() == [published]


@ALLOWED
def test_an_interrupted_consolidation_can_be_repeated(minsky: Minsky, tmp_path: Path) -> None:
    old = old_database(tmp_path, Session("one", "/work/project", "", "2025-01-28T10:00:00+00:00"))
    minsky(tmp_path, "consolidate", ".")
    Path(f"{old}.bak").rename(old)
    assert minsky(tmp_path, "consolidate", str(tmp_path)).output == f"0 from {old}.bak\n"
    old_database(tmp_path)
    assert minsky(tmp_path, "consolidate", str(tmp_path)).output == f"0 from {old}.bak1\n"
    assert [session.name for session in open_provider().list_all()] == ["one"]


@ALLOWED
def test_a_damaged_database_of_an_older_version_stops_nothing(minsky: Minsky, repository: Path, tmp_path: Path) -> None:
    old = old_database(repository)
    old.write_bytes(GARBAGE)
    sound = old_database(tmp_path, Session("one", str(repository), "", "2025-01-28T10:00:00+00:00"))
    said = minsky(repository, "consolidate", str(repository), str(tmp_path)).output
    assert sorted(said.splitlines()) == sorted([f"0 from {old}.damaged", f"1 from {sound}.bak"])


def test_sessions_move_from_one_backend_to_another(
    minsky: Minsky, repository: Path, state: Path, postgres_url: str
) -> None:
    minsky(repository, "start", "one", "--task", "T1")
    listed = minsky(repository, "list").output
    for backend, url in (("json", ""), ("postgres", postgres_url), ("sqlite", "")):
        assert minsky(repository, "convert", backend, "--url", url).exit_code == 0
        configure(f'[sessions]\nbackend = "{backend}"\nurl = "{url}"\n')
        assert minsky(repository, "list").output == listed
    assert (state / "sessions.json").is_file()


def test_a_configuration_in_the_wrong_place_is_refused_and_said(
    minsky: Minsky, repository: Path, state: Path, tmp_path: Path
) -> None:
    minsky(repository, "start", "one")
    misplaced = repository / ".minsky" / "config.toml"
    misplaced.parent.mkdir()
    misplaced.write_text('[sessions]\nbackend = "json"\n')
    right = tmp_path / "home" / ".config" / "minsky" / "config.toml"
    refused = minsky(repository, "start", "two").errors
    assert refused.startswith(f"minsky: {misplaced}: [sessions] is said once for the whole system, in {right}: move it")
    assert minsky(repository, "check").output == refused.removeprefix("minsky: ")
    assert minsky(repository, "list").output.startswith("one\t")
    assert not (state / "sessions.json").exists()
