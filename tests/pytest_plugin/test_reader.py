"""The reader process: faithful, harmless to live databases, and never a reason for a run to hang."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.pytest_plugin.conftest import RunProject

from pytest_statefence import images
from pytest_statefence.copies import ABSENT, Copies, Copy
from pytest_statefence.reader import Reader, ReaderLostError


@pytest.fixture
def copies() -> Iterator[Copies]:
    made = Copies()
    yield made
    made.close()


def database(path: Path, *statements: str, mode: str = "delete") -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.mark.parametrize("mode", ["delete", "truncate", "persist", "wal"])
def test_what_is_committed_is_read_and_what_is_not_is_not(copies: Copies, tmp_path: Path, mode: str) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", mode=mode)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO t VALUES (2)")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO t VALUES (3)")

        contents = copies.contents(copies.take(str(path)), None)

    assert contents.tables is not None
    assert contents.tables["t"].rows == 2


def test_reading_leaves_nothing_beside_the_database(copies: Copies, tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)", mode="wal")
    before = path.stat()

    copies.contents(copies.take(str(path)), None)

    after = path.stat()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.db"]
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_size,
    )


def test_only_the_wanted_tables_are_read(copies: Copies, tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE Wanted (a)", "CREATE TABLE other (a)")

    contents = copies.contents(copies.take(str(path)), frozenset({"wanted", "absent"}))

    assert contents.tables is not None
    assert list(contents.tables) == ["Wanted"]


def test_a_file_that_is_no_database_has_a_fingerprint(copies: Copies, tmp_path: Path) -> None:
    path = tmp_path / "encrypted.db"
    path.write_bytes(random.Random(0).randbytes(8192))
    first, again = (copies.contents(copies.take(str(path)), None) for _ in range(2))
    path.write_bytes(random.Random(1).randbytes(8192))
    other = copies.contents(copies.take(str(path)), None)

    assert first.tables is None
    assert "not a database" in first.reason
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_damaged_database_is_unreadable_and_not_empty(copies: Copies, tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)", *["INSERT INTO t VALUES (zeroblob(3000))"] * 20)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)

    contents = copies.contents(copies.take(str(path)), None)

    assert contents.tables is None
    assert "malformed" in contents.reason


@pytest.mark.parametrize("kind", ["missing", "directory", "pipe"])
def test_what_is_no_file_is_refused_with_a_reason(copies: Copies, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.db"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)

    copy = copies.take(str(path))

    assert copy.image is None
    assert copy.reason in {"it is gone", "it is no regular file"}


def test_a_file_that_nobody_could_wait_for_is_refused(copies: Copies, tmp_path: Path) -> None:
    with (tmp_path / "a.db").open("wb") as file:
        file.truncate(9 << 30)

    copy = copies.take(str(tmp_path / "a.db"))

    assert copy.image is None
    assert "it is too large to be copied (9216 MB" in copy.reason


def test_a_file_that_may_not_be_read_is_refused(copies: Copies, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    path = tmp_path / "a" / "a.db"

    copy = copies.take(str(path))

    assert (copy.image, copy.reason) == (None, "Not a directory")


def test_a_file_under_constant_writing_is_given_up_or_read_faithfully(copies: Copies, tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)")
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    code += "while True: c.execute('INSERT INTO t VALUES (1)')"
    writer = subprocess.Popen([sys.executable, "-S", "-c", code, str(path)])
    try:
        while path.stat().st_size < 3 * 4096:
            time.sleep(0.01)
        answers = [copies.take(str(path)) for _ in range(2)]
    finally:
        writer.kill()
        writer.wait()

    read = [copies.contents(copy, None) for copy in answers if copy.image]
    assert all(contents.tables is not None for contents in read)
    assert {copy.reason for copy in answers if not copy.image} <= {"it was written without a pause while it was read"}


def test_names_that_json_cannot_write_plainly_are_read(copies: Copies, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xfe \xc3\xa9.db")
    database(path, 'CREATE TABLE "a ""b"" \u00e9" (x)')

    contents = copies.contents(copies.take(str(path)), None)

    assert contents.tables is not None
    assert list(contents.tables) == ['a "b" \u00e9']


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_an_unchanged_file_keeps_its_copy_also_after_it_was_read(copies: Copies, tmp_path: Path, mode: str) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)", mode=mode)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        first = copies.take(str(path))
        copies.contents(first, None)
        again = copies.take(str(path), first)
        connection.execute("INSERT INTO t VALUES (2)")
        changed = copies.take(str(path), first)

    assert again == first
    assert changed != first


def test_a_virtual_table_of_an_unknown_module_hides_nothing_else(copies: Copies, tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", "PRAGMA writable_schema = on")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = on")
        sql = "CREATE VIRTUAL TABLE v USING unheard_of(a)"
        connection.execute("INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, ?)", (sql,))

    tables = copies.contents(copies.take(str(path)), None).tables

    assert tables is not None
    assert {name: state.rows for name, state in tables.items()} == {"t": 1, "v": 0}


def test_a_forgotten_copy_is_gone_from_disk(tmp_path: Path) -> None:
    reader = Reader()
    image, _ = reader.capture(str(database(tmp_path / "a.db", "CREATE TABLE t (a)")))
    assert image is not None
    assert Path(image).is_dir()

    reader.forget([image])
    assert not Path(image).exists()
    reader.close()
    assert not Path(image).parent.exists()


def test_a_killed_reader_is_told_at_once_and_nothing_is_judged_after(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (a)")
    copies = Copies()
    copy = copies.take(str(path))
    assert copy.image is not None
    assert copies.pid is not None
    os.kill(copies.pid, signal.SIGKILL)

    contents = copies.contents(copy, None)

    assert contents.tables is None
    assert "the reader process ended" in contents.reason
    assert copies.fault == contents.reason
    assert copies.take(str(path)) == Copy(reason=copies.fault)
    assert copies.contents(ABSENT, None).tables == {}
    assert not Path(copy.image).parent.exists()


def test_a_reader_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    monkeypatch.setattr("pytest_statefence.reader.ANSWER_TIMEOUT_MS", 50)
    os.kill(reader.pid, signal.SIGSTOP)

    with pytest.raises(ReaderLostError, match="gave no answer"):
        reader.made()
    reader.close()


def test_the_reader_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = "import os, sys; sys.path.insert(0, sys.argv[1])\n"
    code += "from pytest_statefence.reader import Reader; r = Reader(); r.made(); print(r.pid, flush=True); os._exit(9)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(images.__file__).parents[1])],
        stdout=subprocess.PIPE,
        check=False,
    )
    stat = Path(f"/proc/{int(done.stdout)}/stat")
    ended = threading.Event()
    for _ in range(500):
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        ended.wait(0.02)
    else:
        pytest.fail("the reader process is still there")


def test_a_dead_reader_fails_the_run(run_project: RunProject) -> None:
    inner = """
import os, signal, sqlite3, sys

def test(state_dir, pytestconfig):
    guard = pytestconfig.pluginmanager.getplugin("statefence-run").guard
    os.kill(guard._copies.pid, signal.SIGKILL)
    sqlite3.connect(state_dir / "runtime.db").execute("CREATE TABLE messages (a)")
"""
    ran = run_project({"test_inner.py": inner})

    assert ran.tests["test"].result == "passed"
    assert ran.status == 1
    assert "statefence itself failed, so this run proves nothing: the reader process ended" in ran.output
    assert "not judged" in ran.output


def test_files_made_and_removed_at_once_are_remembered(tmp_path: Path) -> None:
    reader = Reader()
    reader.watch([(str(tmp_path / "state"), 1)])
    subprocess.run(
        ["/bin/sh", "-c", 'mkdir -p "$0" && echo > "$0/x.db" && rm -r "$0"', str(tmp_path / "state")], check=True
    )
    (tmp_path / "unrelated").touch()

    made = reader.made()

    reader.close()
    assert (str(tmp_path / "state" / "x.db") in made.files) != (str(tmp_path / "state") in made.unseen)
    assert made.lost == ""
