"""The minsky example, guarded while its tests run: each directory's own database is seen, in children too."""

from pathlib import Path

from tests.examples.trees import copy, failures, fixed_copy

MAKES_A_DATABASE_WHERE_IT_IS_RUN = {
    "test_what_was_added_is_found_again[sqlite]",
    "test_a_name_is_taken_once[sqlite]",
    "test_a_session_can_be_changed[sqlite]",
    "test_a_session_is_forgotten_once[sqlite]",
    "test_the_sessions_of_a_task_come_oldest_first[sqlite]",
    "test_a_damaged_database_is_no_reason_to_stop",
    "test_a_session_gets_a_workspace",
    "test_a_session_that_was_started_is_known_to_the_next_process",
    "test_a_session_can_be_worked_on_inside",
    "test_a_pull_request_of_a_session",
    "test_a_pull_request_says_where_it_must_be_run",
    "test_a_deleted_session_is_gone",
    "test_the_database_is_copied",
    "test_the_doctor_counts_sessions",
}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("minsky", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_exactly_the_tests_of_broken_that_make_a_database_of_their_own(tmp_path: Path) -> None:
    failed = failures(copy("minsky", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == MAKES_A_DATABASE_WHERE_IT_IS_RUN


def test_after_the_fixes_the_tests_pass_under_guard(tmp_path: Path) -> None:
    assert failures(fixed_copy("minsky", tmp_path / "fixed"), "--statefence=fail") == set()


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("minsky", "mended", tmp_path / "mended"), "--statefence=fail") == set()
