"""What tests may ask: where their state lives, and what they have done to it."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]


def test_the_live_report_counts_from_the_test_s_start(run_project: RunProject) -> None:
    inner = """
        import sqlite3, pytest
        from contextlib import closing
        from statefence.errors import StatefenceError

        def run(path, *statements):
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                for statement in statements:
                    connection.execute(statement)

        def test_what_is_written_is_told_at_once(state_dir, statefence):
            assert statefence.writes("runtime") == {}
            run(state_dir / "runtime.db", "CREATE TABLE messages (a)", "INSERT INTO messages VALUES (1)")
            change = statefence.writes("runtime")["messages"]
            assert (change.rows_before, change.rows_after) == (None, 1)
            run(state_dir / "runtime.db", "CREATE TABLE drafts (a)")
            assert set(statefence.writes("runtime")) == {"messages", "drafts"}
            assert statefence.writes("admin") == {}

        def test_what_is_undone_is_no_write(state_dir, statefence):
            run(state_dir / "runtime.db", "CREATE TABLE messages (a)", "DROP TABLE messages")
            assert statefence.writes("runtime") == {}

        @pytest.mark.statefence_off(reason="it shows a violation to itself")
        def test_violations_can_be_seen(state_dir, statefence):
            assert statefence.violations == ()
            run(state_dir / "runtime.db", "CREATE TABLE models (a)")
            assert [violation.code for violation in statefence.violations] == ["SF301"]
            assert [violation.code for violation in statefence.violations] == ["SF301"]

        def test_a_store_that_cannot_be_read(state_dir, statefence):
            (state_dir / "runtime.db").write_bytes(b"no database" * 1000)
            with pytest.raises(StatefenceError, match="what was written cannot be told: SQLite cannot read it"):
                statefence.writes("runtime")

        def test_a_store_that_is_none(statefence):
            with pytest.raises(pytest.UsageError, match="no store 'other': it has admin, runtime"):
                statefence.writes("other")
        """
    ran = run_project({"test_inner.py": dedent(inner)})

    assert ran.status == 0, ran.output


def test_the_state_directory_is_where_the_policy_s_variables_point(run_project: RunProject) -> None:
    inner = """
        import os
        from pathlib import Path

        def test(state_dir, tmp_path):
            assert state_dir.is_dir()
            assert state_dir.is_relative_to(tmp_path)
            assert os.environ["APP_STATE"] == str(state_dir)
            assert Path.home().is_relative_to(tmp_path) == HOME_IS_MOVED

        def test_another(state_dir):
            assert not list(state_dir.iterdir())
        """
    ran = run_project({"test_inner.py": dedent(inner).replace("HOME_IS_MOVED", "False")})

    assert ran.status == 0, ran.output


def test_a_policy_without_variables_has_its_home_moved(run_project: RunProject) -> None:
    policy = 'state = "{home}/.app"\n[[forbidden]]\npath = "{state}/*.db"\n'
    inner = """
        from pathlib import Path

        def test(state_dir, tmp_path):
            assert state_dir == Path.home() / ".app"
            assert state_dir.is_relative_to(tmp_path)
        """
    ran = run_project({"test_inner.py": dedent(inner)}, policy=policy)

    assert ran.status == 0, ran.output


def test_per_user_directories_of_libraries_are_moved_too(run_project: RunProject) -> None:
    policy = '[[forbidden]]\npath = "{app:user_data_dir:app}/*.db"\n'
    inner = """
        import platformdirs

        def test(state_dir, tmp_path):
            assert platformdirs.user_data_path("app").is_relative_to(tmp_path)
        """
    ran = run_project({"test_inner.py": dedent(inner)}, policy=policy)

    assert ran.status == 0, ran.output


def test_a_policy_of_fixed_paths_cannot_be_moved(run_project: RunProject) -> None:
    policy = '[[forbidden]]\npath = "/nowhere/*.db"\n'

    ran = run_project({"test_inner.py": "def test(state_dir):\n    pass\n"}, policy=policy)

    assert ran.tests["test"].result == "error"
    assert "state_dir: no path of the policy begins with" in ran.output


def test_a_worker_s_tests_can_share_one_state_directory(run_project: RunProject) -> None:
    inner = """
        import os
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test(state_dir, tmp_path, number):
            assert os.environ["APP_STATE"] == str(state_dir)
            assert not state_dir.is_relative_to(tmp_path)
            assert len(list(state_dir.iterdir())) == number - 1
            (state_dir / f"{number}").touch()

        def test_afterwards():
            assert "APP_STATE" in os.environ
        """
    ini = "[pytest]\nstatefence_state_dir = worker\n"

    ran = run_project({"test_inner.py": dedent(inner), "pytest.ini": ini})

    assert ran.status == 0, ran.output


def test_whose_state_directory_it_is_can_be_misspelt(run_project: RunProject) -> None:
    ini = "[pytest]\nstatefence_state_dir = session\n"

    ran = run_project({"test_inner.py": "def test(state_dir):\n    pass\n", "pytest.ini": ini})

    assert ran.status != 0
    assert "statefence_state_dir = session: write test or worker" in ran.output


MIGRATED = """
[stores.admin]
path = "{env:APP_STATE|{home}/.app}/admin.db"
owners = ["app"]
tables = ["models"]
migrations = "migrations"

[stores.plain]
path = "{env:APP_STATE|{home}/.app}/plain.db"
owners = ["app"]
tables = ["others"]

[layers]
app = ["app.**"]
"""


def test_a_state_directory_can_hold_what_the_migrations_make(run_project: RunProject) -> None:
    inner = """
        import sqlite3
        from contextlib import closing

        def test(seeded_state_dir, state_dir, statefence):
            assert seeded_state_dir == state_dir
            assert [file.name for file in state_dir.iterdir()] == ["admin.db"]
            with closing(sqlite3.connect(state_dir / "admin.db")) as connection:
                assert connection.execute("SELECT * FROM models").fetchall() == [("first", 2)]
            assert statefence.writes("admin")["models"].rows_after == 1
        """
    files = {
        "test_inner.py": dedent(inner),
        "migrations/10_second.sql": "ALTER TABLE models ADD b DEFAULT 2; INSERT INTO models (a) VALUES ('first');",
        "migrations/9_first.up.sql": "CREATE TABLE models (a);",
        "migrations/9_first.down.sql": "DROP TABLE models;",
    }
    ran = run_project(files, policy=MIGRATED)

    assert ran.status == 0, ran.output


def test_a_migration_that_does_not_run_is_named(run_project: RunProject) -> None:
    files = {
        "test_inner.py": "def test(seeded_state_dir):\n    pass\n",
        "migrations/1_x.sql": "CREATE TABEL models (a);",
    }

    ran = run_project(files, policy=MIGRATED)

    assert ran.tests["test"].result == "error"
    assert 'migrations/1_x.sql: admin.db cannot be made from it: near "TABEL": syntax error' in ran.output


def test_migrations_that_are_none_are_told(run_project: RunProject) -> None:
    files = {"test_inner.py": "def test(seeded_state_dir):\n    pass\n", "migrations/README.md": ""}

    ran = run_project(files, policy=MIGRATED)

    assert ran.tests["test"].result == "error"
    assert "migrations: no .sql file to make admin.db from" in ran.output


def test_the_state_directory_is_the_test_s_own_also_when_nothing_is_judged(run_project: RunProject) -> None:
    inner = """
        import os

        def test(state_dir):
            assert os.environ["APP_STATE"] == str(state_dir)
        """
    ran = run_project({"test_inner.py": dedent(inner)}, "--statefence=off")

    assert ran.status == 0, ran.output
