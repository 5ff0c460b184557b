"""Who is said to have done it: nobody for what another left running, and fixtures by their names."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

CREATE = """
import os, sqlite3
from pathlib import Path

def create(place, name="x"):
    path = Path(place, f"{name}_chat_runtime", f"{name}_chat_runtime.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    sqlite3.connect(path).close()
"""

SHARED = """
import os, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import pytest
from create import create

@pytest.fixture(scope="module", autouse=True)
def state(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("state")
        patch.setenv("APP_STATE", str(path))
        yield path

def wait_for(path):
    while not path.exists():
        time.sleep(0.01)

CHILD = '''
import os, sqlite3, sys, time
place = sys.argv[1]
while not os.path.exists(place + "/go"):
    time.sleep(0.01)
os.mkdir(place + "/x_chat_runtime")
sqlite3.connect(place + "/x_chat_runtime/x_chat_runtime.db").close()
open(place + "/done", "w").close()
time.sleep(60)
'''
"""


def shared(text: str) -> dict[str, str]:
    return {"create.py": CREATE, "test_inner.py": SHARED + dedent(text)}


def test_a_child_that_outlives_its_test_is_told_with_who_started_it(run_project: RunProject) -> None:
    inner = """
        def test_that_leaves_a_child(state):
            global left
            left = subprocess.Popen([sys.executable, "-S", "-c", CHILD, str(state)], env={})

        def test_that_is_on_when_it_writes(state):
            (state / "go").touch()
            wait_for(state / "done")

        def test_that_ends_it():
            left.kill()
            left.wait()
        """
    ran = run_project(shared(inner))

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert ran.status == 1
    assert "during test_inner.py::test_that_is_on_when_it_writes, maybe not by it:" in ran.output
    candidates = ran.output.rpartition("may have been done by one of these:")[2].split()
    assert candidates[:2] == [
        "test_inner.py::test_that_leaves_a_child",
        "test_inner.py::test_that_is_on_when_it_writes",
    ]
    assert "(pid " in ran.output


def test_a_thread_that_outlives_its_test_is_told_with_who_started_it(run_project: RunProject) -> None:
    inner = """
        go, done = threading.Event(), threading.Event()

        def work(state):
            go.wait()
            create(state)
            done.set()

        def test_that_leaves_a_thread(state):
            threading.Thread(target=work, args=(state,)).start()

        def test_that_is_on_when_it_writes():
            go.set()
            done.wait()

        def test_that_writes_itself_while_a_thread_lives(state):
            thread = threading.Thread(target=threading.Event().wait, args=(60,), daemon=True)
            thread.start()
            create(state, "y")
        """
    ran = run_project(shared(inner))

    results = {name: outcome.result for name, outcome in ran.tests.items()}
    assert results == {
        "test_that_leaves_a_thread": "passed",
        "test_that_is_on_when_it_writes": "passed",
        "test_that_writes_itself_while_a_thread_lives": "failed",
    }
    candidates = ran.output.rpartition("may have been done by one of these:")[2].split()
    assert candidates[0] == "test_inner.py::test_that_leaves_a_thread"
    assert "by sqlite3.connect by this process at create.py:8 in create < test_inner.py" in ran.output


def test_a_pool_works_for_whoever_asks_it(run_project: RunProject) -> None:
    inner = """
        pool = ThreadPoolExecutor(1)

        def test_that_starts_the_pool():
            pool.submit(int).result()

        def test_that_asks_it(state):
            pool.submit(create, state).result()
        """
    ran = run_project(shared(inner))

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert ran.status == 1
    candidates = ran.output.rpartition("may have been done by one of these:")[2].split()
    assert candidates[:2] == ["test_inner.py::test_that_starts_the_pool", "test_inner.py::test_that_asks_it"]


def test_a_child_of_the_test_is_the_test_s_although_a_server_of_a_fixture_runs(run_project: RunProject) -> None:
    inner = """
        @pytest.fixture(scope="session", autouse=True)
        def server():
            with subprocess.Popen(["sleep", "60"]) as process:
                yield
                process.kill()

        def test_first(): pass

        def test_that_writes_itself(state):
            create(state)
        """
    ran = run_project(shared(inner))

    assert ran.tests["test_that_writes_itself"].result == "failed"


SERVED = """
WRITE = 'import sys, sqlite3; sqlite3.connect(sys.argv[1]).execute("CREATE TABLE models (name)")'

SERVER = '''
import os, sqlite3, sys, time
place, holds = sys.argv[1], sys.argv[2] == "holds"
opened = sqlite3.connect(place + "/x_chat_runtime/x_chat_runtime.db") if holds else None
if opened:
    opened.execute("CREATE TABLE models (name)")
open(place + "/ready", "w").close()
while not os.path.exists(place + "/go"):
    time.sleep(0.01)
if opened:
    opened.execute("CREATE TABLE settings (name)")
open(place + "/done", "w").close()
time.sleep(60)
'''

@pytest.fixture(scope="session")
def served(tmp_path_factory):
    place = tmp_path_factory.mktemp("served")
    (place / "x_chat_runtime").mkdir()
    return place

@pytest.fixture(scope="module", autouse=True)
def state(served):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APP_STATE", str(served))
        yield served

@pytest.fixture(scope="session", autouse=True)
def server(served):
    command = [sys.executable, "-S", "-c", SERVER, str(served), {holds!r}]
    with subprocess.Popen(command, env={{}}) as process:
        wait_for(served / "ready")
        yield
        process.kill()

@pytest.fixture
def database(state, request):
    return str(state / "x_chat_runtime" / f"{{request.node.name}}_chat_runtime.db")

def test_first():
    pass
"""


def test_a_server_that_only_stands_by_does_not_take_the_blame_off_a_test(run_project: RunProject) -> None:
    inner = """
def test_with_a_python_that_reports(database):
    subprocess.run([sys.executable, "-c", WRITE, database], check=True)

def test_with_a_python_that_does_not(database):
    subprocess.run([sys.executable, "-S", "-c", WRITE, database], env={}, check=True)

def test_with_a_grandchild(database):
    shell = ["sh", "-c", '"$@"; :', "sh"]
    subprocess.run([*shell, sys.executable, "-S", "-c", WRITE, database], env={}, check=True)

def test_with_a_shell(database):
    os.system(f"printf x > {database}")
"""
    ran = run_project(shared(SERVED.format(holds="stands by") + inner))

    results = {name: outcome.result for name, outcome in ran.tests.items() if name != "test_first"}
    assert len(results) == 4
    assert set(results.values()) == {"failed"}
    assert "maybe not by it" not in ran.output


def test_a_server_that_holds_the_file_may_have_done_it(run_project: RunProject) -> None:
    inner = """
def test_that_asks_the_server(state):
    (state / "go").touch()
    subprocess.run(["true"], check=True)
    wait_for(state / "done")
"""
    ran = run_project(shared(SERVED.format(holds="holds") + inner))

    assert ran.tests["test_that_asks_the_server"].result == "passed"
    assert "during test_inner.py::test_that_asks_the_server, maybe not by it:" in ran.output


def test_a_child_that_began_after_the_change_is_no_culprit(run_project: RunProject) -> None:
    inner = """
        def test_that_leaves_a_child(state):
            global left
            left = subprocess.Popen([sys.executable, "-S", "-c", CHILD, str(state)], env={})

        def test_that_is_on_when_it_writes(state):
            (state / "go").touch()
            wait_for(state / "done")
            time.sleep(0.5)
            subprocess.run(["true"], check=True)

        def test_that_ends_it():
            left.kill()
            left.wait()
        """
    ran = run_project(shared(inner))

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert "during test_inner.py::test_that_is_on_when_it_writes, maybe not by it:" in ran.output


def test_a_child_that_a_thread_of_an_earlier_test_starts_is_not_laid_to_the_test_alone(run_project: RunProject) -> None:
    inner = """
        go, done = threading.Event(), threading.Event()

        def work(state):
            go.wait()
            (state / "x_chat_runtime").mkdir()
            subprocess.run(["sh", "-c", f"printf x > {state}/x_chat_runtime/x_chat_runtime.db"], check=True)
            done.set()

        def test_that_leaves_a_thread(state):
            threading.Thread(target=work, args=(state,)).start()

        def test_that_is_on_when_it_writes():
            go.set()
            done.wait()
        """
    ran = run_project(shared(inner))

    assert ran.tests["test_that_is_on_when_it_writes"].result == "passed"
    assert "during test_inner.py::test_that_is_on_when_it_writes, maybe not by it:" in ran.output


def test_children_that_go_on_after_the_run_are_told(run_project: RunProject) -> None:
    inner = """
        def test():
            global left
            left = subprocess.Popen(["sleep", "3"])
        """
    ran = run_project(shared(inner))

    assert ran.status == 0
    assert "not judged: what it does after the run: child `sleep 3` (pid " in ran.output


SCOPES = """
import pytest
from create import create

@pytest.fixture(scope={scope!r})
def wide(pytestconfig):
    create(pytestconfig.rootpath / "state", "setup")
    yield
    create(pytestconfig.rootpath / "state", "teardown")
"""


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_a_wide_fixture_is_named_for_its_setup_and_teardown(run_project: RunProject, scope: str) -> None:
    inner = """
        import pytest

        @pytest.fixture
        def narrow():
            yield

        class TestAll:
            def test_before(self): pass
            def test_first(self, wide, narrow): pass
            def test_last(self, wide, narrow): pass
        """
    files = {"create.py": CREATE, "conftest.py": SCOPES.format(scope=scope), "test_inner.py": dedent(inner)}

    ran = run_project(files, APP_STATE="state")

    results = {name: (outcome.result, len(outcome.said)) for name, outcome in ran.tests.items()}
    assert results == {"test_before": ("passed", 0), "test_first": ("error", 1), "test_last": ("error", 1)}
    assert f"by the setup of the {scope} fixture `wide`" in ran.tests["test_first"].text
    assert f"by the teardown of the {scope} fixture `wide`" in ran.tests["test_last"].text


def test_what_a_test_does_before_a_wide_fixture_is_not_the_fixture_s(run_project: RunProject) -> None:
    inner = """
        import pytest
        from create import create

        @pytest.fixture(scope="module")
        def wide():
            yield

        @pytest.fixture
        def narrow(pytestconfig):
            create(pytestconfig.rootpath / "state", "narrow")

        def test(narrow, request):
            request.getfixturevalue("wide")
        """
    ran = run_project({"create.py": CREATE, "test_inner.py": dedent(inner)}, APP_STATE="state")

    assert ran.tests["test"].result == "error"
    assert "fixture `wide`" not in ran.output


ATEXIT = """
import atexit, os
import pytest
from create import create

def test(pytestconfig):
    atexit.register(create, pytestconfig.rootpath / "state", "late")
    atexit.register(print, "another handler")
"""


@pytest.mark.parametrize(("mode", "status"), [("fail", 1), ("warn", 0)])
def test_an_exit_handler_is_told_and_fails_the_run(run_project: RunProject, mode: str, status: int) -> None:
    files = {"create.py": CREATE, "conftest.py": "import atexit\natexit.register(print, 'early handler')\n"}

    ran = run_project({**files, "test_inner.py": ATEXIT}, f"--statefence={mode}", APP_STATE="state")

    assert ran.tests["test"].result == "passed"
    assert ran.status == status
    assert "statefence: after the run, by an exit handler or a thread:" in ran.output
    assert "SF202 a database was created where none may be" in ran.output
    assert "early handler" in ran.output


def test_what_a_program_does_after_the_run_it_started_is_its_own_business(run_project: RunProject) -> None:
    script = """
        import os, pytest
        from create import create

        def test_nothing(): pass

        def test_program(pytester_path):
            pass
        """
    conftest = """
        import subprocess, sys, os
        import pytest

        @pytest.fixture
        def pytester_path(pytestconfig):
            code = "import pytest, sys; from create import create; "
            code += "status = pytest.main(['-k', 'nothing', '-p', 'no:cacheprovider']); create('state', 'after');"
            code += "sys.exit(status)"
            environ = {**os.environ, "APP_STATE": "other"}
            subprocess.run([sys.executable, "-c", code], check=True, cwd=pytestconfig.rootpath, env=environ)
        """
    files = {"create.py": CREATE, "conftest.py": dedent(conftest), "test_inner.py": dedent(script)}

    ran = run_project(files, "-k", "program", APP_STATE="state")

    assert ran.tests["test_program"].result == "error"
    assert "after the run, by an exit handler" not in ran.output
