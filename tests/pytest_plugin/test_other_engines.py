"""Writers that no hook sees: other engines, memory maps. The disk tells all the same."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]

ENGINES = """
import apsw, duckdb, sqlite3
from contextlib import closing
import pytest

@pytest.fixture(params=["delete", "wal"])
def runtime(state_dir, request):
    with closing(sqlite3.connect(state_dir / "runtime.db")) as connection:
        connection.execute(f"PRAGMA journal_mode = {request.param}")
        connection.execute("CREATE TABLE messages (a)")
        connection.execute("CREATE TABLE drafts (a)")
    return state_dir / "runtime.db"

def test_that_writes_its_own_by_apsw(runtime):
    with closing(apsw.Connection(str(runtime))) as connection:
        connection.execute("INSERT INTO messages VALUES (1)")

def test_that_writes_foreign_tables_by_apsw(runtime):
    with closing(apsw.Connection(str(runtime))) as connection:
        connection.execute("CREATE TABLE models (a)")

def test_that_makes_a_forbidden_database_by_apsw(state_dir):
    (state_dir / "x_chat_runtime").mkdir()
    with closing(apsw.Connection(str(state_dir / "x_chat_runtime/x_chat_runtime.db"))) as connection:
        connection.execute("CREATE TABLE models (a)")

def test_that_makes_a_forbidden_database_by_duckdb(state_dir):
    (state_dir / "x_chat_runtime").mkdir()
    with duckdb.connect(str(state_dir / "x_chat_runtime/x_chat_runtime.db")) as connection:
        connection.execute("CREATE TABLE models (a INTEGER)")

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")

@pytest.fixture
def there(shared, monkeypatch):
    monkeypatch.setenv("APP_STATE", str(shared))
    return shared / "x_chat_runtime/x_chat_runtime.db"

@pytest.mark.statefence_off(reason="it prepares the others")
def test_that_comes_first(there):
    there.parent.mkdir()
    with duckdb.connect(str(there)) as connection:
        connection.execute("CREATE TABLE models (a INTEGER)")

def test_that_reads_by_duckdb(there):
    with duckdb.connect(str(there), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM models").fetchone() == (0,)

def test_that_writes_by_duckdb(there):
    with duckdb.connect(str(there)) as connection:
        connection.execute("INSERT INTO models VALUES (1)")
"""


def test_engines_without_audit_events_are_judged_by_the_disk(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": ENGINES})

    said = {name: [line.partition(":")[0] for line in outcome.said] for name, outcome in ran.tests.items()}
    assert said == {
        "test_that_writes_its_own_by_apsw[delete]": [],
        "test_that_writes_its_own_by_apsw[wal]": [],
        "test_that_writes_foreign_tables_by_apsw[delete]": [
            "SF301 a foreign table was made or dropped in the runtime database"
        ],
        "test_that_writes_foreign_tables_by_apsw[wal]": [
            "SF301 a foreign table was made or dropped in the runtime database"
        ],
        "test_that_makes_a_forbidden_database_by_apsw": ["SF202 a database was created where none may be"],
        "test_that_makes_a_forbidden_database_by_duckdb": ["SF202 a file was created where none may be"],
        "test_that_comes_first": [],
        "test_that_reads_by_duckdb": [],
        "test_that_writes_by_duckdb": ["SF202 a forbidden database was written"],
    }
    assert "nobody was seen at it: SQL such as ATTACH, a C library, or a process started elsewhere" in ran.output


MAPPED = """
import mmap, subprocess, sys, time
from pathlib import Path
import pytest

POLICY_FILE = "x_chat_runtime/x_chat_runtime.db"

@pytest.fixture(scope="module", autouse=True)
def state(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("state")
        patch.setenv("APP_STATE", str(path))
        yield path

@pytest.fixture(scope="module")
def memory(state):
    (state / "events.log").write_bytes(b"1" * 8192)
    with (state / "events.log").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[0] = 50
        yield memory

def test_that_maps(memory): time.sleep(0.1)

def test_that_changes_nothing(memory): time.sleep(0.1)

def test_that_writes_a_page_that_is_dirty_already(memory):
    memory[1] = 51

def test_that_changes_nothing_after_it(memory): pass

CHILD = '''
import mmap, sys
with open(sys.argv[1], "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
    for number, line in enumerate(sys.stdin):
        memory[number] = 60 + number
        print("done", flush=True)
'''

@pytest.fixture(scope="module")
def child(state):
    path = str(state / "events.log")
    command = [sys.executable, "-S", "-c", CHILD, path]
    with subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.stdin.close()

def ask(child):
    child.stdin.write(b"go" + bytes([10]))
    child.stdin.flush()
    child.stdout.readline()
    time.sleep(0.05)

@pytest.mark.statefence_off(reason="it dirties the page")
def test_whose_child_maps(child, state):
    ask(child)

def test_whose_child_writes_a_page_that_is_dirty_already(child):
    ask(child)
"""

MAPPED_POLICY = """\
[layers]
app = ["app.**"]

[stores.events]
path = "{env:APP_STATE}/events.log"
kind = "file"
owners = ["app"]
append-only = true
"""


def test_a_page_written_again_in_memory_is_told_by_what_the_file_holds(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": dedent(MAPPED)}, policy=MAPPED_POLICY)

    assert {name: outcome.result for name, outcome in ran.tests.items() if outcome.result != "passed"} == {
        "test_that_writes_a_page_that_is_dirty_already": "failed"
    }
    assert "during test_inner.py::test_whose_child_writes_a_page_that_is_dirty_already, maybe not by it:" in ran.output
    assert ran.output.count("SF501 an append-only file was rewritten") == 3
