"""What survives what, and who sees whose."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chatty.errors import DatabaseError
from chatty.storage import logins, runtimes, uploads
from chatty.vault import transcripts
from helpers import SOURCE_ROOT, run_chatty

Chatty = Callable[..., str]


def test_a_transcript_outlives_its_runtime(chatty: Chatty, runtime: str) -> None:
    construct = runtimes.get("ann", runtime).construct
    chatty("delete", runtime)
    assert next(turn.text for turn in transcripts.read("ann", construct)) == "first"


def test_many_processes_write_one_transcript_and_lose_nothing(chatty: Chatty, runtime: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: run_chatty("say", runtime, f"n{number}"), range(12)))
    said = [line for line in chatty("history", runtime).splitlines() if line.startswith("ann: ")]
    assert sorted(said) == sorted(["ann: first", *(f"ann: n{number}" for number in range(12))])


def test_one_user_s_files_are_not_another_s(runtime: str) -> None:
    uploads.save("ann", runtime, "notes.txt", b"notes")
    other = runtimes.create("ben", "Helper", "")
    assert uploads.list_all("ben", runtime) == []
    uploads.save("ben", other.id, "notes.txt", b"ben's")
    assert uploads.load("ann", runtime, "notes.txt") == b"notes"


@pytest.mark.parametrize("name", ["../ann", "ann/..", ".", "", "Ann", "a" * 65])
def test_a_user_s_name_leads_nowhere_else(chatty: Chatty, name: str) -> None:
    assert "a user's name" in chatty("list", user=name)


def test_a_file_s_name_leads_nowhere_else(runtime: str) -> None:
    for name in ("../notes.txt", "..", "a/b", ".hidden"):
        with pytest.raises(Exception, match="a file's name"):
            uploads.save("ann", runtime, name, b"")


def test_a_login_outlives_the_process() -> None:
    token = run_chatty("login").strip()
    assert logins.user_of(token) == "ann"
    assert logins.user_of("another") is None


def test_a_damaged_database_is_said_to_be(chatty: Chatty, data: Path) -> None:
    (data / "logins.db").write_bytes(b"damaged" * 200)
    (data / "chatty.db").write_bytes(b"damaged" * 200)
    assert "logins.db: file is not a database" in chatty("login")
    with pytest.raises(DatabaseError, match=r"chatty\.db: file is not a database"):
        runtimes.list_all("ann")


def test_what_is_kept_beside_the_code_is_none_of_git_s(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    (copy / "src").symlink_to(SOURCE_ROOT)
    (copy / ".gitignore").write_bytes((SOURCE_ROOT.parent / ".gitignore").read_bytes())
    env = {**os.environ, "CHATTY_DATA_DIR": str(copy / "data"), "PYTHONPATH": str(SOURCE_ROOT)}
    command = [sys.executable, "-Bm", "chatty", "--user", "ann", "new", "Helper", ""]
    subprocess.run(command, env=env, check=True, capture_output=True)
    listed = ["git", "ls-files", "--others", "--exclude-standard"]
    shown = subprocess.run(listed, cwd=copy, capture_output=True, text=True, check=True).stdout
    assert (copy / "data" / "chatty.db").is_file()
    assert shown.split() == [".gitignore", "src"]
