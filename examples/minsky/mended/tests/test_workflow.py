"""A session from its start to its end, from any directory."""

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


def test_every_directory_sees_the_same_sessions(repository: Path, state: Path, tmp_path: Path) -> None:
    run_minsky(repository, "start", "one")
    run_minsky(state / "workspaces" / "one", "start", "two")
    places = [repository, state / "workspaces" / "one", state / "workspaces" / "two", tmp_path]
    listed = {run_minsky(place, "list").output for place in places}
    assert len(listed) == 1
    assert [line.partition("\t")[0] for line in listed.pop().splitlines()] == ["one", "two"]


@pytest.mark.parametrize("name", ["", "../up", "a b", "-x", "x" * 65, "pr/x"])
def test_a_name_that_is_no_directory_is_refused(minsky: Minsky, repository: Path, state: Path, name: str) -> None:
    assert minsky(repository, "start", "--", name).errors.startswith("minsky: ")
    assert list((state / "workspaces").glob("*")) == []


def test_a_name_is_used_once(minsky: Minsky, repository: Path) -> None:
    minsky(repository, "start", "one")
    again = minsky(repository, "start", "one")
    assert again == Run(1, "", "minsky: there is a session one already: choose another name, or delete it\n")


def test_a_start_that_fails_leaves_nothing(minsky: Minsky, repository: Path, state: Path) -> None:
    (repository / ".minsky").mkdir()
    (repository / ".minsky" / "config.toml").write_text('[project]\nbase = "no-such-branch"\n')
    assert "no-such-branch" in minsky(repository, "start", "one").errors
    assert minsky(repository, "list").output == ""
    assert list((state / "workspaces").glob("*")) == []


def test_a_pull_request_from_the_workspace_of_the_session(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    minsky(repository, "start", "two")
    workspace = state / "workspaces" / "one"
    (workspace / "deep").mkdir()
    (workspace / "deep" / "work.txt").write_text("done\n")
    commit(workspace, "Work")
    assert minsky(workspace / "deep", "pr") == Run(0, "one is published as pr/one\n", "")
    assert branches(repository) == ["main", "pr/one"]
    assert "pr/one" in minsky(repository, "get", "one").output


def test_a_pull_request_from_the_main_workspace(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    (state / "workspaces" / "one" / "work.txt").write_text("done\n")
    assert "commit them in" in minsky(repository, "pr").errors
    commit(state / "workspaces" / "one", "Work")
    assert minsky(repository, "pr").output == "one is published as pr/one\n"
    assert minsky(repository, "pr", "one").output == "one is published as pr/one\n"


def test_the_same_question_is_asked_wherever_nothing_says_which_session(
    minsky: Minsky, repository: Path, tmp_path: Path
) -> None:
    asked = "minsky: which session? Name it, or run this in its workspace"
    assert minsky(repository, "pr").errors == f"{asked}, after `minsky start NAME`\n"
    minsky(repository, "start", "one")
    minsky(repository, "start", "two")
    assert minsky(repository, "pr").errors == f"{asked}: one of one, two\n"
    assert minsky(tmp_path, "pr").errors == f"{asked}, after `minsky start NAME`\n"
    missing = "minsky: there is no session three: `minsky list` shows those there are\n"
    assert {minsky(place, "pr", "three").errors for place in (repository, tmp_path)} == {missing}


def test_what_runs_in_a_session_finds_the_same_database(
    minsky: Minsky, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNRELATED", "kept")
    monkeypatch.setenv("PYTHONPATH", str(SOURCE_ROOT))
    minsky(repository, "start", "one")
    outside = minsky(repository, "list").output
    assert minsky(repository, "exec", "one", sys.executable, "-m", "minsky", "list").output == outside
    assert minsky(repository, "exec", "one", "sh", "-c", "echo $UNRELATED; exit 3") == Run(3, "kept\n", "")


def test_a_deleted_session_is_gone(minsky: Minsky, repository: Path, state: Path) -> None:
    minsky(repository, "start", "one")
    assert minsky(repository, "delete", "one").exit_code == 0
    assert minsky(repository, "list").output == ""
    assert list((state / "workspaces").glob("*")) == []
    assert "there is no session one" in minsky(repository, "get", "one").errors
