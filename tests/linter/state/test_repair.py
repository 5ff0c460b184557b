"""What a repair does, what it will not do, and that it changes nothing before it is told to."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from statefence.errors import StatefenceError, UsageError
from statefence.state.repair import Outcome, Repair, repair
from statefence.state.scan import scan

from .databases import POLICY, dump, make, names, policy, python, rows, state_environment

MODELS = "CREATE TABLE models (name TEXT PRIMARY KEY, provider TEXT)"
STRAY = ("INSERT INTO models VALUES ('a', 'stray')", "INSERT INTO models VALUES ('b', 'stray')")
SESSIONS = "CREATE TABLE sessions (name TEXT PRIMARY KEY, path TEXT)"
DISCOVERING = """
state = "{env:APP_STATE|{home}/.app}"
[layers]
core = ["app.**"]
[stores.sessions]
path = "{state}/sessions.db"
owners = ["core"]
tables = ["sessions"]
[stores.sessions.discover.sessions]
path = "{state}/git/{repository}/sessions/{session}"
columns = { name = "{repository}#{session}", path = "{path}" }
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with an admin database and a stray one, both with models."""
    directory = tmp_path / "state"
    make(directory / "admin.db", MODELS, "INSERT INTO models VALUES ('a', 'admin')")
    make(directory / "x" / "stray.db", MODELS, *STRAY)
    return directory


def repaired(directory: Path, text: str = POLICY, **options: Any) -> Repair:
    return repair(policy(text), str(directory), state_environment(directory), apply=True, **options)


def previewed(directory: Path, text: str = POLICY, **options: Any) -> Repair:
    return repair(policy(text), str(directory), state_environment(directory), **options)


def only(done: Repair) -> Outcome:
    (outcome,) = done.outcomes
    return outcome


def test_a_dry_run_says_what_would_move_and_changes_nothing(state: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in state.rglob("*") if path.is_file()}
    outcome = only(previewed(state))
    assert (outcome.source, outcome.retired) == (f"{state}/x/stray.db", f"{state}/x/stray.db.bak")
    (into,) = outcome.into
    (table,) = into.tables
    assert (into.store, into.path, table.inserted, table.conflicts[0].key) == (
        "admin",
        f"{state}/admin.db",
        1,
        {"name": "a"},
    )
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in state.rglob("*") if path.is_file()} == before


def test_it_does_what_the_dry_run_said(state: Path) -> None:
    expected = previewed(state).outcomes
    assert repaired(state).outcomes == expected
    assert rows(state / "admin.db", "SELECT * FROM models ORDER BY 1") == [("a", "admin"), ("b", "stray")]
    assert names(state) == ["admin.db", "x/stray.db.bak", "x/stray.db.bak.statefence.json"]
    assert rows(state / "x" / "stray.db.bak", "SELECT count(*) FROM models") == [(2,)]


def test_conflicts_are_in_the_report_and_what_changed_was_saved_before(state: Path) -> None:
    before = dump(state / "admin.db")
    repaired(state)
    room = state / ".statefence" / "0001"
    (tables,) = json.loads((room / "report.json").read_text())["merges"].values()
    assert tables[0]["conflicts"] == [{"table": "models", "key": {"name": "a"}, "differs": ["provider"]}]
    assert dump(room / "saved" / "target1" / "admin.db") == before
    assert rows(room / "saved" / "source" / "stray.db", "SELECT count(*) FROM models") == [(2,)]
    assert (state / ".statefence").stat().st_mode & 0o077 == 0


def test_a_second_run_does_nothing_and_the_scan_is_content(state: Path) -> None:
    repaired(state)
    before = {path: path.stat().st_mtime_ns for path in state.rglob("*") if path.is_file() and path.name != "lock"}
    assert repaired(state).outcomes == ()
    assert {path: path.stat().st_mtime_ns for path in before} == before
    found = scan(policy(), str(state), state_environment(state))
    assert {each.problem for each in found.findings} <= {"readable-by-others"}
    assert [database.role for database in found.databases] == ["store", "retired"]


def test_a_stray_that_comes_back_is_merged_again_under_another_name(state: Path) -> None:
    repaired(state)
    make(state / "x" / "stray.db", MODELS, "INSERT INTO models VALUES ('c', 'again')")
    assert only(repaired(state)).retired == f"{state}/x/stray.db.bak2"
    assert rows(state / "admin.db", "SELECT name FROM models ORDER BY 1") == [("a",), ("b",), ("c",)]


def test_a_table_goes_to_the_store_that_owns_it(state: Path) -> None:
    make(state / "x" / "stray.db", "CREATE TABLE chats (a)", "INSERT INTO chats VALUES (1)")
    make(state / "runtime" / "runtime.db", "CREATE TABLE chats (a)")
    assert [into.store for into in only(repaired(state)).into] == ["admin", "runtime"]
    assert rows(state / "runtime" / "runtime.db", "SELECT * FROM chats") == [(1,)]


def test_a_file_of_no_bytes_is_only_renamed(state: Path) -> None:
    (state / "y").mkdir()
    (state / "y" / "stray.db").touch()
    assert [outcome.into for outcome in repaired(state).outcomes if "/y/" in outcome.source] == [()]
    assert (state / "y" / "stray.db.bak").exists()


IDLE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute(sys.argv[2]).fetchall()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("name", ["admin.db", "x/stray.db"])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_that_a_process_has_open_is_left_alone(state: Path, name: str, mode: str) -> None:
    make(state / name, f"PRAGMA journal_mode = {mode}")
    with python(IDLE, state / name, "SELECT * FROM models", stdin=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        refused = only(repaired(state)).refused
        told = only(previewed(state)).refused
        assert holder.stdin is not None
        holder.stdin.close()
    assert f"process {holder.pid} (" in refused
    assert told == refused
    assert rows(state / "admin.db", "SELECT count(*) FROM models") == [(1,)]
    assert (state / "x" / "stray.db").exists()
    assert only(repaired(state)).refused == ""


def test_two_repairs_of_one_directory_keep_apart(state: Path) -> None:
    (state / ".statefence").mkdir()
    with (state / ".statefence" / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StatefenceError, match="another repair of it is going on"):
            repaired(state)


def test_many_at_once_end_as_one(state: Path) -> None:
    (state.parent / "statefence.toml").write_text(POLICY)
    arguments = ["state", "repair", str(state), "--apply", "--config", str(state.parent / "statefence.toml")]
    command = [sys.executable, "-m", "statefence", *arguments]
    running = [
        subprocess.Popen(command, env=state_environment(state), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(4)
    ]
    outputs = [process.communicate()[0] for process in running]
    assert {process.returncode for process in running} <= {0, 1, 2}, outputs
    assert repaired(state).outcomes == ()
    assert rows(state / "admin.db", "SELECT name FROM models ORDER BY 1") == [("a",), ("b",)]
    assert names(state) == ["admin.db", "x/stray.db.bak", "x/stray.db.bak.statefence.json"]


def damaged(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: make(path, "ALTER TABLE models ADD COLUMN more"), "the columns of models differ"),
        (damaged, "it is damaged"),
        (lambda path: os.link(path, f"{path}2"), "hard links"),
        (lambda path: path.rename(f"{path}2") and path.symlink_to(f"{path}2"), "it is a link to"),
    ],
)
def test_what_cannot_be_merged_stays_and_says_why(state: Path, spoil: Any, reason: str) -> None:
    spoil(state / "x" / "stray.db")
    before = names(state)
    assert reason in only(previewed(state)).refused
    assert reason in only(repaired(state)).refused
    assert names(state) == before
    assert rows(state / "admin.db", "SELECT count(*) FROM models") == [(1,)]


def test_a_damaged_target_is_not_written(state: Path) -> None:
    data = (state / "admin.db").read_bytes()
    (state / "admin.db").write_bytes(data[:8192] + b"\xff" * 4096 + data[12288:])
    assert only(repaired(state)).refused
    assert (state / "x" / "stray.db").exists()


def test_without_belongs_to_nobody_knows_where_it_goes(state: Path) -> None:
    text = POLICY.replace('belongs-to = "admin"\n', "")
    assert "add `belongs-to`" in only(repaired(state, text)).refused


def test_placeholders_carry_over_to_the_store(tmp_path: Path) -> None:
    text = POLICY.replace("{state}/admin.db", "{state}/{user}/admin.db").replace("{state}/*/", "{state}/{user}/chat/")
    for user in ("ann", "bob"):
        make(tmp_path / "state" / user / "chat" / "stray.db", MODELS, f"INSERT INTO models VALUES ('{user}', 1)")
    repaired(tmp_path / "state", text)
    assert rows(tmp_path / "state" / "ann" / "admin.db", "SELECT name FROM models") == [("ann",)]
    assert rows(tmp_path / "state" / "bob" / "admin.db", "SELECT name FROM models") == [("bob",)]


def test_the_strays_of_a_copy_never_go_into_the_real_store(state: Path, tmp_path: Path) -> None:
    make(tmp_path / "copy" / "x" / "stray.db", MODELS, *STRAY)
    repair(policy(), str(tmp_path / "copy"), state_environment(state), apply=True)
    assert rows(state / "admin.db", "SELECT count(*) FROM models") == [(1,)]
    assert rows(tmp_path / "copy" / "admin.db", "SELECT count(*) FROM models") == [(2,)]


def test_many_databases_become_one_and_the_latest_wins(tmp_path: Path) -> None:
    state = tmp_path / "state"
    text = DISCOVERING
    for number, name in enumerate(["old", "new"]):
        path = make(
            state / name / "sessions.db", SESSIONS, f"INSERT INTO sessions VALUES ('s', '{name}'), ('{name}', 1)"
        )
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    make(state / "sessions.db", SESSIONS, "INSERT INTO sessions VALUES ('mine', 1)")
    make(state / "cache.db", "CREATE TABLE cached (a)")
    assert only_sources(previewed(state, text, into="sessions")) == ["new/sessions.db", "old/sessions.db"]
    repaired(state, text, into="sessions")
    assert rows(state / "sessions.db", "SELECT * FROM sessions ORDER BY 1") == [
        ("mine", "1"),
        ("new", "1"),
        ("old", "1"),
        ("s", "new"),
    ]
    assert [name for name in names(state) if name.endswith(".db")] == ["cache.db", "sessions.db"]
    assert repaired(state, text, into="sessions").outcomes == ()


def only_sources(done: Repair) -> list[str]:
    return [outcome.source.removeprefix(f"{done.directory}/") for outcome in done.outcomes]


def test_into_an_unknown_store_is_a_mistake_of_the_command_line(state: Path) -> None:
    with pytest.raises(UsageError, match="the policy has admin, runtime"):
        repaired(state, into="sessions")


def test_what_is_on_disk_is_registered_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    make(state / "sessions.db", SESSIONS, "INSERT INTO sessions VALUES ('repo#one', 'known')")
    for session in ("one", "two"):
        (state / "git" / "repo" / "sessions" / session).mkdir(parents=True)
    (found,) = scan(policy(DISCOVERING), str(state), state_environment(state)).findings[:1]
    assert "lacks rows for 1 things on disk, such as 'repo#two'" in found.message
    assert only(previewed(state, DISCOVERING)).into[0].tables[0].inserted == 1
    assert only(repaired(state, DISCOVERING)).into[0].tables[0].inserted == 1
    assert rows(state / "sessions.db", "SELECT * FROM sessions ORDER BY 1") == [
        ("repo#one", "known"),
        ("repo#two", f"{state}/git/repo/sessions/two"),
    ]
    assert repaired(state, DISCOVERING).outcomes == ()


def test_a_table_that_cannot_take_the_rows_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state"
    make(state / "sessions.db", "CREATE TABLE sessions (name TEXT PRIMARY KEY, path TEXT, owner TEXT NOT NULL)")
    (state / "git" / "repo" / "sessions" / "one").mkdir(parents=True)
    assert "NOT NULL constraint failed" in only(repaired(state, DISCOVERING)).refused
    assert rows(state / "sessions.db", "SELECT count(*) FROM sessions") == [(0,)]


def test_a_journal_of_another_version_is_not_guessed_at(state: Path) -> None:
    repaired(state)
    (state / ".statefence" / "journal.jsonl").write_text('{"repair": 1, "step": "flown"}\n')
    with pytest.raises(StatefenceError, match=r"journal.jsonl:1: not written by this version"):
        repaired(state)


def test_rows_in_a_log_that_was_left_behind_are_merged(state: Path) -> None:
    program = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode = wal');"
    program += "c.execute(\"INSERT INTO models VALUES ('late', 1)\"); c.commit(); os._exit(0)"
    subprocess.run([sys.executable, "-c", program, str(state / "x" / "stray.db")], check=True)
    assert (state / "x" / "stray.db-wal").stat().st_size
    repaired(state)
    assert ("late", "1") in rows(state / "admin.db", "SELECT * FROM models")
    assert names(state) == ["admin.db", "x/stray.db.bak", "x/stray.db.bak.statefence.json"]


def test_the_renamed_database_stays_a_sound_one(state: Path) -> None:
    repaired(state)
    with closing(sqlite3.connect(state / "x" / "stray.db.bak")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_forbidden_in_a_working_directory_is_forbidden_in_each(state: Path, tmp_path: Path) -> None:
    text = POLICY.replace("{state}/*/stray.db", "{cwd}/.app/stray.db")
    for workspace in ("one", "two/deep"):
        name = workspace[:3]
        make(tmp_path / "code" / workspace / ".app" / "stray.db", MODELS, f"INSERT INTO models VALUES ('{name}', 1)")
    done = repair(policy(text), str(tmp_path / "code"), state_environment(state), into="admin", apply=True)
    assert only_sources(done) == ["one/.app/stray.db", "two/deep/.app/stray.db"]
    assert rows(state / "admin.db", "SELECT name FROM models ORDER BY 1") == [("a",), ("one",), ("two",)]


def test_a_store_with_an_absolute_path_is_found_from_anywhere(state: Path, tmp_path: Path) -> None:
    text = POLICY.replace("{state}/admin.db", f"{tmp_path}/elsewhere.db")
    repaired(state, text, into="admin")
    assert rows(tmp_path / "elsewhere.db", "SELECT count(*) FROM models") == [(2,)]
