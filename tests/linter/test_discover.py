from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from statefence.discover import Discovered, files
from statefence.errors import UsageError
from statefence.model import Skipped
from statefence.policy import Policy


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x = 1\n")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def found(root: Path) -> Discovered:
    return structs.replace(files(Policy(root=str(root))), listing=b"")


def listed(root: Path) -> Discovered:
    """What is found, whatever git tracks."""
    return structs.replace(found(root), tracked=None)


def reasons(skipped: Iterable[Skipped]) -> dict[str, str]:
    return {place.path: place.reason for place in skipped}


@pytest.fixture(params=["git", "walk"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty project, once in a git work tree and once outside."""
    if request.param == "git":
        git(tmp_path, "init", "-q")
    return tmp_path


def test_python_files_are_found_sorted_and_others_are_not(root: Path) -> None:
    write(root, "b.py", "a/c.py", "a/d.pyi", "README.md", "a/e.py.bak")
    assert listed(root) == Discovered(("a/c.py", "b.py"))


def test_names_with_blanks_and_other_scripts_are_found(root: Path) -> None:
    write(root, "a b.py", "\u00fc/\u4e2d.py", "tab\there.py")
    assert found(root).paths == ("a b.py", "tab\there.py", "\u00fc/\u4e2d.py")


@pytest.mark.parametrize(
    "folder", ["__pycache__", "node_modules", ".venv", ".tox", "deep/.mypy_cache", "x/site-packages"]
)
def test_caches_and_installed_code_are_not_source(root: Path, folder: str) -> None:
    write(root, "a.py", f"{folder}/b.py")
    assert found(root).paths == ("a.py",)


def test_a_virtual_environment_of_any_name_is_not_source(root: Path) -> None:
    write(root, "a.py", "my environment/pyvenv.cfg", "my environment/lib/b.py")
    assert found(root).paths == ("a.py",)


def test_a_linked_file_is_read_once(root: Path) -> None:
    write(root, "z.py")
    (root / "a.py").symlink_to("z.py")
    assert found(root).paths == ("z.py",)


def test_two_links_to_one_file_outside_are_read_once(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.py"
    outside.write_text("")
    (root / "b.py").symlink_to(outside)
    (root / "a.py").symlink_to(outside)
    assert found(root).paths == ("a.py",)


def test_a_dangling_link_is_left_to_the_reader(root: Path) -> None:
    write(root, "a.py")
    (root / "b.py").symlink_to("nowhere.py")
    assert found(root).paths == ("a.py", "b.py")


def test_the_lock_of_an_editor_is_no_file(root: Path) -> None:
    write(root, "a.py")
    (root / ".#a.py").symlink_to("ann@machine.1234:5678")
    assert found(root).paths == ("a.py",)


def test_a_link_to_its_own_parent_is_reported_and_not_followed(root: Path) -> None:
    write(root, "a/b.py")
    (root / "a" / "again").symlink_to("..")
    assert found(root).paths == ("a/b.py",)
    assert "that it lies in" in reasons(found(root).skipped)["a/again"]


def test_a_link_to_a_directory_outside_is_reported(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    write(root, "a.py")
    (root / "linked").symlink_to(tmp_path_factory.mktemp("outside"))
    assert "outside the project" in reasons(found(root).skipped)["linked"]


def test_a_link_to_another_directory_of_the_project_leaves_nothing_out(root: Path) -> None:
    write(root, "a/b.py")
    (root / "linked").symlink_to("a")
    assert listed(root) == Discovered(("a/b.py",))


def test_a_name_that_is_not_utf_8_is_reported(root: Path) -> None:
    write(root, "a.py")
    (root / os.fsdecode(b"\xff.py")).write_text("")
    assert found(root).paths == ("a.py",)
    assert reasons(found(root).skipped) == {"\\xff.py": "the name is not UTF-8"}


def test_an_empty_project_has_no_files(root: Path) -> None:
    assert listed(root) == Discovered(())


def test_a_root_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such directory"):
        found(tmp_path / "nowhere")


def test_ignored_files_are_not_the_projects(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "build/b.py", "untracked.py")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert found(tmp_path).paths == ("a.py", "untracked.py")


def test_a_tracked_file_that_was_deleted_is_gone(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "b.py")
    git(tmp_path, "add", ".")
    (tmp_path / "b.py").unlink()
    assert listed(tmp_path) == Discovered(("a.py",))


def test_a_root_below_the_top_of_the_work_tree_sees_only_its_own_files(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "below/b.py")
    git(tmp_path, "add", ".")
    assert found(tmp_path / "below").paths == ("b.py",)


def test_a_root_that_git_ignores_is_walked(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "scratch/b.py")
    (tmp_path / ".gitignore").write_text("scratch/\n")
    assert found(tmp_path / "scratch").paths == ("b.py",)


def test_a_nested_repository_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "nested/b.py")
    git(tmp_path / "nested", "init", "-q")
    assert found(tmp_path).paths == ("a.py",)
    assert reasons(found(tmp_path).skipped) == {"nested": "a git repository of its own"}


def test_a_submodule_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    other, main = tmp_path / "other", tmp_path / "main"
    for repository in (other, main):
        write(repository, "a.py")
        git(repository, "init", "-q")
        git(repository, "add", ".")
        git(repository, "commit", "-qm", "first")
    git(main, "submodule", "add", "-q", str(other), "library")
    assert found(main).paths == ("a.py",)
    assert reasons(found(main).skipped) == {"library": "a git submodule, a project of its own"}


def test_an_unmerged_file_is_found_once(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, "a.py")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "checkout", "-qb", "other")
    (tmp_path / "a.py").write_text("x = 2\n")
    git(tmp_path, "commit", "-qam", "second")
    git(tmp_path, "checkout", "-q", "main")
    (tmp_path / "a.py").write_text("x = 3\n")
    git(tmp_path, "commit", "-qam", "third")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "other")
    assert found(tmp_path).paths == ("a.py",)


def test_no_program_of_the_repository_is_run(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    program.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(program))
    assert found(tmp_path).paths == ("a.py",)
    assert not (tmp_path / "was-run").exists()


def test_variables_that_git_sets_for_hooks_do_not_lead_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        write(tmp_path, f"{name}/{name}.py")
        git(tmp_path / name, "init", "-q")
        git(tmp_path / name, "add", ".")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two" / ".git"))
    assert found(tmp_path / "one").paths == ("one.py",)


def test_without_git_the_tree_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    monkeypatch.setenv("PATH", "")
    assert found(tmp_path).paths == ("a.py",)


def test_files_of_sql_are_listed_apart(tmp_path: Path) -> None:
    for name in ("app.py", "queries/all.sql", "dump.sql.gz", ".venv/lib.sql"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    found = files(Policy(root=str(tmp_path)))
    assert (found.paths, found.queries) == (("app.py",), ("queries/all.sql",))


def test_what_git_tracks_is_known_whatever_its_kind(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "data/b.db", "c.txt")
    git(tmp_path, "add", "data", "a.py")
    assert found(tmp_path).tracked == ("a.py", "data/b.db")


def test_what_is_tracked_is_not_known_outside_a_work_tree(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    assert found(tmp_path).tracked is None
