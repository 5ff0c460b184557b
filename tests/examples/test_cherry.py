"""The cherry example, guarded while its tests run."""

from pathlib import Path

from tests.examples.trees import copy, failures, findings, fixed_copy, statefence

MAKES_A_DATABASE_WHERE_IT_IS_RUN = {"test_compacting_loses_nothing"}
MAKES_A_TABLE_THAT_NOBODY_OWNS = {"test_tagged_sessions_are_found_again"}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("cherry", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_the_tests_of_broken_that_make_what_nobody_owns(tmp_path: Path) -> None:
    failed = failures(copy("cherry", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == MAKES_A_DATABASE_WHERE_IT_IS_RUN | MAKES_A_TABLE_THAT_NOBODY_OWNS


def test_after_the_fixes_only_the_table_that_nobody_owns_is_left(tmp_path: Path) -> None:
    failed = failures(fixed_copy("cherry", tmp_path / "fixed"), "--statefence=fail")

    assert failed == MAKES_A_TABLE_THAT_NOBODY_OWNS


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("cherry", "mended", tmp_path / "mended"), "--statefence=fail") == set()


def test_once_the_sequence_runs_the_missing_indexes_are_a_migration(tmp_path: Path) -> None:
    tree = copy("cherry", "broken", tmp_path / "broken")
    migrations = tree / "src" / "cherry" / "database" / "migrations"
    (migrations / "m006_add_permission_mode.py").unlink()
    registry = migrations / "__init__.py"
    kept = [line for line in registry.read_text().splitlines(keepends=True) if "m006_" not in line]
    registry.write_text("".join(kept))

    statefence(tree, "check", "--fix", "--unsafe-fixes")

    left = {finding["code"] for finding in findings(tree)}
    assert not left & {"SF404", "SF405"}
    assert "CREATE INDEX" in (migrations / "m006_index_foreign_keys.py").read_text()
    assert failures(tree, "-p", "no:statefence") == set()
