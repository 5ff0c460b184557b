"""`statefence migrations` on files: lock, new, verify, check; and the fixes that make files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from statefence.cli.main import main

Command = Callable[..., tuple[int, str]]

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


@pytest.fixture
def statefence(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the program in the project: its exit code, and all that it said."""
    monkeypatch.chdir(project)

    def run(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def migrations(statefence: Command) -> Command:
    return lambda *arguments: statefence("migrations", *arguments)


def test_the_lock_holds_every_migration_and_is_the_same_when_written_again(project: Path, migrations: Command) -> None:
    assert migrations("lock") == (0, "Locked 2 new migrations, 2 in all, in migrations.lock.\n")
    first = (project / "migrations.lock").read_bytes()
    assert b'["main"."core"]\n"001_notes" = "sha256:' in first
    assert migrations("lock") == (0, "Locked 0 new migrations, 2 in all, in migrations.lock.\n")
    assert (project / "migrations.lock").read_bytes() == first


def test_an_edited_migration_is_found_and_not_locked_without_force(project: Path, migrations: Command) -> None:
    migrations("lock")
    path = project / "app/core/001_notes.sql"
    path.write_text(path.read_text().replace("PRIMARY KEY", "PRIMARY KEY, title TEXT"))
    code, said = migrations("check", "--output-format", "concise")
    assert (code, "SF401 001_notes was changed" in said) == (1, True)
    code, said = migrations("lock")
    assert (code, said.splitlines()[0]) == (1, "main.core 001_notes: edited")
    assert migrations("lock", "--force")[0] == 0
    assert migrations("check")[0] == 0


def test_a_removed_migration_is_found_at_its_line_of_the_lock(project: Path, migrations: Command) -> None:
    migrations("lock")
    (project / "app/core/001_notes.sql").unlink()
    code, said = migrations("check", "--output-format", "concise")
    assert code == 1
    assert "migrations.lock:4:1: SF401 001_notes of app/core is locked, and is not there any more" in said


def test_line_ends_of_another_system_are_no_edit(project: Path, migrations: Command) -> None:
    migrations("lock")
    path = project / "app/core/001_notes.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert migrations("check")[0] == 0


def test_a_lock_that_is_none_is_an_error_with_a_way_out(project: Path, migrations: Command) -> None:
    (project / "migrations.lock").write_text("<<<<<<< ours\n")
    code, said = migrations("check")
    assert (code, said.startswith("error: migrations.lock:1: not valid TOML")) == (2, True)


def test_new_makes_the_next_file_as_the_others_are(project: Path, migrations: Command) -> None:
    assert migrations("new", "Add Tags!", "--namespace", "core") == (0, "Wrote app/core/002_add_tags.sql\n")
    assert "-- down" in (project / "app/core/002_add_tags.sql").read_text()
    assert migrations("check")[0] == 0


def test_new_registers_a_module_where_the_project_lists_them(project: Path, migrations: Command) -> None:
    code, said = migrations("new", "add tags", "--namespace", "jobs")
    assert (code, said) == (0, "Wrote app/jobs/__init__.py\nWrote app/jobs/m002_add_tags.py\n")
    assert "MIGRATIONS = [m001_jobs, m002_add_tags]" in (project / "app/jobs/__init__.py").read_text()
    assert migrations("check")[0] == 0


def test_new_begins_a_sequence_in_a_directory_that_is_not_there(project: Path, migrations: Command) -> None:
    (project / "statefence.toml").write_text(POLICY.replace("app/core", "app/fresh"))
    assert migrations("new", "first", "--namespace", "core")[0] == 0
    assert sorted(path.name for path in (project / "app/fresh").iterdir()) == ["001_first.down.sql", "001_first.sql"]


def test_new_asks_which_sequence_when_there_are_several(migrations: Command) -> None:
    code, said = migrations("new", "tags")
    assert (code, said) == (2, "error: which sequence? Say --store and --namespace: there are main.core, main.jobs\n")


def test_a_directory_that_is_not_there_is_an_error(project: Path, migrations: Command) -> None:
    (project / "statefence.toml").write_text(POLICY.replace("app/core", "app/cores"))
    code, said = migrations("check")
    assert (code, said.startswith('error: statefence.toml:8: stores.main.migrations: "app/cores" is not there')) == (
        2,
        True,
    )


def test_without_declared_migrations_there_is_nothing_to_lock(project: Path, migrations: Command) -> None:
    (project / "statefence.toml").write_text("")
    assert migrations("lock")[0] == 2


def test_verify_shows_what_each_changes_and_from_where_it_can_be_reached(migrations: Command) -> None:
    code, said = migrations("verify", "--namespace", "core")
    assert code == 0
    assert said.splitlines() == [
        "main.core: 1 migration in app/core",
        "  001_notes: up, down, up",
        "      + table notes",
        "  from 1 of 1 earlier version, with rows in the tables: up",
    ]


def test_verify_fails_where_only_rows_break_it(project: Path, migrations: Command) -> None:
    text = "ALTER TABLE notes ADD COLUMN title TEXT NOT NULL;\n-- down\nALTER TABLE notes DROP COLUMN title;\n"
    (project / "app/core/002_title.sql").write_text(text)
    code, said = migrations("verify", "--output-format", "json")
    assert code == 1
    core = json.loads(said)["sequences"][0]
    assert [start["ending"] for start in core["starts"]] == ["done", "failed"]
    assert core["failures"][0].startswith("002_title cannot be applied to tables with rows: Cannot add a NOT NULL")


def test_verify_tells_rows_that_a_rebuild_leaves_behind(project: Path, migrations: Command) -> None:
    (project / "app/core/002_rebuild.sql").write_text(
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY);\nDROP TABLE notes;\nALTER TABLE fresh RENAME TO notes;\n-- down\n"
    )
    code, said = migrations("verify", "--namespace", "core")
    assert (code, "note: from 001_notes: notes had rows, and has none any more" in said) == (0, True)


def test_fixes_make_files_and_the_second_run_is_clean(project: Path, migrations: Command, statefence: Command) -> None:
    text = "CREATE TABLE tags (note INTEGER REFERENCES notes (id));\n"
    (project / "app/core/002_tags.sql").write_text(text)
    shown = statefence("check", "--diff", "--unsafe-fixes")
    assert (shown[0], "--- /dev/null\n+++ app/core/003_index_foreign_keys.sql\n" in shown[1]) == (1, True)
    assert not (project / "app/core/003_index_foreign_keys.sql").exists()
    done = statefence("check", "--fix", "--unsafe-fixes")
    assert done[0] == 0, done[1]
    assert "Fixed 2 findings in 2 files." in done[1]
    assert (project / "app/core/003_index_foreign_keys.sql").read_text() == (
        "CREATE INDEX idx_tags_note ON tags (note);\n\n-- down\nDROP INDEX idx_tags_note;\n"
    )
    assert migrations("verify")[0] == 0


def test_a_suppression_in_sql_suppresses_and_one_without_use_is_removed(project: Path, statefence: Command) -> None:
    text = "CREATE TABLE tags (\n  note INTEGER REFERENCES notes (id)  -- statefence: ignore[SF404] -- a few rows\n);\n"
    path = project / "app/core/002_tags.sql"
    path.write_text(f"{text}-- down\nDROP TABLE tags;  -- statefence: ignore[SF405] -- none\n")
    done = statefence("check", "--output-format", "concise")
    assert [line.split(" ")[1] for line in done[1].splitlines()[:-1]] == ["SF002"]
    assert statefence("check", "--fix")[0] == 0
    assert path.read_text() == f"{text}-- down\nDROP TABLE tags;\n"


def test_a_migration_that_cannot_be_followed_is_said_to_be_skipped(project: Path, statefence: Command) -> None:
    (project / "app/jobs/m001_jobs.py").write_text("def up(db):\n    db.execute(make())\n")
    done = statefence("check")
    assert done[0] == 0
    assert "app/jobs/m001_jobs.py: the migration m001_jobs is not run: line 2: runs SQL that its source" in done[1]


def test_what_is_remembered_of_a_run_does_not_outlive_a_new_migration_or_lock(
    project: Path, statefence: Command, migrations: Command
) -> None:
    assert statefence("check")[0] == statefence("check")[0] == 0
    (project / "app/core/002_tags.sql").write_text("CREATE TABLE tags (id);\n")
    assert statefence("check")[0] == 1
    (project / "app/core/002_tags.sql").write_text("CREATE TABLE tags (id);\n-- down\nDROP TABLE tags;\n")
    assert statefence("check")[0] == 0
    migrations("lock")
    assert statefence("check")[0] == 0
    (project / "app/core/002_tags.sql").unlink()
    assert statefence("check")[0] == 1
    (project / "migrations.lock").unlink()
    assert statefence("check")[0] == 0


def test_a_migration_that_is_still_to_be_written_is_not_locked(project: Path, migrations: Command) -> None:
    migrations("new", "add tags", "--namespace", "core")
    code, said = migrations("lock")
    assert (code, said.splitlines()) == (
        0,
        [
            "Locked 2 new migrations, 2 in all, in migrations.lock.",
            "Not locked: app/core/002_add_tags.sql holds no statement yet: write it, and lock again.",
        ],
    )
    assert "  not known: 002_add_tags holds no statement yet\n" in migrations("verify")[1]
    (project / "app/core/002_add_tags.sql").write_text("CREATE TABLE tags (id);\n-- down\nDROP TABLE tags;\n")
    assert migrations("check")[0] == 0
    assert migrations("lock")[1] == "Locked 1 new migration, 3 in all, in migrations.lock.\n"


def test_a_sequence_of_another_database_is_said_not_to_be_run(project: Path, migrations: Command) -> None:
    policy = project / "statefence.toml"
    policy.write_text(
        policy.read_text().replace('path = "{home}/.app/main.db"', 'kind = "url"\npath = "postgresql://h/a"')
    )
    code, said = migrations("verify", "--namespace", "core")
    assert (code, said.splitlines()) == (
        0,
        [
            "main.core: 1 migration in app/core",
            "  not known: none of them is run, since SQLite is not the database that they are written for",
        ],
    )
