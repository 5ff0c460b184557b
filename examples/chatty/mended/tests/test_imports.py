"""Importing archives: a runtime and references, and nothing in the vault."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    return chatty("import", str(archive)).split("\t")[0]


def test_an_import_makes_a_runtime_and_references(chatty: Chatty, archive: Path) -> None:
    imported, new = chatty("import", str(archive)).split()
    assert new == "2"
    assert chatty("list") == f"{imported}\tann@example.org (chatgpt)\t1\t2\n"
    assert chatty("conversations", imported) == "c1\tHoliday\t4\nc2\tRecipe\t2\n"


@pytest.mark.usefixtures("runtime")
def test_an_import_leaves_the_vault_alone(chatty: Chatty, archive: Path, vault: Path) -> None:
    before = files_of(vault)
    chatty("import", str(archive))
    assert before == files_of(vault) != {}


@pytest.mark.usefixtures("imported")
def test_references_hold_nothing_of_what_was_said(data: Path) -> None:
    (path,) = (data / "users").rglob("*.json")
    text = path.read_text()
    assert "Holiday" in text
    assert "sea" not in text


def test_an_imported_conversation_is_read_from_its_archive(chatty: Chatty, imported: str) -> None:
    assert chatty("show", imported, "c2") == "user: Soup?\nassistant: Leek.\n"
    assert "imported no conversation" in chatty("show", imported, "c3")


def test_importing_twice_changes_nothing(chatty: Chatty, imported: str, archive: Path, tmp_path: Path) -> None:
    before = files_of(tmp_path)
    assert chatty("import", str(archive)) == f"{imported}\t0\n"
    assert run_chatty("import", str(archive)) == f"{imported}\t0\n"
    assert files_of(tmp_path) == before


def test_a_newer_archive_adds_what_is_new_and_an_older_one_nothing(
    chatty: Chatty, imported: str, archive: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "newer.zip"
    longer = (*HOLIDAY[:2], [*HOLIDAY[2], "Good."])
    newer.write_bytes(tree_archive(longer, ("c3", "Walk", ["Far?"])))
    assert chatty("import", str(newer)) == f"{imported}\t2\n"
    assert chatty("import", str(archive)) == f"{imported}\t0\n"
    assert chatty("conversations", imported) == "c1\tHoliday\t5\nc2\tRecipe\t2\nc3\tWalk\t1\n"
    assert chatty("show", imported, "c1").endswith("Good.\n")
    assert chatty("show", imported, "c2").endswith("Leek.\n")


def test_two_users_who_import_one_archive_share_nothing(chatty: Chatty, imported: str, archive: Path) -> None:
    other = chatty("import", str(archive), user="ben").split()[0]
    assert other != imported
    assert "has no runtime" in chatty("say", imported, "hello", user="ben")
    assert chatty("conversations", imported, user="ben") == ""


def test_what_is_said_to_an_imported_runtime_is_in_the_vault(chatty: Chatty, imported: str, vault: Path) -> None:
    assert chatty("say", imported, "hello") == "hello (after 0 turns)\n"
    assert "chat_with_ann-example-org-chatgpt-001.md" in "".join(files_of(vault))


def test_an_archive_of_another_program_is_read_too(chatty: Chatty, tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(list_archive("d1", "Garden", ["Roses?", "In May."]))
    imported = chatty("import", str(path)).split()[0]
    assert chatty("conversations", imported) == "d1\tGarden\t2\n"


def test_a_deleted_runtime_comes_back_with_its_archive(chatty: Chatty, imported: str, archive: Path) -> None:
    chatty("delete", imported)
    assert chatty("import", str(archive)) == f"{imported}\t0\n"
    assert imported in chatty("list")


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


def test_many_imports_at_once_come_to_one_runtime(archive: Path, data: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        printed = list(pool.map(lambda _: run_chatty("import", str(archive)), range(4)))
    assert len({line.split()[0] for line in printed}) == 1
    assert sorted(line.split()[1] for line in printed) == ["0", "0", "0", "2"]
    (references,) = (data / "users" / "ann" / "imports").glob("*.json")
    assert len(json.loads(references.read_text())) == 2
