"""The halo example: migrations that only rows break, steps of a schema change, guarded while its tests run."""

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.examples.trees import copy, failures, fixed_copy, statefence

MAKES_A_DATABASE_WHERE_IT_IS_RUN = {"test_compacting_loses_nothing"}
MAKES_A_TABLE_THAT_NOBODY_OWNS = {"test_what_was_fetched_is_kept"}


def sequences(tree: Path) -> dict[str, dict[str, Any]]:
    """What proving the migrations of a tree comes to, by namespace."""
    done = statefence(tree, "migrations", "verify", "--output-format", "json")
    return {each["namespace"]: each for each in json.loads(done.stdout)["sequences"]}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("halo", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_the_tests_of_broken_that_make_what_nobody_owns(tmp_path: Path) -> None:
    failed = failures(copy("halo", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == MAKES_A_DATABASE_WHERE_IT_IS_RUN | MAKES_A_TABLE_THAT_NOBODY_OWNS


def test_after_the_fixes_only_the_table_that_nobody_owns_is_left(tmp_path: Path) -> None:
    assert failures(fixed_copy("halo", tmp_path / "fixed"), "--statefence=fail") == MAKES_A_TABLE_THAT_NOBODY_OWNS


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("halo", "mended", tmp_path / "mended"), "--statefence=fail") == set()


def test_what_is_drafted_and_added_makes_the_migrations_reversible(tmp_path: Path) -> None:
    before = sequences(copy("halo", "broken", tmp_path / "broken"))
    assert before["app_manager"]["failures"][0] == "nothing takes 002_last_run back"

    after = sequences(fixed_copy("halo", tmp_path / "fixed"))
    assert [each["runs"] for each in after["app_manager"]["migrations"][:2]] == ["up, down, up"] * 2
    assert [each["key"] for each in after["app_runtime"]["migrations"]][-1] == "004_index_foreign_keys"
    assert not after["app_runtime"]["failures"]


def test_a_database_with_rows_says_the_same_as_the_proof(tmp_path: Path) -> None:
    tree = copy("halo", "broken", tmp_path / "broken")
    database = sqlite3.connect(tmp_path / "real.db", isolation_level=None)
    first, second, third = (
        path.read_text().partition("-- down")[0]
        for path in sorted((tree / "src/halo/apps/manager/migrations").glob("*.sql"))
    )
    database.executescript(first + second)
    database.execute("INSERT INTO installed_apps (id, space_id, spec_json) VALUES ('a', 'b', '{}')")
    with pytest.raises(sqlite3.OperationalError) as said:
        database.executescript(third)
    database.close()

    (start,) = [each for each in sequences(tree)["app_manager"]["starts"] if each["from"] == "002_last_run"]
    assert start["failures"] == [f"from 002_last_run: 003_author cannot be applied to tables with rows: {said.value}"]


def test_every_step_of_a_schema_change_is_asked_for(tmp_path: Path) -> None:
    tree = copy("halo", "mended", tmp_path / "mended")
    for arguments in (["add", "."], ["commit", "-m", "first"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tree, check=True, capture_output=True)
    statefence(tree, "migrations", "new", "add icon", "--namespace", "app_manager")
    (tree / "src/halo/apps/manager/migrations/004_add_icon.sql").write_text(
        "ALTER TABLE installed_apps ADD COLUMN icon TEXT;\n\n-- down\nALTER TABLE installed_apps DROP COLUMN icon;\n"
    )
    types = tree / "src/halo/apps/manager/types.py"
    types.write_text(f"{types.read_text()}    icon: str | None\n")

    done = statefence(tree, "check", "--since", "main", "--output-format", "json")

    (change,) = json.loads(done.stdout)["checklist"]["changes"]
    assert (done.returncode, change["table"]) == (1, "installed_apps")
    assert {step["step"]: step["state"] for step in change["steps"]} == {
        "migration": "done",
        "untouched": "done",
        "types": "done",
        "mirrors": "missing",
        "test": "missing",
    }
