"""`statefence migrations` as a program: lock, new, verify, check, on files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """
[layers]
storage = ["app.**"]

[stores.main]
path = "{home}/.app/main.db"
owners = ["storage"]
migrations = { core = "app/core", jobs = "app/jobs" }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text(POLICY)
    for name, text in {
        "app/__init__.py": "",
        "app/core/001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n-- down\nDROP TABLE notes;\n",
        "app/jobs/__init__.py": "from app.jobs import m001_jobs\n\nMIGRATIONS = [m001_jobs]\n",
        "app/jobs/m001_jobs.py": 'up = ["CREATE TABLE jobs (id)"]\ndown = ["DROP TABLE jobs"]\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def statefence(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "statefence", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)


def migrations(project: Path, *arguments: str) -> tuple[int, str]:
    done = statefence(project, "migrations", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_the_lock_holds_every_migration_and_is_the_same_when_written_again(project: Path) -> None:
    assert migrations(project, "lock") == (0, "Locked 2 new migrations, 2 in all, in migrations.lock.\n")
    first = (project / "migrations.lock").read_bytes()
    assert b'["main"."core"]\n"001_notes" = "sha256:' in first
    assert migrations(project, "lock") == (0, "Locked 0 new migrations, 2 in all, in migrations.lock.\n")
    assert (project / "migrations.lock").read_bytes() == first


def test_an_edited_migration_is_found_and_not_locked_without_force(project: Path) -> None:
    migrations(project, "lock")
    path = project / "app/core/001_notes.sql"
    path.write_text(path.read_text().replace("PRIMARY KEY", "PRIMARY KEY, title TEXT"))
    code, said = migrations(project, "check", "--output-format", "concise")
    assert (code, "SF401 001_notes was changed" in said) == (1, True)
    code, said = migrations(project, "lock")
    assert (code, said.splitlines()[0]) == (1, "main.core 001_notes: edited")
    assert migrations(project, "lock", "--force")[0] == 0
    assert migrations(project, "check")[0] == 0


def test_a_removed_migration_is_found_at_its_line_of_the_lock(project: Path) -> None:
    migrations(project, "lock")
    (project / "app/core/001_notes.sql").unlink()
    code, said = migrations(project, "check", "--output-format", "concise")
    assert code == 1
    assert "migrations.lock:4:1: SF401 001_notes of app/core is locked, and is not there any more" in said


def test_line_ends_of_another_system_are_no_edit(project: Path) -> None:
    migrations(project, "lock")
    path = project / "app/core/001_notes.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert migrations(project, "check")[0] == 0


def test_a_lock_that_is_none_is_an_error_with_a_way_out(project: Path) -> None:
    (project / "migrations.lock").write_text("<<<<<<< ours\n")
    code, said = migrations(project, "check")
    assert (code, said.startswith("error: migrations.lock:1: not valid TOML")) == (2, True)


def test_new_makes_the_next_file_as_the_others_are(project: Path) -> None:
    assert migrations(project, "new", "Add Tags!", "--namespace", "core") == (0, "Wrote app/core/002_add_tags.sql\n")
    assert "-- down" in (project / "app/core/002_add_tags.sql").read_text()
    assert migrations(project, "check")[0] == 0


def test_new_registers_a_module_where_the_project_lists_them(project: Path) -> None:
    code, said = migrations(project, "new", "add tags", "--namespace", "jobs")
    assert (code, said) == (0, "Wrote app/jobs/__init__.py\nWrote app/jobs/m002_add_tags.py\n")
    assert "MIGRATIONS = [m001_jobs, m002_add_tags]" in (project / "app/jobs/__init__.py").read_text()
    assert migrations(project, "check")[0] == 0


def test_new_begins_a_sequence_in_a_directory_that_is_not_there(project: Path) -> None:
    (project / "statefence.toml").write_text(POLICY.replace("app/core", "app/fresh"))
    assert migrations(project, "new", "first", "--namespace", "core")[0] == 0
    assert sorted(path.name for path in (project / "app/fresh").iterdir()) == ["001_first.down.sql", "001_first.sql"]


def test_new_asks_which_sequence_when_there_are_several(project: Path) -> None:
    code, said = migrations(project, "new", "tags")
    assert (code, said) == (2, "error: which sequence? Say --store and --namespace: there are main.core, main.jobs\n")


def test_a_directory_that_is_not_there_is_an_error(project: Path) -> None:
    (project / "statefence.toml").write_text(POLICY.replace("app/core", "app/cores"))
    code, said = migrations(project, "check")
    assert (code, said.startswith('error: statefence.toml:8: stores.main.migrations: "app/cores" is not there')) == (
        2,
        True,
    )


def test_without_declared_migrations_there_is_nothing_to_lock(project: Path) -> None:
    (project / "statefence.toml").write_text("")
    assert migrations(project, "lock")[0] == 2


def test_verify_shows_what_each_changes_and_from_where_it_can_be_reached(project: Path) -> None:
    code, said = migrations(project, "verify", "--namespace", "core")
    assert code == 0
    assert said.splitlines() == [
        "main.core: 1 migration in app/core",
        "  001_notes: up, down, up",
        "      + table notes",
        "  from 1 of 1 earlier version, with rows in the tables: up",
    ]


def test_verify_fails_where_only_rows_break_it(project: Path) -> None:
    text = "ALTER TABLE notes ADD COLUMN title TEXT NOT NULL;\n-- down\nALTER TABLE notes DROP COLUMN title;\n"
    (project / "app/core/002_title.sql").write_text(text)
    code, said = migrations(project, "verify", "--output-format", "json")
    assert code == 1
    core = json.loads(said)["sequences"][0]
    assert [start["ending"] for start in core["starts"]] == ["done", "failed"]
    assert core["failures"][0].startswith("002_title cannot be applied to tables with rows: Cannot add a NOT NULL")


def test_verify_tells_rows_that_a_rebuild_leaves_behind(project: Path) -> None:
    (project / "app/core/002_rebuild.sql").write_text(
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY);\nDROP TABLE notes;\nALTER TABLE fresh RENAME TO notes;\n-- down\n"
    )
    code, said = migrations(project, "verify", "--namespace", "core")
    assert (code, "note: from 001_notes: notes had rows, and has none any more" in said) == (0, True)


def test_fixes_make_files_and_the_second_run_is_clean(project: Path) -> None:
    text = "CREATE TABLE tags (note INTEGER REFERENCES notes (id));\n"
    (project / "app/core/002_tags.sql").write_text(text)
    shown = statefence(project, "check", "--diff", "--unsafe-fixes")
    assert (shown.returncode, "--- /dev/null\n+++ app/core/003_index_foreign_keys.sql\n" in shown.stdout) == (1, True)
    assert not (project / "app/core/003_index_foreign_keys.sql").exists()
    done = statefence(project, "check", "--fix", "--unsafe-fixes")
    assert done.returncode == 0, done.stdout
    assert "Fixed 2 findings in 2 files." in done.stdout
    assert (project / "app/core/003_index_foreign_keys.sql").read_text() == (
        "CREATE INDEX idx_tags_note ON tags (note);\n\n-- down\nDROP INDEX idx_tags_note;\n"
    )
    assert migrations(project, "verify")[0] == 0


def test_a_suppression_in_sql_suppresses_and_one_without_use_is_removed(project: Path) -> None:
    text = "CREATE TABLE tags (\n  note INTEGER REFERENCES notes (id)  -- statefence: ignore[SF404] -- a few rows\n);\n"
    path = project / "app/core/002_tags.sql"
    path.write_text(f"{text}-- down\nDROP TABLE tags;  -- statefence: ignore[SF405] -- none\n")
    done = statefence(project, "check", "--output-format", "concise")
    assert [line.split(" ")[1] for line in done.stdout.splitlines()[:-1]] == ["SF002"]
    assert statefence(project, "check", "--fix").returncode == 0
    assert path.read_text() == f"{text}-- down\nDROP TABLE tags;\n"


def test_a_migration_that_cannot_be_followed_is_said_to_be_skipped(project: Path) -> None:
    (project / "app/jobs/m001_jobs.py").write_text("def up(db):\n    db.execute(make())\n")
    done = statefence(project, "check")
    assert done.returncode == 0
    assert "app/jobs/m001_jobs.py: the migration m001_jobs is not run: line 2: runs SQL that its source" in done.stdout
