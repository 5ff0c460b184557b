"""What happens outside every test is nobody's fault, and fails the run."""

from collections.abc import Callable
from typing import Any

RunProject = Callable[..., Any]

CREATE = """
import os, sqlite3
from pathlib import Path

def create(name):
    path = Path(os.environ["APP_STATE"], f"{name}_chat_runtime", f"{name}_chat_runtime.db")
    path.parent.mkdir(parents=True)
    sqlite3.connect(path).close()
"""

CONFTEST = """
import pytest
from create import create

create("conftest")

def pytest_runtest_logfinish(nodeid):
    if nodeid.endswith("test_one"):
        create("between")

@pytest.fixture(scope="session", autouse=True)
def wide():
    yield
    create("fixture")

def pytest_sessionfinish():
    create("finish")
"""

TESTS = """
from create import create

create("module")

def test_one():
    pass

def test_two():
    pass
"""


def test_every_moment_outside_of_tests_is_told_apart(run_project: RunProject) -> None:
    files = {"create.py": CREATE, "conftest.py": CONFTEST, "test_inner.py": TESTS}
    ran = run_project(files, APP_STATE="state")

    moments = [
        line for line in ran.output.splitlines() if line.endswith(":") and line.startswith(("while", "during", "after"))
    ]
    assert moments == [
        "while conftest files and plugins were imported:",
        "during collection:",
        "after test_inner.py::test_one and before test_inner.py::test_two:",
        "after test_inner.py::test_two, the last test:",
    ]
    assert {name: outcome.result for name, outcome in ran.tests.items()} == {"test_one": "passed", "test_two": "error"}
    assert "by sqlite3.connect by this process at create.py:8 in create < conftest.py:5 in <module>" in ran.output


def test_a_run_whose_tests_all_pass_fails_for_what_its_conftest_did(run_project: RunProject) -> None:
    conftest = 'from create import create\ncreate("conftest")\n'
    files = {"create.py": CREATE, "conftest.py": conftest, "test_inner.py": "def test():\n    pass\n"}

    ran = run_project(files, APP_STATE="state")

    assert ran.tests["test"].result == "passed"
    assert ran.status == 1


def test_what_was_there_before_the_run_is_not_held_against_it(run_project: RunProject) -> None:
    import_only = {"create.py": CREATE, "test_inner.py": "def test():\n    pass\n"}
    run_project({**import_only, "conftest.py": 'from create import create\ncreate("old")\n'}, APP_STATE="state")

    ran = run_project({**import_only, "conftest.py": ""}, APP_STATE="state")

    assert ran.status == 0
    assert "SF202" not in ran.output
