from pathlib import Path

import pytest
from chatos.admin import config_source, diagnostics, integrity
from chatos.chat.session import add_message, new_session
from chatos.hostapp import resolve_config_host_app


def test_a_new_installation_has_its_defaults(state: Path) -> None:
    assert (state / "chatos.db.sqlite").is_file()
    assert config_source.read_setting("language") == "en"
    assert config_source.default_model() == ("small-local", "local")


def test_seeding_again_keeps_what_the_user_changed() -> None:
    config_source.save_model("small-local", "a-neighbour")
    config_source.seed_defaults()
    assert config_source.default_model() == ("small-local", "a-neighbour")


def test_another_host_app_has_a_directory_of_its_own(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOS_CONFIG_HOST_APP", "teamos")
    config_source.seed_defaults()
    assert (state / "teamos" / "teamos.db.sqlite").is_file()


@pytest.mark.parametrize(
    ("config", "host", "expected"),
    [
        ("teamos", "chatos", "teamos"),
        ("", "chatos_chat_runtime", "chatos"),
        ("", "", "chatos"),
        ("", "teamos", "teamos"),
    ],
)
def test_the_resolver_never_names_a_chat_runtime(
    config: str, host: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATOS_CONFIG_HOST_APP", config)
    monkeypatch.setenv("CHATOS_HOST_APP", host)
    assert resolve_config_host_app() == expected


def test_diagnostics_count_chats() -> None:
    add_message(new_session("one"), "user", "hello")
    new_session("two")
    assert diagnostics.chat_counts() == {"sessions": 2, "messages": 1}


def test_the_integrity_check_runs_in_a_child() -> None:
    assert integrity.check_in_child() == "ok"
