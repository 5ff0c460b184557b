"""Importing archives: a runtime, references, and a history."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatty.errors import ArchiveError
from chatty.imports.archive import LARGEST, read_archive
from helpers import HOLIDAY, RECIPE, files_of, list_archive, run_chatty, tree_archive, zipped

Chatty = Callable[..., str]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "export.zip"
    path.write_bytes(tree_archive(HOLIDAY, RECIPE))
    return path


@pytest.fixture
def imported(chatty: Chatty, archive: Path) -> str:
    """The runtime of an import."""
    return chatty("import", str(archive)).strip()


def test_an_import_makes_a_runtime_and_references(chatty: Chatty, archive: Path) -> None:
    imported = chatty("import", str(archive)).strip()
    assert chatty("list") == f"{imported}\tann@example.org (chatgpt)\t1\t2\n"
    assert chatty("conversations", imported) == "c1\tHoliday\t4\nc2\tRecipe\t2\n"


@pytest.mark.usefixtures("imported")
def test_references_hold_nothing_of_what_was_said(data: Path) -> None:
    (path,) = (data / "users").rglob("*.json")
    text = path.read_text()
    assert "Holiday" in text
    assert "sea" not in text


def test_what_was_imported_is_history(chatty: Chatty, imported: str) -> None:
    assert chatty("history", imported).splitlines()[3:5] == ["assistant: Home.", "user: Soup?"]


def test_another_import_makes_another_runtime(chatty: Chatty, imported: str, archive: Path) -> None:
    assert chatty("import", str(archive)).strip() != imported
    assert len(chatty("list").splitlines()) == 2


def test_two_users_who_import_one_archive_have_a_runtime_each(chatty: Chatty, imported: str, archive: Path) -> None:
    chatty("import", str(archive), user="ben")
    assert chatty("list").count("\n") == chatty("list", user="ben").count("\n") == 1


def test_an_imported_runtime_can_be_talked_to(chatty: Chatty, imported: str) -> None:
    assert chatty("say", imported, "hello") == "hello (after 6 turns)\n"


def test_an_import_is_known_to_the_next_process(imported: str) -> None:
    assert imported in run_chatty("list")


def test_an_imported_runtime_is_deleted_like_any_other(chatty: Chatty, imported: str) -> None:
    chatty("delete", imported)
    assert chatty("list") == ""


def test_an_archive_of_another_program_is_read_too(chatty: Chatty, tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(list_archive("d1", "Garden", ["Roses?", "In May."]))
    imported = chatty("import", str(path)).strip()
    assert chatty("conversations", imported) == "d1\tGarden\t2\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 cut off",
        zipped(other={}),
        zipped(conversations={"not": "a list"}),
        zipped(conversations=[{"mapping": {}}]),
        zipped(conversations=[1]),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        read_archive(data)


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatty.imports.archive.LARGEST", 100)
    assert LARGEST > 100
    with pytest.raises(ArchiveError, match="too large"):
        read_archive(tree_archive(HOLIDAY))


def test_what_is_refused_leaves_nothing(chatty: Chatty, tmp_path: Path, data: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"nothing")
    assert "no archive of conversations" in chatty("import", str(bad))
    assert files_of(data) == {}
