"""Python children tell what they do themselves, however little of the environment reaches them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_statefence import journal, rendezvous

RunProject = Callable[..., Any]

ROOT = Path(__file__).parents[2]

WORKER = """
import os, sqlite3, subprocess, sys

def save(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE models (a)")

def launch(path):
    subprocess.run([sys.executable, __file__, path], env={}, check=True)

if __name__ == "__main__":
    os.closerange(3, 256)
    (launch if "--launch" in sys.argv else save)(sys.argv[1])
"""

INNER = """
import os, subprocess
import pytest

PYTHON = os.environ["CHILD_PYTHON"]
WORKER = os.path.join(os.path.dirname(__file__), "worker.py")
DATABASE = "x_chat_runtime/x_chat_runtime.db"

def test_empty_environment(state_dir):
    subprocess.run([PYTHON, WORKER, state_dir / DATABASE], env={}, check=True)

def test_isolated_grandchild_of_a_shell(state_dir):
    subprocess.run(f"env -i {PYTHON} -I {WORKER} {state_dir / DATABASE}; true", shell=True, check=True)

def test_without_site(state_dir):
    subprocess.run([PYTHON, "-S", WORKER, state_dir / DATABASE], env={}, check=True)

def test_child_that_drops_a_variable(state_dir, monkeypatch):
    monkeypatch.setenv("APP_HOST", "chat")
    subprocess.run([PYTHON, WORKER, state_dir / "admin.db", "--launch"], check=True)
"""


OWN_STATE = """
[[forbidden]]
path = "{repo}/state/*_chat_runtime/*_chat_runtime.db"
"""


def test_the_line_of_the_child_is_told(run_project: RunProject, child_python: str) -> None:
    ran = run_project({"worker.py": WORKER, "test_inner.py": INNER}, CHILD_PYTHON=child_python)

    assert {name: outcome.result for name, outcome in ran.tests.items()} == dict.fromkeys(ran.tests, "failed")
    opened = "  by sqlite3.connect by child `{} "
    for name, command in {
        "test_empty_environment": "python",
        "test_isolated_grandchild_of_a_shell": "python -I",
    }.items():
        assert opened.format(command) in ran.tests[name].text, name
        assert "at worker.py:6 in save < worker.py:14 in <module>" in ran.tests[name].text, name
    assert "sqlite3.connect by" not in ran.tests["test_without_site"].text
    assert "  by child `python -S " in ran.tests["test_without_site"].text


def test_a_child_that_starts_another_without_a_variable_is_told(run_project: RunProject, child_python: str) -> None:
    ran = run_project({"worker.py": WORKER, "test_inner.py": INNER}, "-k", "drops", CHILD_PYTHON=child_python)

    text = ran.tests["test_child_that_drops_a_variable"].text
    assert "SF101 a child was started without APP_HOST: `" in text
    assert "at worker.py:10 in launch < worker.py:14 in <module>" in text


def test_children_of_workers_report_to_their_worker(run_project: RunProject, child_python: str) -> None:
    files = {"worker.py": WORKER, "test_inner.py": INNER}

    ran = run_project(files, "-n2", "-k", "empty or shell", CHILD_PYTHON=child_python)

    assert [outcome.text.count("at worker.py:6 in save") for outcome in ran.tests.values()] == [1, 1]


def test_a_program_that_cannot_be_told_from_here_stays_as_it_is(run_project: RunProject, child_python: str) -> None:
    inner = """
        import os, subprocess

        def test():
            code = "import sys; print(sorted(m for m in sys.modules if m.partition('.')[0] in ('pytest', 'msgspec')))"
            done = subprocess.run([os.environ["CHILD_PYTHON"], "-c", code], capture_output=True, text=True)
            assert (done.returncode, done.stdout, done.stderr) == (0, "[]\\n", "")
        """
    ran = run_project({"test_inner.py": dedent(inner)}, CHILD_PYTHON=child_python)

    assert ran.tests["test"].result == "passed", ran.output


def test_what_a_child_does_later_is_its_starter_s(run_project: RunProject, child_python: str) -> None:
    inner = """
        import os, subprocess, time
        from pathlib import Path

        def test_that_starts(tmp_path_factory, monkeypatch):
            code = "import sys, time, worker; time.sleep(0.3); worker.save(sys.argv[1])"
            command = f"{os.environ['CHILD_PYTHON']} -c '{code}' {os.environ['DATABASE']} & wait"
            subprocess.Popen(["sh", "-c", command])

        def test_that_waits():
            while not Path(os.environ["DATABASE"]).exists():
                time.sleep(0.01)
            time.sleep(0.1)
        """
    files = {"worker.py": WORKER, "test_inner.py": dedent(inner)}

    ran = run_project(
        files,
        policy=OWN_STATE,
        CHILD_PYTHON=child_python,
        DATABASE="state/x_chat_runtime/x_chat_runtime.db",
        PYTHONPATH=".",
    )

    assert {name: outcome.result for name, outcome in ran.tests.items()} == {
        "test_that_starts": "passed",
        "test_that_waits": "passed",
    }
    assert ran.status == 1
    told = [line for line in ran.output.splitlines() if "at worker.py:6 in save" in line]
    assert len(told) == 1, ran.output
    assert told[0].endswith("during test_inner.py::test_that_starts")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A meeting place of this test's own: other tests' runs come and go in the real one."""
    monkeypatch.setattr(rendezvous, "meeting_place", lambda: str(tmp_path / "place"))
    return tmp_path / "place"


def announced(place: Path) -> set[str]:
    """The directories of the runs that announce themselves."""
    return {str(link.readlink()) for link in place.iterdir()}


def test_nothing_is_left_of_a_run(place: Path) -> None:
    announcement = rendezvous.Announcement("/run")
    during = announced(place)
    announcement.withdraw()

    assert during == {"/run"}
    assert not place.exists()


def test_a_run_inside_a_run_stands_in_for_it(place: Path) -> None:
    outer = rendezvous.Announcement("/outer")
    inner = rendezvous.Announcement("/inner")
    during = announced(place)
    inner.withdraw()
    after = announced(place)
    outer.withdraw()

    assert (during, after) == ({"/inner"}, {"/outer"})


def test_a_meeting_place_that_others_can_write_is_none(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)

    assert not rendezvous.Announcement("/somewhere").is_made
    assert rendezvous.find() is None
    assert list(place.iterdir()) == []


def test_runs_that_come_and_go_at_once_all_announce_themselves(place: Path) -> None:
    program = "import sys\nfrom pytest_statefence import rendezvous\n"
    program += "rendezvous.meeting_place = lambda: sys.argv[1]\n"
    program += "for _ in range(2000):\n    made = rendezvous.Announcement('/run')\n    assert made.is_made\n"
    program += "    made.withdraw()\n"
    roots = os.pathsep.join(str(ROOT / name) for name in ("linter", "pytest_plugin"))
    command, environ = [sys.executable, "-c", program, place], {**os.environ, "PYTHONPATH": roots}
    runs = [subprocess.Popen(command, env=environ) for _ in range(3)]

    assert [run.wait() for run in runs] == [0, 0, 0]


def test_what_a_killed_run_left_goes_with_the_next_one(place: Path) -> None:
    program = "import os, sys\nfrom pytest_statefence import rendezvous\n"
    program += "rendezvous.meeting_place = lambda: sys.argv[1]\n"
    program += "rendezvous.Announcement('/killed')\nos.kill(os.getpid(), 9)\n"
    roots = os.pathsep.join(str(ROOT / name) for name in ("linter", "pytest_plugin"))
    killed = subprocess.run(
        [sys.executable, "-c", program, place], env={**os.environ, "PYTHONPATH": roots}, check=False
    )
    left = announced(place)
    announcement = rendezvous.Announcement("/next")

    assert killed.returncode == -9
    assert (left, announced(place)) == ({"/killed"}, {"/next"})
    announcement.withdraw()


RECORDS = st.dictionaries(st.text(), st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=8))


@given(st.lists(RECORDS, max_size=5))
def test_what_is_written_to_a_journal_is_read_from_it(records: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as directory:
        path = f"{directory}/journal"
        journal.create(path)
        tail = journal.Tail(path)
        half = len(records) // 2
        for record in records[:half]:
            journal.append(path, record)
        first = list(tail.records())
        for record in records[half:]:
            journal.append(path, record)

        assert [*first, *tail.records()] == records
        assert len(first) == half


def test_a_journal_that_is_gone_takes_nothing_and_makes_nothing(tmp_path: Path) -> None:
    journal.append(str(tmp_path / "gone"), {"a": 1})

    assert list(journal.Tail(str(tmp_path / "gone")).records()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_what_multiprocessing_leaves_is_its_starter_s_too(
    run_project: RunProject, child_python: str, method: str
) -> None:
    inner = """
        import multiprocessing, os, time
        from pathlib import Path
        from later import save_when_asked

        context = multiprocessing.get_context(os.environ["METHOD"])
        context.set_executable(os.environ["CHILD_PYTHON"])

        def test_that_starts(state_dir):
            global left, place
            place = state_dir
            left = context.Process(target=save_when_asked, args=(str(place),), daemon=True)
            left.start()
            while not (place / "ready").exists():
                time.sleep(0.01)

        def test_that_is_on():
            (place / "go").touch()
            left.join()

        def test_that_asks_for_another(state_dir):
            (state_dir / "go").touch()
            another = context.Process(target=save_when_asked, args=(str(state_dir),))
            another.start()
            another.join()
        """
    later = """
        import os, time, worker

        def save_when_asked(place):
            os.mkdir(place + "/ready")
            while not os.path.exists(place + "/go"):
                time.sleep(0.01)
            worker.save(place + "/x_chat_runtime/x_chat_runtime.db")
        """
    files = {"worker.py": WORKER, "later.py": dedent(later), "test_inner.py": dedent(inner)}
    ran = run_project(files, CHILD_PYTHON=child_python, METHOD=method)

    assert [ran.tests[name].result for name in ("test_that_starts", "test_that_is_on")] == ["passed"] * 2
    told = ran.output.partition("during test_inner.py::test_that_is_on, maybe not by it:")[2]
    assert "at worker.py:6 in save < later.py:8 in save_when_asked" in told.partition("one of these:")[0]
    candidates = told.partition("may have been done by one of these:")[2].split()
    assert candidates[:2] == ["test_inner.py::test_that_starts", "test_inner.py::test_that_is_on"]
    if method == "spawn":
        assert "at worker.py:6 in save" in ran.tests["test_that_asks_for_another"].text
    else:  # the server that the first test started works for this one
        assert "during test_inner.py::test_that_asks_for_another, maybe not by it:" in ran.output
