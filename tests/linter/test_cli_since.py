"""`check --since REV` on a real repository: edited migrations, and the steps of a schema change."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from statefence.cli.main import main

POLICY = """
[layers]
storage = ["app.storage.**"]
shared = ["app.shared"]

[stores.main]
path = "{home}/.app/main.db"
owners = ["storage"]
migrations = { notes = "app/storage/notes", tags = "app/storage/tags" }

[mirrors.notes]
types = ["app.storage.types:Note"]
mirrors = ["app.shared:NoteView"]
"""
NOTE = "from dataclasses import dataclass\n\n\n@dataclass\nclass {name}:\n    id: int\n"
FILES = {
    "statefence.toml": POLICY,
    "app/__init__.py": "",
    "app/storage/__init__.py": "",
    "app/storage/types.py": NOTE.format(name="Note"),
    "app/shared.py": NOTE.format(name="NoteView"),
    "app/storage/notes/001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n-- down\nDROP TABLE notes;\n",
    "app/storage/tags/001_tags.sql": "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n-- down\nDROP TABLE tags;\n",
    "tests/test_notes.py": "def test_notes() -> None:\n    assert True\n",
}
ADD = "ALTER TABLE notes ADD COLUMN title TEXT NOT NULL DEFAULT '';\n-- down\nALTER TABLE notes DROP COLUMN title;\n"
Steps = dict[str, tuple[str, str]]


def git(project: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=project, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    return tmp_path


def write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def check(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """The exit code of `check --since HEAD`, and its JSON."""
    monkeypatch.chdir(project)

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = main(["check", "--output-format", "json", "--since", "HEAD", *arguments])
        return code, json.loads(capsys.readouterr().out)

    return run


def steps(found: dict[str, Any]) -> Steps:
    (change,) = found["checklist"]["changes"]
    return {step["step"]: (step["state"], step["detail"]) for step in change["steps"]}


def test_without_a_change_nothing_is_asked(check: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    code, found = check()
    assert (code, found["checklist"]) == (0, {"since": "HEAD", "missing": 0, "changes": []})


def test_a_new_migration_alone_lacks_the_rest(project: Path, check: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    write(project, {"app/storage/notes/002_title.sql": ADD})
    code, found = check()
    assert code == 1
    (change,) = found["checklist"]["changes"]
    assert (change["store"], change["namespace"], change["table"]) == ("main", "notes", "notes")
    assert change["differences"] == ["+ table notes: title text not null default ''"]
    found_steps = steps(found)
    assert found_steps["migration"] == ("done", "002_title")
    assert found_steps["untouched"] == ("done", "")
    assert found_steps["types"] == ("missing", "Note lacks the column title of notes (app/storage/types.py:5)")
    assert found_steps["mirrors"] == ("missing", "NoteView lacks the column title of notes (app/shared.py:5)")
    assert found_steps["test"] == ("missing", "")


def test_with_every_step_it_is_clean(project: Path, check: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    title = "    title: str\n"
    write(
        project,
        {
            "app/storage/notes/002_title.sql": ADD,
            "app/storage/types.py": NOTE.format(name="Note") + title,
            "app/shared.py": NOTE.format(name="NoteView") + title,
            "tests/test_notes.py": "def test_a_title_is_kept_in_notes() -> None:\n    assert 'notes'\n",
        },
    )
    code, found = check()
    assert {name: state for name, (state, _) in steps(found).items()} == dict.fromkeys(
        ("migration", "untouched", "types", "mirrors", "test"), "done"
    )
    assert (code, found["findings"]) == (0, [])


def test_an_edited_migration_is_a_finding_without_any_lock(
    project: Path, check: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    text = FILES["app/storage/notes/001_notes.sql"].replace("PRIMARY KEY", "PRIMARY KEY, title TEXT")
    write(project, {"app/storage/notes/001_notes.sql": text})
    code, found = check("--select", "SF401")
    assert code == 1
    assert [finding["message"].partition(":")[0] for finding in found["findings"]] == [
        "001_notes was changed after the revision it is compared with"
    ]
    assert steps(found)["untouched"] == ("missing", "001_notes was edited")
    assert steps(found)["migration"] == ("missing", "no new migration of notes names it")


def test_a_migration_that_is_gone_is_a_finding_without_any_lock(
    project: Path, check: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    (project / "app/storage/notes/001_notes.sql").rename(project / "app/storage/notes/001_note.sql")
    _, found = check("--select", "SF401")
    assert [(finding["path"], finding["line"], finding["message"]) for finding in found["findings"]] == [
        (
            "statefence.toml",
            9,
            "001_notes of app/storage/notes was there at the revision it is compared with, and is not there any more",
        )
    ]


def test_a_schema_that_is_not_known_is_not_called_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"app/storage/tags/002_more.sql": "UPDATE tags SET id = of_the_program();\n-- down\n"})
    monkeypatch.chdir(project)
    assert main(["check", "--since", "HEAD"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "Whether the schema of main is as at HEAD is not known: a migration is not run."
    )


def test_a_migration_of_another_namespace_is_not_the_owners(
    project: Path, check: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    write(project, {"app/storage/tags/002_title.sql": ADD})
    _, found = check()
    assert steps(found)["migration"] == ("missing", "002_title of tags changes it: its owner is notes")


def test_a_table_without_declared_types_asks_for_none(
    project: Path, check: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    write(project, {"app/storage/tags/002_more.sql": ADD.replace("notes", "tags")})
    _, found = check()
    assert (steps(found)["types"], steps(found)["mirrors"]) == (("none", "none declared"), ("none", "none declared"))


def test_people_see_a_box_for_each_step(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"app/storage/tags/002_more.sql": ADD.replace("notes", "tags")})
    monkeypatch.chdir(project)
    assert main(["check", "--since", "HEAD"]) == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "main.tags: tags changed since HEAD",
        "    + table tags: title text not null default ''",
        "  [x] a new migration in the owner's namespace: 002_more",
        "  [x] earlier migrations untouched",
        "  [-] the owner's types updated: none declared",
        "  [-] mirrors updated: none declared",
        "  [ ] a test that touches the table changed",
        "1 step missing.",
    ]


@pytest.mark.parametrize("name", ["nothing", "--help"])
def test_a_revision_that_is_not_there_is_an_error(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["check", f"--since={name}"]) == 2
    assert capsys.readouterr().err.startswith(f"error: --since {name}: ")
