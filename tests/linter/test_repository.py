"""What git knows of a project's state, asked of real repositories, work trees and submodules."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from statefence.discover import files
from statefence.engine import check
from statefence.policy import Policy
from statefence.policy.load import load_text
from statefence.repository import Repository, repository

POLICY = """
[layers]
app = ["app"]
[stores.chats]
path = "{repo}/data/chats.db"
owners = ["app"]
[stores.vault]
path = "vault/{user_id}/**"
kind = "tree"
owners = ["app"]
[stores.settings]
path = "{home}/.app/settings.json"
kind = "file"
owners = ["app"]
"""


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def database(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()


def policy(root: Path, text: str = POLICY) -> Policy:
    return load_text(dedent(text), root=str(root), source="statefence.toml")


def asked(root: Path, text: str = POLICY, overrides: dict[str, bytes] | None = None) -> Repository:
    known = policy(root, text)
    return repository(known, files(known).tracked, overrides or {})


def unignored(root: Path, text: str = POLICY, overrides: dict[str, bytes] | None = None) -> list[str]:
    return [place.store for place in asked(root, text, overrides).unignored]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one module."""
    (tmp_path / "project").mkdir()
    git(tmp_path / "project", "init", "-q")
    (tmp_path / "project" / "app.py").write_text("import sqlite3\n")
    return tmp_path / "project"


def test_a_staged_database_is_found_by_its_header_whatever_its_name(root: Path) -> None:
    database(root / "data" / "cache.bin")
    database(root / "data" / "untracked.db")
    (root / "data" / "named.db").write_text("no database at all")
    git(root, "add", "data/cache.bin", "data/named.db")
    assert asked(root).databases == ("data/cache.bin",)


def test_the_log_beside_a_database_is_found_too(root: Path) -> None:
    connection = sqlite3.connect(root / "a.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE notes (text)")
    git(root, "add", "a.db-wal")
    assert asked(root).databases == ("a.db-wal",)
    connection.close()


def test_files_of_a_store_are_found_by_their_path(root: Path) -> None:
    for path in ("vault/ann/2026/chat.md", "vault/readme.md", "data/chats.db"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("...")
    git(root, "add", "vault", "data")
    assert asked(root).kept == {
        "data/chats.db": ("chats",),
        "vault/ann/2026/chat.md": ("vault",),
    }  # whoever vault/readme.md is for, no user is called that


def test_stores_outside_the_repository_are_nobody_s_business(root: Path) -> None:
    assert unignored(root) == ["chats", "vault"]


@pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude", "vault/.gitignore"])
def test_every_file_of_rules_counts(root: Path, where: str) -> None:
    (root / "vault").mkdir()
    (root / where).parent.mkdir(parents=True, exist_ok=True)
    (root / where).write_text("*\n")
    assert "vault" not in unignored(root)


def test_a_store_that_is_tracked_already_may_be_ignored_all_the_same(root: Path) -> None:
    database(root / "data" / "chats.db")
    git(root, "add", "data")
    (root / ".gitignore").write_text("/data/\n")
    assert unignored(root) == ["vault"]


def test_the_line_it_proposes_covers_the_store_and_what_sqlite_puts_beside_it(root: Path) -> None:
    lines = [place.line for place in asked(root).unignored]
    assert lines == ["/data/chats.db*", "/vault/*/"]
    (root / ".gitignore").write_text("\n".join([*lines, ""]))
    assert unignored(root) == []
    database(root / "data" / "chats.db")
    (root / "data" / "chats.db-wal").write_text("")
    (root / "data" / "other.db").write_text("")
    git(root, "add", "--all")
    assert files(policy(root)).tracked == (".gitignore", "app.py", "data/other.db")


def test_special_characters_of_a_path_are_escaped_in_the_line(root: Path) -> None:
    text = '[layers]\napp = ["app"]\n[stores.odd]\npath = "{repo}/#a/b [1]!.json"\nkind = "file"\nowners = ["app"]\n'
    (place,) = asked(root, text).unignored
    (root / ".gitignore").write_text(f"{place.line}\n")
    assert unignored(root, text) == []


def test_rules_that_are_not_on_disk_yet_are_asked_in_their_place(root: Path) -> None:
    (root / ".gitignore").write_text("/data/\n")
    (root / ".git" / "info" / "exclude").write_text("")
    assert unignored(root, overrides={".gitignore": b"/vault/\n"}) == ["chats"]
    assert (root / ".gitignore").read_text() == "/data/\n"


def test_a_project_in_a_directory_of_the_repository(root: Path) -> None:
    inner = root / "service"
    inner.mkdir()
    (inner / "app.py").write_text("")
    database(inner / "data" / "chats.db")
    git(root, "add", "--all")
    (root / ".gitignore").write_text("/service/vault/\n")
    assert asked(inner).kept == {"data/chats.db": ("chats",)}
    assert unignored(inner) == ["chats"]
    assert unignored(inner, overrides={".gitignore": b"/data/chats.db\n"}) == []


def test_a_linked_work_tree_and_a_submodule(root: Path) -> None:
    database(root / "data" / "chats.db")
    (root / ".gitignore").write_text("/vault/\n")
    git(root, "add", "--all")
    git(root, "commit", "-qm", "all")
    git(root, "worktree", "add", "-q", str(root.parent / "linked"))
    git(root, "submodule", "add", "-q", str(root), "inner")
    for place in (root.parent / "linked", root / "inner"):
        assert asked(place).databases == ("data/chats.db",)
        assert unignored(place) == ["chats"]


def test_a_hook_s_variables_do_not_lead_elsewhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database(root / "data" / "chats.db")
    git(root, "add", "data")
    monkeypatch.setenv("GIT_DIR", str(root / "nowhere"))
    assert asked(root).databases == ("data/chats.db",)


def test_without_a_repository_it_says_that_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    assert "in no git repository" in asked(tmp_path).problem
    assert "chats, vault" in asked(tmp_path).problem
    assert asked(tmp_path, '[layers]\napp = ["app"]\n').problem == ""


def test_without_git_it_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    report = check(policy(root))
    assert any("git cannot be asked" in skipped.reason for skipped in report.skipped)


def test_git_is_asked_nothing_when_no_rule_wants_it(root: Path) -> None:
    database(root / "data" / "chats.db")
    git(root, "add", "data")
    assert {finding.code for finding in check(policy(root)).findings} == {"SF601", "SF602"}
    assert check(policy(root), ignore=["SF6"]).findings == ()


def test_a_suppression_in_the_policy_counts(root: Path) -> None:
    text = POLICY.replace('chats.db"', 'chats.db"  # statefence: ignore[SF602] -- a sample to be shipped')
    (root / "statefence.toml").write_text(text)
    found = check(policy(root, text), select=["SF602"]).findings
    assert [finding.message.partition(" ")[0] for finding in found] == ["vault"]
