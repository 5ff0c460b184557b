"""The chatty example, guarded while its tests run, and the places that no test of its own can tell."""

import subprocess
from pathlib import Path

from tests.examples.trees import copy, failures, findings, fixed_copy

REWRITES_THE_VAULT = {"test_a_transcript_gets_a_title"}
REMOVES_FROM_THE_VAULT = {"test_a_deleted_runtime_is_gone", "test_an_imported_runtime_is_deleted_like_any_other"}
MAKES_A_SECOND_DATABASE = {
    "test_an_import_makes_a_runtime_and_references",
    "test_references_hold_nothing_of_what_was_said",
    "test_what_was_imported_is_history",
    "test_another_import_makes_another_runtime",
    "test_two_users_who_import_one_archive_have_a_runtime_each",
    "test_an_imported_runtime_can_be_talked_to",
    "test_an_import_is_known_to_the_next_process",
    "test_an_imported_runtime_is_deleted_like_any_other",
    "test_an_archive_of_another_program_is_read_too",
}


def test_the_tests_of_broken_pass_where_nobody_watches(tmp_path: Path) -> None:
    assert failures(copy("chatty", "broken", tmp_path / "broken"), "-p", "no:statefence") == set()


def test_the_plugin_fails_the_tests_of_broken_that_touch_what_they_must_not(tmp_path: Path) -> None:
    failed = failures(copy("chatty", "broken", tmp_path / "broken"), "--statefence=fail")

    assert failed == REWRITES_THE_VAULT | REMOVES_FROM_THE_VAULT | MAKES_A_SECOND_DATABASE


def test_after_the_fixes_only_what_is_removed_is_left(tmp_path: Path) -> None:
    assert failures(fixed_copy("chatty", tmp_path / "fixed"), "--statefence=fail") == REMOVES_FROM_THE_VAULT


def test_the_plugin_fails_no_test_of_mended(tmp_path: Path) -> None:
    assert failures(copy("chatty", "mended", tmp_path / "mended"), "--statefence=fail") == set()


def test_the_chain_from_the_import_to_the_vault_is_shown_call_by_call(tmp_path: Path) -> None:
    (found,) = [each for each in findings(copy("chatty", "broken", tmp_path / "broken")) if each["code"] == "SF502"]

    assert [step["message"] for step in found["trace"]] == [
        "chatty.imports.importer.import_archive calls chatty.chat.conversation.record",
        "chatty.chat.conversation.record calls chatty.vault.transcripts.append",
        "pathlib.Path.open appends to vault",
    ]


def test_what_git_tracks_is_told_until_it_is_untracked(tmp_path: Path) -> None:
    fixed = fixed_copy("chatty", tmp_path / "fixed")
    assert [each["path"] for each in findings(fixed) if each["code"] == "SF601"] == ["data/chatty.db"]

    subprocess.run(["git", "rm", "--quiet", "--cached", "data/chatty.db"], cwd=fixed, check=True)
    (fixed / "data" / "uploads" / "ann" / "g").mkdir(parents=True)
    (fixed / "data" / "uploads" / "ann" / "g" / "notes.txt").write_text("notes")
    subprocess.run(["git", "add", "--all"], cwd=fixed, check=True)

    tracked = subprocess.run(["git", "ls-files", "data"], cwd=fixed, capture_output=True, text=True, check=True).stdout
    assert tracked == ""
    assert not [each for each in findings(fixed) if each["code"] in {"SF601", "SF602"}]
