"""What a violation makes of a test, in whatever phase and by whomever it happened."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]

TESTS = """
import os, sqlite3, subprocess, sys, threading, unittest
from contextlib import closing
from pathlib import Path
import pytest

def create(place, own_process=False):
    path = Path(place, "x_chat_runtime", "x_chat_runtime.db")
    if own_process:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE models (a)")
    else:
        code = "import os, sqlite3, sys; p = sys.argv[1]; os.makedirs(os.path.dirname(p), exist_ok=True);"
        code += "sqlite3.connect(p).execute('CREATE TABLE models (a)')"
        subprocess.run([sys.executable, "-S", "-c", code, str(path)], env={}, check=True)

def test_that_touches_nothing(state_dir):
    with closing(sqlite3.connect(state_dir / "admin.db")) as connection:
        connection.execute("CREATE TABLE models (a)")

def test_whose_child_creates(state_dir):
    create(state_dir)

@pytest.mark.xfail(reason="known")
def test_expected_to_fail(state_dir):
    create(state_dir)
    assert False

@pytest.mark.xfail(reason="known")
def test_unexpectedly_passing(state_dir):
    create(state_dir)

def test_skipped_halfway(state_dir):
    create(state_dir)
    pytest.skip("not today")

def test_with_a_failure_of_its_own(state_dir):
    create(state_dir)
    assert "apples" == "pears"

@pytest.fixture
def creating(state_dir):
    create(state_dir)

def test_with_a_fixture_that_creates(creating):
    pass

@pytest.fixture
def creating_late(state_dir):
    yield
    create(state_dir)

def test_with_a_teardown_that_creates(creating_late):
    pass

def test_with_a_thread_that_creates(state_dir):
    thread = threading.Thread(target=create, args=(state_dir, True))
    thread.start()
    thread.join()

def test_that_redirects_and_undoes_it(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APP_STATE", str(tmp_path))
        create(tmp_path, own_process=True)

def test_whose_child_is_sent_elsewhere(tmp_path):
    code = "import os, sqlite3; p = os.environ['APP_STATE']; os.makedirs(p + '/x_chat_runtime');"
    code += "sqlite3.connect(p + '/x_chat_runtime/x_chat_runtime.db').execute('CREATE TABLE models (a)')"
    environ = {**os.environ, "APP_STATE": str(tmp_path / "other")}
    subprocess.run([sys.executable, "-S", "-c", code], env=environ, check=True)

def test_whose_child_loses_the_variable_and_finds_the_home(state_dir, tmp_path):
    code = "import os, sqlite3; p = os.environ.get('APP_STATE') or os.path.expanduser('~/.app');"
    code += "os.makedirs(p + '/x_chat_runtime');"
    code += "sqlite3.connect(p + '/x_chat_runtime/x_chat_runtime.db').execute('CREATE TABLE models (a)')"
    subprocess.run([sys.executable, "-S", "-c", code], env={"HOME": str(tmp_path / "home")}, check=True)

def test_with_a_replaced_home(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    create(tmp_path / ".app", own_process=True)

@pytest.mark.statefence_allow("x_chat_runtime.db", reason="it is about the legacy file")
def test_that_is_allowed_to(state_dir):
    create(state_dir)

@pytest.mark.statefence_allow("y_chat_runtime.db", reason="it is about another file")
def test_that_is_allowed_something_else(state_dir):
    create(state_dir)

@pytest.mark.statefence_off(reason="it breaks things on purpose")
def test_that_is_not_judged(state_dir):
    create(state_dir)

def test_after_one_that_was_not_judged(state_dir):
    pass

class TestOfUnittest(unittest.TestCase):
    def test_that_creates(self):
        place = Path(os.environ["TEST_PLACE"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("APP_STATE", str(place))
            create(place)
"""


def test_every_phase_and_every_way_out_of_a_test_is_covered(run_project: RunProject, tmp_path: Path) -> None:
    ran = run_project({"test_inner.py": TESTS}, TEST_PLACE=str(tmp_path / "unittest"))

    results = {name: (outcome.result, len(outcome.said)) for name, outcome in ran.tests.items()}
    assert results == {
        "test_that_touches_nothing": ("passed", 0),
        "test_whose_child_creates": ("failed", 1),
        "test_expected_to_fail": ("failed", 1),
        "test_unexpectedly_passing": ("failed", 1),
        "test_skipped_halfway": ("failed", 1),
        "test_with_a_failure_of_its_own": ("failed", 1),
        "test_with_a_fixture_that_creates": ("error", 1),
        "test_with_a_teardown_that_creates": ("error", 1),
        "test_with_a_thread_that_creates": ("failed", 1),
        "test_that_redirects_and_undoes_it": ("failed", 1),
        "test_whose_child_is_sent_elsewhere": ("failed", 1),
        "test_whose_child_loses_the_variable_and_finds_the_home": ("failed", 1),
        "test_with_a_replaced_home": ("failed", 1),
        "test_that_is_allowed_to": ("passed", 0),
        "test_that_is_allowed_something_else": ("failed", 1),
        "test_that_is_not_judged": ("passed", 0),
        "test_after_one_that_was_not_judged": ("passed", 0),
        "test_that_creates": ("failed", 1),
    }
    assert ran.status == 1
    assert "apples" in ran.tests["test_with_a_failure_of_its_own"].text
    assert "without this the test would be skipped: Skipped: not today" in ran.output
    assert "marked xfail: known" in ran.output


def test_a_failure_says_what_where_who_and_why(run_project: RunProject) -> None:
    inner = """
        import subprocess, sys

        def start(place):
            code = "import os, sqlite3, sys; os.mkdir(sys.argv[1] + '/x_chat_runtime');"
            code += "c = sqlite3.connect(sys.argv[1] + '/x_chat_runtime/x_chat_runtime.db');"
            code += "c.execute('CREATE TABLE models (a)'); c.execute('INSERT INTO models VALUES (1), (2)'); c.commit()"
            subprocess.run([sys.executable, "-c", code, str(place)], check=True)

        def test_that_starts_a_helper(state_dir):
            start(state_dir)
        """
    ran = run_project({"test_inner.py": dedent(inner)})

    text = ran.tests["test_that_starts_a_helper"].text
    assert "SF202 a database was created where none may be" in text
    assert "/state/x_chat_runtime/x_chat_runtime.db" in text
    assert "models: rows absent -> 2" in text
    assert "statefence.toml:20 forbidden" in text
    assert "config tables belong in the admin database" in text
    assert "child `" in text
    assert "test_inner.py:8 in start < test_inner.py:11 in test_that_starts_a_helper" in text
    assert "SF202" in ran.output.rpartition("= statefence =")[2]


def test_code_of_the_test_s_own_process_is_named(run_project: RunProject) -> None:
    inner = """
        import sqlite3

        def test_that_writes(state_dir):
            connection = sqlite3.connect(state_dir / "runtime.db")
            connection.execute("CREATE TABLE models (a)")
            connection.close()
        """
    ran = run_project({"test_inner.py": dedent(inner)})

    text = ran.tests["test_that_writes"].text
    assert "SF301 a foreign table was made or dropped in the runtime database" in text
    assert "sqlite3.connect by this process at test_inner.py:5 in test_that_writes" in text


UNUSUAL = """
import os, sqlite3, subprocess, sys, threading, time
from contextlib import closing
from pathlib import Path
import pytest

def create(place):
    path = Path(place, "x_chat_runtime", "x_chat_runtime.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    sqlite3.connect(path).close()

def fail(*arguments, **named):
    raise OSError("replaced by the test")

def test_with_replaced_system_calls(state_dir, monkeypatch):
    create(state_dir)
    for name in ("stat", "lstat", "scandir", "open", "read", "write"):
        monkeypatch.setattr(os, name, fail)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    monkeypatch.setattr(subprocess, "Popen", fail)

def test_in_a_directory_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_STATE", "here")
    create("here")

def test_whose_directory_is_removed(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    sqlite3.connect(":memory:").close()
    subprocess.run(["/bin/true"], cwd="/", check=True)

def test_that_moves_on_to_another_directory(tmp_path, monkeypatch):
    for name in ("first", "second"):
        monkeypatch.setenv("APP_STATE", str(tmp_path / name))
        create(tmp_path / name)

@pytest.fixture
def cleaned(state_dir):
    create(state_dir)
    yield
    (state_dir / "x_chat_runtime" / "x_chat_runtime.db").unlink()

def test_whose_fixture_cleans_up_after_itself(cleaned):
    pass

def test_that_redirects_in_a_thread(tmp_path):
    def work():
        os.environ["APP_STATE"] = str(tmp_path)
        create(tmp_path)
        del os.environ["APP_STATE"]
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

def test_that_forks(state_dir):
    pid = os.fork()
    if pid == 0:
        create(state_dir)
        os._exit(0)
    os.waitpid(pid, 0)

def test_with_another_name(state_dir, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with closing(sqlite3.connect(state_dir / "runtime.db")) as connection:
        connection.execute("CREATE TABLE messages (a)")
        os.link(state_dir / "runtime.db", tmp_path / "elsewhere" / "alias.db")
"""


def test_unusual_tests_are_judged_like_all_others(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": UNUSUAL})

    results = {name: (outcome.result, len(outcome.said)) for name, outcome in ran.tests.items()}
    assert results == {
        "test_with_replaced_system_calls": ("failed", 1),
        "test_in_a_directory_of_its_own": ("failed", 1),
        "test_whose_directory_is_removed": ("passed", 0),
        "test_that_moves_on_to_another_directory": ("failed", 2),
        "test_whose_fixture_cleans_up_after_itself": ("error", 1),
        "test_that_redirects_in_a_thread": ("failed", 1),
        "test_that_forks": ("failed", 1),
        "test_with_another_name": ("passed", 0),
    }
    assert "runtime.db: what is written by its other name (a hard link)" in ran.output
