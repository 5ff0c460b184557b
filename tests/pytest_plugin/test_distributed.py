"""Several workers at once: each is guarded, and nobody is blamed for what another did on files they share."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

RunProject = Callable[..., Any]

CREATE = """
import sqlite3, time
from pathlib import Path

def create(place, name):
    path = Path(place, f"{name}_chat_runtime", f"{name}_chat_runtime.db")
    path.parent.mkdir(parents=True)
    sqlite3.connect(path).close()
"""


def test_with_a_directory_each_only_the_guilty_fail(run_project: RunProject) -> None:
    inner = """
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(24))
        def test(state_dir, number):
            if number % 6 == 0:
                create(state_dir, "x")
        """
    ran = run_project({"create.py": CREATE, "test_inner.py": dedent(inner)}, "-n2")

    guilty = {f"test[{number}]" for number in range(0, 24, 6)}
    assert {name for name, outcome in ran.tests.items() if outcome.result == "failed"} == guilty
    assert len(ran.tests) == 24
    assert ran.output.count("(call): SF202") == 4


def test_on_a_shared_directory_no_test_is_blamed_and_the_run_fails(run_project: RunProject) -> None:
    inner = """
        import os, time
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(6))
        def test(number):
            time.sleep(0.05)
            if number == 1:
                create(os.environ["APP_STATE"], "guilty")
            time.sleep(0.05)
        """
    ran = run_project({"create.py": CREATE, "test_inner.py": dedent(inner)}, "-n2", APP_STATE="shared")

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert ran.status == 1
    assert ran.output.count("SF202 a database was created where none may be") == 1
    candidates = ran.output.rpartition("may have been done by one of these:")[2]
    assert "test_inner.py::test[1]" in candidates
    assert any(f"test_inner.py::test[{number}]" in candidates for number in (0, 2, 3, 4, 5))
    assert ran.output.count("on files that several workers share") == 1


def test_what_conftest_does_is_told_once_although_every_worker_imports_it(run_project: RunProject) -> None:
    conftest = """
        import os
        from pathlib import Path
        from create import create

        if not Path(os.environ["APP_STATE"]).exists():
            create(os.environ["APP_STATE"], "early")
        """
    files = {"create.py": CREATE, "conftest.py": dedent(conftest), "test_inner.py": "def test():\n    pass\n"}

    ran = run_project(files, "-n2", APP_STATE="shared")

    assert ran.status == 1
    assert ran.output.count("SF202 a database was created where none may be") == 1
    assert "while conftest files and plugins were imported:" in ran.output


def test_a_dropped_variable_is_its_test_s_own_fault_everywhere(run_project: RunProject) -> None:
    inner = """
        import subprocess

        def test(monkeypatch):
            monkeypatch.setenv("APP_HOST", "chat")
            subprocess.run(["true"], env={"PATH": "/bin"})
        """
    ran = run_project({"test_inner.py": dedent(inner)}, "-n2", APP_STATE="shared")

    assert ran.tests["test"].result == "failed"
    assert "SF101" in ran.tests["test"].text


def test_a_wrong_marker_is_told_by_the_run(run_project: RunProject) -> None:
    inner = "import pytest\n\n@pytest.mark.statefence_off()\ndef test():\n    pass\n"

    ran = run_project({"test_inner.py": inner}, "-n2")

    assert ran.status != 0
    assert "statefence_off: a reason is missing" in ran.output


@pytest.mark.parametrize(("mode", "status"), [("fail", 1), ("warn", 0)])
def test_an_exit_handler_of_a_worker_is_told_and_fails_the_run(run_project: RunProject, mode: str, status: int) -> None:
    inner = """
        import atexit
        from pathlib import Path
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(4))
        def test(state_dir, number):
            atexit.register(create, Path(state_dir), f"late{number}")
        """
    files = {"create.py": CREATE, "conftest.py": "", "test_inner.py": dedent(inner)}

    ran = run_project(files, "-n2", f"--statefence={mode}", "-o", "statefence_state_dir=worker")

    assert {outcome.result for outcome in ran.tests.values()} == {"passed"}
    assert ran.status == status
    assert ran.output.count("SF202 a database was created where none may be") == 4
    assert "after the run, by an exit handler or a thread" in ran.output


def test_a_worker_that_ends_without_telling_is_not_judged(run_project: RunProject) -> None:
    inner = """
        import atexit, os

        def test():
            atexit.register(os._exit, 0)
        """
    ran = run_project({"test_inner.py": dedent(inner)}, "-n1")

    assert ran.status == 0
    assert "not judged: what exit handlers of gw0 did: it ended without telling" in ran.output
