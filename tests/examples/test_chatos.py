"""The chatos example, guarded while its tests run."""

from pathlib import Path

from tests.examples.trees import copy, failures, fixed_copy

MAKES_THE_STRAY_DATABASE = {
    "test_the_prompt_server_answers_over_stdio",
    "test_subagent_runs",
    "test_a_failing_subagent_says_why",
    "test_a_job_leaves_its_task_done",
    "test_pruning_forgets_only_old_lines",
    "test_the_first_answer_about_a_model_stays",
}
WRITES_FOREIGN_ROWS = {"test_kept_prompts_are_found_again"}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("chatos", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_exactly_the_tests_of_broken_that_touch_what_they_must_not(tmp_path: Path) -> None:
    failed = failures(copy("chatos", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == MAKES_THE_STRAY_DATABASE | WRITES_FOREIGN_ROWS


def test_after_the_fixes_the_tests_pass_under_guard(tmp_path: Path) -> None:
    assert failures(fixed_copy("chatos", tmp_path / "fixed"), "--statefence=fail") == set()


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("chatos", "mended", tmp_path / "mended"), "--statefence=fail") == set()
