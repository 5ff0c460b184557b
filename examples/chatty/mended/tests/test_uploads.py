"""Files that users give to runtimes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatty.storage import uploads

Chatty = Callable[..., str]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    return path


def test_a_file_is_counted(chatty: Chatty, runtime: str, notes: Path) -> None:
    chatty("upload", runtime, str(notes))
    assert chatty("list") == f"{runtime}\tHelper\t1\t0\n"


def test_a_file_that_is_given_again_is_replaced(chatty: Chatty, runtime: str, notes: Path, data: Path) -> None:
    chatty("upload", runtime, str(notes))
    notes.write_text("more notes")
    chatty("upload", runtime, str(notes))
    assert [path.read_text() for path in data.rglob("notes.txt")] == ["more notes"]


def test_a_file_can_be_read_again(runtime: str) -> None:
    uploads.save("ann", runtime, "notes.txt", b"notes")
    assert uploads.load("ann", runtime, "notes.txt") == b"notes"
