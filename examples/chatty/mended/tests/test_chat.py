"""Talking to runtimes: what is said is in the vault, and stays there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import files_of, run_chatty

Chatty = Callable[..., str]


def test_a_runtime_answers(chatty: Chatty, runtime: str) -> None:
    assert chatty("say", runtime, "second") == "briefly: second (after 2 turns)\n"


def test_what_was_said_is_known_to_the_next_process(chatty: Chatty, runtime: str) -> None:
    run_chatty("say", runtime, "second")
    assert "ann: first\n" in chatty("history", runtime)
    assert "ann: second\n" in chatty("history", runtime)


def test_a_text_of_many_lines_is_kept_as_it_is(chatty: Chatty, runtime: str) -> None:
    chatty("say", runtime, "one\n**two**\n\n> three")
    assert "ann: one\n**two**\n\n> three\n" in chatty("history", runtime)


@pytest.mark.usefixtures("runtime")
def test_the_vault_keeps_users_apart(vault: Path) -> None:
    other = run_chatty("new", "Helper", "", user="ben").strip()
    run_chatty("say", other, "hello", user="ben")
    (ann, ben) = sorted(files_of(vault))
    assert "/ann/constructs/helper-001/" in ann
    assert "/ben/constructs/helper-001/" in ben


@pytest.mark.usefixtures("runtime")
def test_two_runtimes_of_one_name_have_a_transcript_each(chatty: Chatty, vault: Path) -> None:
    chatty("say", chatty("new", "Helper", "").strip(), "hello")
    assert [name.rpartition("/")[2] for name in sorted(files_of(vault))] == [
        "chat_with_helper-001.md",
        "chat_with_helper-002.md",
    ]


def test_runtimes_are_listed(chatty: Chatty, runtime: str) -> None:
    assert chatty("list") == f"{runtime}\tHelper\t0\t0\n"


def test_a_deleted_runtime_is_gone(chatty: Chatty, runtime: str) -> None:
    chatty("delete", runtime)
    assert chatty("list") == ""
    assert "has no runtime" in chatty("delete", runtime)


def test_a_runtime_that_is_not_there_is_said_to_be(chatty: Chatty) -> None:
    assert "has no runtime" in chatty("say", "nothing", "hello")
    assert "has no runtime" in chatty("history", "nothing")


def test_who_logs_in_gets_a_token(chatty: Chatty) -> None:
    assert len(chatty("login").strip()) == 32
