from pathlib import Path

from chatos.admin import config_source
from chatos.chat import model_picker, prompt_history, search, shell, workspace
from chatos.chat.session import add_message, messages, new_session


def test_messages_come_back_in_order() -> None:
    session = new_session("trip")
    add_message(session, "user", "where to?")
    add_message(session, "assistant", "the coast")
    assert messages(session) == [("user", "where to?"), ("assistant", "the coast")]


def test_kept_prompts_are_found_again() -> None:
    prompt_history.keep_prompt("coast", "Plan three quiet days at the coast")
    prompt_history.keep_prompt("city", "Plan three busy days in the city")
    assert prompt_history.find_prompts("quiet") == ["coast"]


def test_the_picked_model_becomes_the_default() -> None:
    config_source.save_model("large-remote", "a-vendor")
    assert model_picker.offered_models() == ["large-remote", "small-local"]
    model_picker.pick_model("large-remote")
    assert config_source.default_model() == ("large-remote", "a-vendor")


def test_search_finds_sessions_by_their_words() -> None:
    coast, city = new_session("coast"), new_session("city")
    add_message(coast, "user", "a quiet beach")
    add_message(city, "user", "a busy street")
    assert search.rebuild_index() == 2
    assert search.search("quiet beach") == [coast]


def test_the_index_can_be_rebuilt_by_a_worker() -> None:
    session = new_session("coast")
    add_message(session, "user", "a quiet beach")
    assert search.rebuild_in_worker() == 1
    assert search.search("beach") == [session]


def test_a_shell_command_runs_where_it_was_asked_to(tmp_path: Path) -> None:
    outcome = shell.run_command(new_session("shell"), "pwd; exit 3", tmp_path)
    assert outcome == (3, f"{tmp_path.resolve()}\n")


def test_changed_files_are_noted_once(tmp_path: Path) -> None:
    session = new_session("edit")
    workspace.note_change(session, tmp_path / "notes.txt")
    workspace.note_change(session, tmp_path / "notes.txt")
    assert workspace.changed_files(session) == [str(tmp_path / "notes.txt")]
