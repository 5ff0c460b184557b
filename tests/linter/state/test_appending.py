"""Append-only stores are compared with the last scan, whatever happened to them in between."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statefence.errors import StatefenceError
from statefence.state.history import file_record, record_path
from statefence.state.records import Scan
from statefence.state.scan import scan

from .databases import make, policy, state_environment

POLICY = """
state = "{env:APP_STATE|{home}/.app}"
[layers]
core = ["app.**"]
[stores.vault]
path = "{state}/vault/{user_id}"
kind = "tree"
owners = ["core"]
append-only = true
[stores.journal]
path = "{state}/journal.db"
owners = ["core"]
tables = ["entries"]
append-only = true
"""
ENTRIES = "CREATE TABLE entries (id INTEGER PRIMARY KEY, text)"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "state"
    (directory / "vault" / "ann").mkdir(parents=True)
    directory.chmod(0o700)
    (directory / "vault" / "ann" / "one.txt").write_text("hello\n")
    make(directory / "journal.db", ENTRIES, "CREATE TABLE counts (n)", "INSERT INTO entries VALUES (5, 'x'), (7, 'y')")
    return directory


def scanned(directory: Path, **options: Any) -> Scan:
    return scan(policy(POLICY), str(directory), state_environment(directory), **options)


def problems(found: Scan) -> list[tuple[str, str]]:
    return [(each.path, str(each.problem)) for each in found.findings]


def test_growing_is_no_finding(state: Path) -> None:
    for number in range(3):
        assert problems(scanned(state)) == []
        with (state / "vault" / "ann" / "one.txt").open("a") as file:
            file.write("more\n")
        (state / "vault" / "ann" / f"{number}.txt").write_text("new")
        make(state / "journal.db", f"INSERT INTO entries VALUES ({number}, 'before')", "VACUUM")
        make(state / "journal.db", "INSERT INTO counts VALUES (1)", "DELETE FROM counts")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda path: path.write_text("hel"), "append-only-shrunk"),
        (lambda path: path.write_text("HELLO\n"), "append-only-rewritten"),
        (lambda path: path.write_text("HELLO\nmore\n"), "append-only-rewritten"),
        (lambda path: path.unlink(), "append-only-gone"),
    ],
)
def test_a_file_that_did_not_only_grow_is_told_until_it_is_accepted(state: Path, change: Any, problem: str) -> None:
    scanned(state)
    path = state / "vault" / "ann" / "one.txt"
    before = path.stat()
    change(path)
    if path.exists():
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    expected = [("vault/ann/one.txt", problem)]
    assert problems(scanned(state)) == expected
    found = scanned(state)
    assert problems(found) == expected
    assert (found.findings[0].code, found.findings[0].policy) == ("SF501", "statefence.toml:9")
    assert problems(scanned(state, accept=True)) == []
    assert problems(scanned(state)) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE entries SET text = 'z' WHERE id = 5", "append-only-rewritten"),
        ("REPLACE INTO entries VALUES (5, 'z')", "append-only-rewritten"),
        ("DELETE FROM entries WHERE id = 5", "append-only-shrunk"),
        ("DROP TABLE entries", "append-only-shrunk"),
    ],
)
def test_rows_that_are_changed_or_gone_are_told(state: Path, statement: str, problem: str) -> None:
    scanned(state)
    make(state / "journal.db", statement)
    assert problems(scanned(state)) == [("journal.db", problem)]


def test_the_record_is_kept_outside_the_directory_and_holds_no_content(state: Path) -> None:
    scanned(state)
    record = record_path(str(state), state_environment(state))
    assert not record.is_relative_to(state)
    text = record.read_text()
    assert json.loads(text)["files"].keys() == {"vault/ann/one.txt"}
    assert "hello" not in text
    assert record.stat().st_mode & 0o077 == 0


def test_a_record_that_cannot_be_used_is_said_not_ignored(state: Path) -> None:
    scanned(state)
    record_path(str(state), state_environment(state)).write_text("{")
    with pytest.raises(StatefenceError, match="the record of the last scan cannot be used"):
        scanned(state)
    assert problems(scanned(state, accept=True)) == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.binary(max_size=40), after=st.binary(max_size=40), grows=st.booleans())
def test_a_file_begins_as_it_was_or_not(tmp_path: Path, before: bytes, after: bytes, grows: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(before)
    record, _ = file_record(str(path), None)
    now = before + after if grows else after
    path.write_bytes(now)
    assert file_record(str(path), record)[1] == now.startswith(before)
