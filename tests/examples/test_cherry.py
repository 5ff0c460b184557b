"""The cherry example, guarded while its tests run."""

from pathlib import Path

from tests.examples.trees import copy, failures, fixed_copy

MAKES_A_DATABASE_WHERE_IT_IS_RUN = {"test_compacting_loses_nothing"}
MAKES_A_TABLE_THAT_NOBODY_OWNS = {"test_tagged_sessions_are_found_again"}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("cherry", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_the_test_of_broken_that_makes_a_database_of_its_own(tmp_path: Path) -> None:
    failed = failures(copy("cherry", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == MAKES_A_DATABASE_WHERE_IT_IS_RUN | MAKES_A_TABLE_THAT_NOBODY_OWNS


def test_after_the_fixes_the_tests_pass_under_guard(tmp_path: Path) -> None:
    assert failures(fixed_copy("cherry", tmp_path / "fixed"), "--statefence=fail") == set()


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("cherry", "mended", tmp_path / "mended"), "--statefence=fail") == set()
