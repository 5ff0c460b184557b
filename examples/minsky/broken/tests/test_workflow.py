"""A session from its start to its end, from the main workspace."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import SOURCE_ROOT, Run, branches, commit, run_minsky

Minsky = Callable[..., Run]


def test_a_session_gets_a_workspace(minsky: Minsky, repository: Path, state: Path) -> None:
    assert minsky(repository, "start", "fix-login", "--task", "T1").output == f"{state}/workspaces/fix-login\n"
    assert (state / "workspaces" / "fix-login" / "notes.txt").read_text() == "notes\n"
    assert minsky(repository, "list").output == f"fix-login\tT1\t-\t{repository}\n"


def test_a_session_that_was_started_is_known_to_the_next_process(repository: Path) -> None:
    run_minsky(repository, "start", "one")
    assert run_minsky(repository, "get", "one").output == f"one\t-\t-\t{repository}\n"


def test_a_session_can_be_worked_on_inside(minsky: Minsky, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(SOURCE_ROOT))
    minsky(repository, "start", "one")
    assert minsky(repository, "exec", "one", "sh", "-c", "cat notes.txt; exit 3") == Run(3, "notes\n", "")
    assert minsky(repository, "exec", "one", sys.executable, "-Bm", "minsky", "list").exit_code == 0


def test_a_pull_request_of_a_session(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    (state / "workspaces" / "one" / "work.txt").write_text("done\n")
    commit(state / "workspaces" / "one", "Work")
    assert minsky(repository, "pr", "one").output == "one is published as pr/one\n"
    assert branches(repository) == ["main", "pr/one"]
    assert "pr/one" in minsky(repository, "get", "one").output


def test_a_pull_request_says_where_it_must_be_run(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    assert "are made inside a session's workspace" in minsky(repository, "pr").errors
    assert "are made in the main workspace" in minsky(state / "workspaces" / "one", "pr").errors
    assert "Session 'two' not found." in minsky(repository, "pr", "two").errors


def test_a_deleted_session_is_gone(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    assert minsky(repository, "delete", "one").exit_code == 0
    assert minsky(repository, "list").output == ""
    assert list((state / "workspaces").glob("*")) == []


def test_the_database_is_copied(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    assert minsky(repository, "backup").output == f"{state}/backups/sessions.db\n"


def test_the_doctor_counts_sessions(minsky: Minsky, repository: Path) -> None:
    minsky(repository, "start", "one")
    assert re.fullmatch(r"\d sessions\n", minsky(repository, "doctor").output)
