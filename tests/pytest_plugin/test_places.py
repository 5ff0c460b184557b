"""Where the policy points for a moment, or for a process, that is gone again when anybody looks."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

POLICY = """
[[forbidden]]
path = "{env:APP_STATE|{home}/.app}/stray.db"

[[forbidden]]
path = "{cwd}/own.db"
reason = "one database, not one per directory"
"""

SERVER = """
import os, sqlite3, sys

for line in sys.stdin:
    path = {"state": os.path.join(os.environ["APP_STATE"], "stray.db"), "cwd": "own.db"}[line.strip()]
    sqlite3.connect(path).close()
    print("done", flush=True)
"""

WORKER = """
import os, sqlite3, sys

what, place = sys.argv[1:]
if what == "chdir":
    os.chdir(place)
    sqlite3.connect("own.db").close()
elif what == "putenv":
    os.environ["APP_STATE"] = place
    sqlite3.connect(os.path.join(place, "stray.db")).close()
elif what == "start":
    import subprocess
    code = "import sqlite3; sqlite3.connect('own.db').close()"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=place, check=True)
"""

PRELUDE = """
import os, sqlite3, subprocess, sys
from pathlib import Path
from unittest import mock
import pytest

@pytest.fixture(autouse=True)
def elsewhere(tmp_path):
    path = tmp_path / "elsewhere"
    path.mkdir()
    return path
"""


@pytest.fixture
def run(run_project: RunProject) -> RunProject:
    def run_inner(text: str, *arguments: str) -> Any:
        inner = PRELUDE + dedent(text)
        return run_project(
            {"server.py": SERVER, "worker.py": WORKER, "test_inner.py": inner}, *arguments, policy=POLICY
        )

    return run_inner


def test_a_server_of_a_fixture_is_watched_where_it_was_sent_as_long_as_it_runs(run: RunProject) -> None:
    inner = """
        @pytest.fixture(scope="session")
        def server(tmp_path_factory):
            state, cwd = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("cwd")
            command = [sys.executable, "-S", str(Path(__file__).with_name("server.py"))]
            pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            with subprocess.Popen(command, env={"APP_STATE": str(state)}, cwd=cwd, **pipes) as process:
                def ask(word):
                    process.stdin.write(word + "\\n")
                    process.stdin.flush()
                    assert process.stdout.readline() == "done\\n"
                yield ask
                process.stdin.close()

        def test_that_starts_it(server):
            pass

        def test_between():
            pass

        @pytest.mark.parametrize("word", ["state", "cwd"])
        def test_that_asks(server, word):
            server(word)

        def test_after_it():
            pass
        """
    ran = run(inner)

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert ran.status == 1
    for name in ("test_that_asks[state]", "test_that_asks[cwd]"):
        told = ran.output.partition(f"during test_inner.py::{name}, maybe not by it:")[2]
        assert "SF202 a database was created" in told.partition("maybe not by it")[0], ran.output


def test_a_directory_that_is_left_again_counts(run: RunProject) -> None:
    inner = """
        def test_by_name(elsewhere):
            before = os.getcwd()
            os.chdir(elsewhere)
            sqlite3.connect("own.db").close()
            os.chdir(before)

        def test_by_descriptor(elsewhere):
            descriptors = [os.open(path, os.O_RDONLY) for path in (elsewhere, ".")]
            for descriptor in descriptors:
                os.fchdir(descriptor)
                if descriptor == descriptors[0]:
                    sqlite3.connect("own.db").close()
                os.close(descriptor)
        """
    ran = run(inner)

    assert {outcome.result for outcome in ran.tests.values()} == {"failed"}, ran.output


def test_a_home_that_is_replaced_within_a_test_counts_and_no_call_is_made_of_a_mock(run: RunProject) -> None:
    inner = """
        def leak():
            state = Path.home() / ".app"
            state.mkdir()
            sqlite3.connect(state / "stray.db").close()

        @pytest.fixture
        def mocked(elsewhere):
            with mock.patch.object(Path, "home", return_value=elsewhere) as home:
                yield home

        def test_by_a_function(elsewhere):
            with mock.patch.object(Path, "home", lambda: elsewhere):
                leak()

        def test_by_a_mock(elsewhere):
            with mock.patch.object(Path, "home", return_value=elsewhere) as home:
                leak()
            home.assert_called_once_with()

        def test_by_a_mock_of_a_fixture(mocked):
            leak()
            mocked.assert_called_once_with()

        def test_that_has_none(monkeypatch):
            monkeypatch.setattr(Path, "home", mock.Mock(side_effect=RuntimeError))
            sqlite3.connect(":memory:").close()
        """
    ran = run(inner)

    outcomes = {name: outcome.result for name, outcome in ran.tests.items()}
    assert outcomes.pop("test_that_has_none") == "passed"
    assert set(outcomes.values()) == {"failed"}
    assert "AssertionError" not in ran.output
    assert ran.output.count("SF202 a database was created where none may be\n") == 3


def test_a_python_child_tells_where_it_goes_by_itself(run: RunProject, child_python: str) -> None:
    inner = f"""
        @pytest.mark.parametrize("what", ["chdir", "putenv", "start"])
        def test_with_a_child(elsewhere, what):
            command = [{child_python!r}, str(Path(__file__).with_name("worker.py")), what, str(elsewhere)]
            subprocess.run(command, check=True)

        def test_that_has_made_it_before(elsewhere):
            sqlite3.connect(elsewhere / "own.db").close()
            code = "import os, sqlite3, sys; os.chdir(sys.argv[1]); sqlite3.connect('own.db').execute('SELECT 1')"
            subprocess.run([{child_python!r}, "-c", code, str(elsewhere)], check=True)
        """
    ran = run(inner)

    outcomes = {name: outcome.result for name, outcome in ran.tests.items()}
    assert outcomes.pop("test_that_has_made_it_before") == "passed", ran.output
    assert set(outcomes.values()) == {"failed"}, ran.output


def test_a_fork_tells_what_it_does_and_where_it_goes(run: RunProject) -> None:
    inner = """
        import multiprocessing, time

        def leak(place):
            os.chdir(place)
            sqlite3.connect("own.db").close()

        def test_that_forks(elsewhere):
            process = multiprocessing.get_context("fork").Process(target=leak, args=(elsewhere,))
            process.start()
            process.join()

        def test_that_leaves_a_fork(tmp_path_factory):
            global pid
            place = tmp_path_factory.mktemp("left")
            reading, writing = os.pipe()
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                os.chdir(place)
                os.write(writing, b"x")
                while not (place / "go").exists() and os.getppid() == parent:
                    time.sleep(0.01)
                leak(place)
                os._exit(0)
            os.read(reading, 1)
            os.environ["LEFT"] = str(place)

        def test_that_is_on(elsewhere):
            Path(os.environ["LEFT"], "go").touch()
            os.waitpid(pid, 0)
        """
    ran = run(inner)

    assert ran.tests["test_that_forks"].result == "failed"
    assert "  by sqlite3.connect by a fork of this process (pid " in ran.tests["test_that_forks"].text
    assert "test_inner.py:17 in leak" in ran.tests["test_that_forks"].text
    assert [ran.tests[name].result for name in ("test_that_leaves_a_fork", "test_that_is_on")] == ["passed"] * 2
    candidates = ran.output.rpartition("may have been done by one of these:")[2].split()
    assert candidates[:2] == ["test_inner.py::test_that_leaves_a_fork", "test_inner.py::test_that_is_on"]
