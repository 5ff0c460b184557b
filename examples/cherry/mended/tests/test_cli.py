"""The program as a user runs it."""

import json
from pathlib import Path

import pytest
from cherry.cli import main


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_an_agent_works_in_a_session(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    agent = ask(capsys, "add", "reviewer", "large", "--max-steps", "7").strip()
    assert ask(capsys, "agents", "VIEW") == f"{agent}\treviewer\tlarge\n"
    session = ask(capsys, "start", agent, "look at the login", "--model", "larger").strip()
    settings = json.loads(ask(capsys, "settings", session))
    assert (settings["model"], settings["max_steps"]) == ("larger", 7)
    ask(capsys, "say", session, "go on")
    assert ask(capsys, "log", session) == '1\tuser\tmessage\t{"text": "go on"}\n'
    ask(capsys, "finish", session, "--archive")
    assert ask(capsys, "sessions") == f"{session}\tcompleted (archived)\tlook at the login\n"
    assert [path.name for path in state.iterdir()] == ["agents.db"]


def test_the_schema_is_migrated_and_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert "001 pending" in ask(capsys, "status")
    rehearsed = ask(capsys, "migrate", "--dry-run")
    assert ask(capsys, "migrate", "--limit", "2") + ask(capsys, "migrate") == rehearsed
    assert "pending" not in ask(capsys, "status")
    assert [ask(capsys, "rollback") for _ in range(4)] == [
        "003 taken back\n",
        "002 taken back\n",
        "001 taken back\n",
        "nothing to take back\n",
    ]


def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "nobody"]) == 1
    assert capsys.readouterr().err == "cherry: there is no session nobody\n"
