"""Other ways to write and to run tests: each test is judged once, by its own doing, and nothing breaks."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

CREATE = """
import sqlite3
from pathlib import Path

def create(place, name="x"):
    path = Path(place, f"{name}_chat_runtime", f"{name}_chat_runtime.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    sqlite3.connect(path).close()
"""


def files(text: str) -> dict[str, str]:
    return {"create.py": CREATE, "test_inner.py": dedent(text)}


ASYNC = """
import asyncio, sys
import aiosqlite, anyio, pytest, pytest_asyncio
from create import create

CODE = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).close()"

@pytest.mark.asyncio
async def test_asyncio(state_dir):
    await asyncio.to_thread(create, state_dir)

@pytest.mark.asyncio
async def test_asyncio_child(state_dir):
    (state_dir / "x_chat_runtime").mkdir()
    path = str(state_dir / "x_chat_runtime" / "x_chat_runtime.db")
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", CODE, path, env={})
    await process.wait()

@pytest.mark.asyncio
async def test_asyncio_that_does_nothing(state_dir):
    await asyncio.sleep(0)

@pytest_asyncio.fixture
async def connection(state_dir):
    async with aiosqlite.connect(state_dir / "runtime.db") as connection:
        yield connection

@pytest.mark.asyncio
async def test_aiosqlite(connection):
    await connection.execute("CREATE TABLE models (a)")

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_anyio(state_dir, anyio_backend):
    await anyio.to_thread.run_sync(create, state_dir)
"""


def test_coroutines_are_judged_like_functions(run_project: RunProject) -> None:
    ran = run_project(files(ASYNC), "-p", "no:randomly", plugins=("asyncio", "anyio"))

    assert {name: (outcome.result, len(outcome.said)) for name, outcome in ran.tests.items()} == {
        "test_asyncio": ("failed", 1),
        "test_asyncio_child": ("failed", 1),
        "test_asyncio_that_does_nothing": ("passed", 0),
        "test_aiosqlite": ("failed", 1),
        "test_anyio[asyncio]": ("failed", 1),
    }


UNITTEST = """
import os, unittest
from create import create

STATE = os.environ["APP_STATE"]

class TestOne(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        create(STATE, "class")

    def setUp(self):
        create(STATE, self.id().rpartition("_")[2])

    def test_a(self):
        pass

    def test_b(self):
        create(STATE, "call")

class TestTwo(unittest.TestCase):
    def test_innocent(self):
        pass

class TestThree(unittest.IsolatedAsyncioTestCase):
    async def test_async(self):
        create(STATE, "async")
"""


def test_cases_of_unittest_are_told_with_their_class_fixtures(run_project: RunProject) -> None:
    ran = run_project(files(UNITTEST), APP_STATE="state")

    said = {name: sorted(line.rpartition("/")[2] for line in outcome.said) for name, outcome in ran.tests.items()}
    database = "{}_chat_runtime.db".format
    assert said == {
        "test_a": [database("class")],
        "test_b": [database("b"), database("call")],
        "test_innocent": [],
        "test_async": [database("async")],
    }
    assert "by the setup of the class fixture `_unittest_setUpClass_fixture_TestOne`" in ran.tests["test_a"].text


SUBTESTS = """
import unittest
from create import create

def test_with_parts(state_dir, subtests):
    with subtests.test("first"):
        create(state_dir)
    with subtests.test("second"):
        pass

def test_without_fault(state_dir, subtests):
    with subtests.test("only"):
        pass
"""


def test_parts_of_a_test_are_judged_together(run_project: RunProject) -> None:
    ran = run_project(files(SUBTESTS))

    assert ran.status == 1
    assert ran.output.count("test_with_parts (call): SF202") == 1
    assert "test_without_fault" not in ran.output


def test_a_rerun_heals_nothing(run_project: RunProject) -> None:
    inner = """
        import os
        from create import create

        def test():
            create(os.environ["APP_STATE"])
        """
    ran = run_project(files(inner), "--reruns", "1", plugins=("rerunfailures",), APP_STATE="state")

    assert "1 rerun" in ran.output
    assert "test_inner.py::test (call): SF202" in ran.output
    assert ran.status == 1


THREE = """
import os
import pytest
from create import create

@pytest.mark.parametrize("number", range(3))
def test(number):
    if number:
        create(os.environ["APP_STATE"], str(number))
"""


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [((), "2 failed, 1 passed"), (("-x",), "1 failed, 1 passed"), (("--maxfail=2",), "2 failed, 1 passed")],
)
def test_the_run_stops_after_as_many_failures_as_asked(
    run_project: RunProject, options: tuple[str, ...], outcomes: str
) -> None:
    ran = run_project(files(THREE), *options, APP_STATE="state")

    assert outcomes in ran.output
    assert ran.status == 1


def test_the_last_failures_are_run_again(run_project: RunProject) -> None:
    run_project(files(THREE), plugins=("cacheprovider",), APP_STATE="first")
    ran = run_project(files(THREE), "--lf", plugins=("cacheprovider",), APP_STATE="second")

    assert "rerun previous 2 failures" in ran.output
    assert {name: outcome.result for name, outcome in ran.tests.items()} == {"test[1]": "failed", "test[2]": "failed"}


def test_a_debugger_is_asked_for_exceptions_only(run_project: RunProject) -> None:
    ran = run_project(files(THREE), "--pdb", APP_STATE="state")

    assert "2 failed, 1 passed" in ran.output
    assert "(Pdb)" not in ran.output


def test_a_database_per_tenant_is_watched_for_each(run_project: RunProject) -> None:
    policy = """\
[layers]
app = ["app.**"]

[stores.notes]
path = "{env:APP_STATE}/users/{user}/{user}.db"
owners = ["app"]
tables = ["notes"]

[stores.accounts]
path = "{env:APP_STATE}/accounts.db"
owners = ["app"]
tables = ["accounts"]

[stores.journal]
path = "{env:APP_STATE}/users/{user}/journal.md"
kind = "file"
owners = ["app"]
append-only = true
"""
    inner = """
        import sqlite3
        import pytest

        @pytest.fixture
        def users(state_dir):
            for user in ("ann", "bob"):
                (state_dir / "users" / user).mkdir(parents=True)
                (state_dir / "users" / user / "journal.md").write_text("first")
            return state_dir / "users"

        def write(path, table):
            sqlite3.connect(path).execute(f"CREATE TABLE {table} (a)").connection.close()

        def test_own_tables(users):
            write(users / "ann" / "ann.db", "notes")

        def test_foreign_tables_of_one(users):
            write(users / "bob" / "bob.db", "accounts")

        def test_a_file_that_is_no_tenants(users):
            write(users / "bob" / "ann.db", "accounts")

        def test_the_journal_of_one(users):
            (users / "bob" / "journal.md").rename(users / "ann" / "journal.md")
        """
    ran = run_project({"test_inner.py": dedent(inner)}, policy=policy)

    said = {name: [line.partition(": ")[0] for line in outcome.said] for name, outcome in ran.tests.items()}
    assert said == {
        "test_own_tables": [],
        "test_foreign_tables_of_one": ["SF301 a foreign table was made or dropped in the notes database"],
        "test_a_file_that_is_no_tenants": [],
        "test_the_journal_of_one": [
            "SF501 an append-only file was replaced",
            "SF501 an append-only file was removed",
        ],
    }
