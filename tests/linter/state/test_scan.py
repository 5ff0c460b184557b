"""The audit of real directories: what is told of every kind of file, and that nothing there is changed."""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import msgspec
import pytest

from statefence.errors import UsageError
from statefence.policy import Policy
from statefence.policy.load import default
from statefence.report.state_scan import finding_lines, plain_table, scan_schema
from statefence.state.records import Found, Problem, Scan
from statefence.state.repair import repair
from statefence.state.scan import scan

from .databases import POLICY, make, policy, python, state_environment

MODELS = "CREATE TABLE models (name TEXT PRIMARY KEY, provider TEXT)"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory that other users cannot look into."""
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    return directory


def scanned(directory: Path, of: Policy | None = None, **options: Any) -> Scan:
    return scan(of or default(directory), str(directory), state_environment(directory), **options)


def problems(found: Scan) -> list[tuple[str, str]]:
    return [(each.path, str(each.problem)) for each in found.findings]


def unknown(found: Scan) -> dict[str, str]:
    return {each.path: each.reason for each in found.unknown}


def big(path: Path, rows: int = 200) -> Path:
    make(path, "CREATE TABLE t (a)")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO t VALUES (?)", ((os.urandom(200),) for _ in range(rows)))
    return path


def test_a_directory_in_order_has_no_findings(state: Path) -> None:
    make(state / "admin.db", MODELS, "INSERT INTO models VALUES ('a', 'b')")
    found = scanned(state, policy())
    assert problems(found) == []
    (database,) = found.databases
    assert (database.path, database.role, database.store, database.tables) == (
        "admin.db",
        "store",
        "admin",
        {"models": 1},
    )
    assert (database.sound, database.rows) == (True, 1)


def test_databases_are_known_by_their_header_not_their_name(state: Path) -> None:
    make(state / "cache" / "no suffix", "CREATE TABLE t (a)")
    (state / "text.db").write_text("SQLite format 2, not 3")
    assert [database.path for database in scanned(state).databases] == ["cache/no suffix"]


def test_forbidden_databases_and_foreign_tables_are_told_with_the_line_of_the_policy(state: Path) -> None:
    make(state / "x" / "stray.db", MODELS)
    make(state / "runtime" / "runtime.db", "CREATE TABLE chats (a)", MODELS, "INSERT INTO models VALUES (1, 2)")
    found = scanned(state, policy())
    assert [(each.path, each.code, each.policy) for each in found.findings] == [
        ("runtime/runtime.db", "SF301", "statefence.toml:8"),
        ("x/stray.db", "SF202", "statefence.toml:14"),
    ]
    assert "with 1 rows" in found.findings[0].message


def test_a_database_that_is_forbidden_within_a_tree_is_told_until_it_is_retired(state: Path) -> None:
    tree = '[stores.spaces]\npath = "{state}/spaces/{name}/**"\nkind = "tree"\nowners = ["core"]\n'
    forbidden = '[[forbidden]]\npath = "{state}/spaces/*/.app/*.db"\nbelongs-to = "admin"\n'
    stray = make(state / "spaces" / "one" / ".app" / "admin.db", MODELS)
    make(state / "spaces" / "one" / "other.db", "CREATE TABLE own (a)")
    of = policy(f"{POLICY}{forbidden}{tree}")
    assert [(each.path, each.code) for each in scanned(state, of).findings if each.code == "SF202"] == [
        ("spaces/one/.app/admin.db", "SF202")
    ]
    repair(of, str(state), state_environment(state), apply=True)
    assert not stray.exists()
    assert problems(scanned(state, of)) == []


def test_many_files_that_others_may_read_are_one_line_and_a_long_name_leaves_room(state: Path) -> None:
    make(state / f"{'x' * 100}" / "a.db", "CREATE TABLE t (a)")
    found = scanned(state)
    readable = tuple(Found(Problem.READABLE, f"f{number}", "others can") for number in range(7))
    (line,) = finding_lines(msgspec.structs.replace(found, findings=readable))
    assert "7 files, such as f0, f1, f2, f3, f4" in line
    few = msgspec.structs.replace(found, findings=readable[:5])
    assert len(list(finding_lines(few))) == 5
    assert [len(row.split("  ")[0]) for row in list(plain_table(found))[1:]] == [60]


def test_a_copy_of_a_state_directory_is_judged_as_one(state: Path, tmp_path: Path) -> None:
    make(tmp_path / "copy" / "admin.db", MODELS)
    found = scan(policy(), str(tmp_path / "copy"), state_environment(state))
    assert [database.store for database in found.databases] == ["admin"]


def test_a_directory_within_the_state_directory_is_not_taken_for_it(state: Path) -> None:
    make(state / "workspace" / "admin.db", MODELS)
    found = scan(policy(), str(state / "workspace"), state_environment(state))
    assert [database.store for database in found.databases] == [None]


def test_one_sees_which_of_many_is_the_real_one(state: Path) -> None:
    for number, name in enumerate(["a", "b", "c"]):
        path = make(
            state / name / "sessions.db", MODELS, *(f"INSERT INTO models VALUES ({n}, 1)" for n in range(number))
        )
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    make(state / "other.db", "CREATE TABLE models (name TEXT)")
    found = scanned(state)
    assert [group.paths for group in found.groups] == [("c/sessions.db", "b/sessions.db", "a/sessions.db")]
    (finding,) = found.findings
    assert finding.path == "c/sessions.db"
    assert "c/sessions.db, 2 rows, last written 2001-09-09T01:46:42Z; b/sessions.db, 1 rows" in finding.message


def test_a_double_of_a_store_is_the_finding_not_the_store(state: Path) -> None:
    make(state / "admin.db", MODELS)
    make(state / "work" / "admin.db", MODELS)
    found = scanned(state, policy())
    assert problems(found) == [("work/admin.db", "duplicate-database")]
    assert "the store admin (admin.db" in found.findings[0].message


def test_the_databases_of_many_users_are_one_store(state: Path) -> None:
    text = POLICY.replace("{state}/admin.db", "{state}/users/{user_id}/admin.db")
    for user in "ab":
        make(state / "users" / user / "admin.db", MODELS)
    found = scanned(state, policy(text))
    assert problems(found) == []
    assert len(found.groups) == 1


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_is_left_of_a_database_that_is_gone_is_told(state: Path, suffix: str) -> None:
    (state / f"x.db{suffix}").write_bytes(b"left")
    (state / f"notes{suffix}").write_bytes(b"somebody else's")
    assert problems(scanned(state)) == [(f"x.db{suffix}", "orphaned-companion")]


HOLD = """
import os, sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1"), connection.execute("PRAGMA cache_spill = 1")
connection.execute("BEGIN IMMEDIATE")
for number in range(200):
    connection.execute("INSERT INTO t VALUES (zeroblob(2000))")
print("ready", flush=True)
time.sleep(60)
"""


def test_a_journal_is_hot_when_nobody_is_in_the_middle_of_its_transaction(state: Path) -> None:
    big(state / "x.db")
    with python(HOLD, state / "x.db") as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        during = scanned(state)
        writer.kill()
    after = scanned(state)
    assert problems(during) == []
    assert problems(after) == [("x.db", "hot-journal")] or problems(after) == [("x.db-journal", "hot-journal")]
    assert after.databases[0].tables == {"t": 200}
    assert (state / "x.db-journal").exists()


def test_a_journal_whose_super_journal_is_gone_is_never_rolled_back_and_said_not_to_be(state: Path) -> None:
    big(state / "x.db")
    with python(HOLD, state / "x.db") as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.kill()
    name = os.fsencode(state / "main.db-mj0")
    trailer = name + len(name).to_bytes(4) + sum(name).to_bytes(4) + bytes.fromhex("d9d505f920a163d7")
    with (state / "x.db-journal").open("ab") as journal:
        journal.write(b"\x7f\xff\xff\xff" + trailer)

    Path(os.fsdecode(name)).write_bytes(os.fsencode(state / "x.db-journal") + b"\0")
    assert "rolls it back" in scanned(state).findings[0].message
    Path(os.fsdecode(name)).unlink()
    assert "is not there: SQLite takes it for committed" in scanned(state).findings[0].message

    with closing(sqlite3.connect(state / "x.db")) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    assert not (state / "x.db-journal").exists()


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    match how:
        case "truncated":
            path.write_bytes(data[:8192])
        case "cut in a page":
            path.write_bytes(data[:-100])
        case "page size":
            path.write_bytes(data[:16] + b"\x00\x07" + data[18:])
        case "short":
            path.write_bytes(data[:40])
        case "pages":
            path.write_bytes(data[:4096] + b"\xff" * 4096 + data[8192:])


@pytest.mark.parametrize("how", ["truncated", "cut in a page", "page size", "short", "pages"])
def test_a_damaged_database_is_told(state: Path, how: str) -> None:
    damage(big(state / "x.db"), how)
    found = scanned(state)
    assert problems(found) == [("x.db", "corrupt-database")]
    assert found.databases[0].sound is False


def test_a_store_that_is_no_database_is_unknown_and_one_of_no_bytes_is_told(state: Path) -> None:
    (state / "admin.db").write_bytes(os.urandom(4096))
    (state / "runtime").mkdir()
    (state / "runtime" / "runtime.db").touch()
    found = scanned(state, policy())
    assert problems(found) == [("runtime/runtime.db", "empty-database")]
    assert "encrypted, or was overwritten" in unknown(found)["admin.db"]


def test_foreign_keys_that_lead_nowhere_are_counted(state: Path) -> None:
    tables = ("CREATE TABLE p (k PRIMARY KEY)", "CREATE TABLE c (p REFERENCES p)")
    make(state / "x.db", *tables, "INSERT INTO c VALUES (1), (2), (NULL)")
    assert [each.message for each in scanned(state).findings] == ["2 rows of c refer to rows of p that are not there"]


def test_what_only_the_program_can_read_is_unknown(state: Path) -> None:
    path = state / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.create_collation("elvish", lambda one, other: (one > other) - (one < other))
        connection.execute("CREATE TABLE t (a COLLATE elvish PRIMARY KEY)")
    found = scanned(state)
    assert problems(found) == []
    assert "no such collation sequence: elvish" in unknown(found)["x.db"]
    assert found.databases[0].sound is None


@pytest.mark.parametrize("name", ["new\nline.db", "tab\t.db", "\u4e2d.db", b"latin-\xe9.db"])
def test_any_name_will_do(state: Path, name: str | bytes) -> None:
    path = state / os.fsdecode(name)
    make(state / "x.db", "CREATE TABLE t (a)").rename(path)
    found = scanned(state)
    assert len(found.databases) == 1
    jsonschema.validate(json.loads(msgspec.json.encode(found)), scan_schema())


def test_links_pipes_and_loops_are_survived(state: Path) -> None:
    make(state / "x.db", "CREATE TABLE t (a)")
    (state / "loop").symlink_to(state)
    (state / "a").symlink_to(state / "b")
    (state / "b").symlink_to(state / "a")
    (state / "dangling").symlink_to("nowhere")
    (state / "alias.db").symlink_to(state / "x.db")
    os.mkfifo(state / "pipe.db")
    found = scanned(state)
    assert [(database.path, database.links) for database in found.databases] == [("x.db", ("alias.db",))]
    assert [each.path for each in found.left_out] == ["a", "b", "dangling", "loop"]
    assert problems(found) == []


def test_a_second_hard_link_is_told(state: Path) -> None:
    os.link(make(state / "x.db", "CREATE TABLE t (a)"), state / "y.db")
    assert problems(scanned(state)) == [("x.db", "hard-linked-database")]


def test_a_huge_file_with_holes_costs_only_what_is_in_it(state: Path) -> None:
    path = make(state / "x.db", "CREATE TABLE t (a)")
    os.truncate(path, 1 << 40)
    (database,) = scanned(state).databases
    assert database.size == 1 << 40
    assert database.tables == {"t": 0}


def powerless() -> None:
    """Lets go of what lets root read everything, for the program about to be run; nothing to do for other users."""
    drop_from_bounding_set, may_ignore_modes, may_read_everything = 24, 1, 2
    if os.geteuid() == 0:
        for capability in (may_ignore_modes, may_read_everything):
            assert ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0) == 0


def test_what_may_not_be_read_is_unknown_and_the_run_is_no_answer(state: Path) -> None:
    make(state / "x.db", "CREATE TABLE t (a)").chmod(0)
    make(state / "locked" / "y.db", "CREATE TABLE t (a)")
    (state / "locked").chmod(0)
    command = [sys.executable, "-m", "statefence", "state", "scan", str(state), "--output-format", "json"]
    done = subprocess.run(
        command, env=state_environment(state), capture_output=True, text=True, check=False, preexec_fn=powerless
    )
    (state / "locked").chmod(0o700)
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)
    assert [(each["path"], each["reason"]) for each in found["unknown"]] == [
        ("locked", "Permission denied"),
        ("x.db", "Permission denied"),
    ]


@pytest.mark.parametrize(
    ("mode", "parent", "told"), [(0o644, 0o755, True), (0o600, 0o755, False), (0o644, 0o750, False)]
)
def test_files_that_others_can_read_are_told(mode: int, parent: int, told: bool) -> None:
    with TemporaryDirectory() as directory:
        state = Path(directory, "state")
        make(state / "x.db", "CREATE TABLE t (a)").chmod(mode)
        state.chmod(parent)
        Path(directory).chmod(0o755)
        assert problems(scanned(state)) == ([("x.db", "readable-by-others")] if told else [])


WRITE = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = " + sys.argv[2]), connection.execute("PRAGMA synchronous = off")
for number in range(10**9):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.execute("INSERT INTO u VALUES (?)", (number,))
    connection.execute("COMMIT")
    if number == 5:
        print("ready", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.mark.parametrize(("mode", "pause"), [("wal", 0), ("wal", 0.001), ("delete", 0.05)])
def test_a_live_writer_is_neither_disturbed_nor_seen_in_the_middle(state: Path, mode: str, pause: float) -> None:
    make(state / "x.db", "CREATE TABLE t (a)", "CREATE TABLE u (a)")
    with python(WRITE, state / "x.db", mode, pause) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        founds = [scanned(state) for _ in range(8)]
        assert writer.poll() is None
        writer.kill()
    for found in founds:
        assert problems(found) == []
        tables = found.databases[0].tables
        assert tables.get("t") == tables.get("u")
        assert tables or "x.db" in unknown(found)
    assert any(found.databases[0].rows for found in founds)


def test_files_that_vanish_meanwhile_are_no_fault(state: Path) -> None:
    program = """
import os, sqlite3, sys
print("ready", flush=True)
number = 0
while True:
    number += 1
    path = f"{sys.argv[1]}/{number % 7}.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    os.unlink(path)
"""
    with python(program, state) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        founds = [scanned(state) for _ in range(10)]
        assert writer.poll() is None
        writer.kill()
    assert all(set(unknown(found).values()) <= {"not read: it is gone"} for found in founds)
    assert all(problem != "corrupt-database" for found in founds for _, problem in problems(found))


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_scanning_changes_nothing(state: Path, mode: str) -> None:
    with closing(sqlite3.connect(state / "x.db", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        connection.execute("CREATE TABLE t (a)")
        program = "import sqlite3, sys, os; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO t VALUES (1)');"
        subprocess.run([sys.executable, "-c", program + "c.commit(); os._exit(0)", str(state / "x.db")], check=True)
        before = {path: (path.stat(), path.read_bytes()) for path in state.iterdir()}
        command = [sys.executable, "-m", "statefence", "state", "scan", str(state)]
        done = subprocess.run(command, env=state_environment(state), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        after = {path: (path.stat(), path.read_bytes()) for path in state.iterdir()}
    assert {path: (stat.st_mtime_ns, stat.st_ctime_ns, data) for path, (stat, data) in before.items()} == {
        path: (stat.st_mtime_ns, stat.st_ctime_ns, data) for path, (stat, data) in after.items()
    }


def test_thousands_of_files_are_no_matter(state: Path) -> None:
    for number in range(3000):
        (state / f"{number}.txt").write_bytes(b"x")
    database = make(state / "x.db", "CREATE TABLE t (a)").read_bytes()
    for number in range(200):
        (state / f"{number}.db").write_bytes(database)
    found = scanned(state)
    assert found.summary.files == 3201
    assert len(found.groups[0].paths) == 201


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such directory"):
        scanned(tmp_path / "nowhere")
