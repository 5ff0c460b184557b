"""The plugin never opens a database in the test's process: that would cancel the locks the application holds on it."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]

INNER = """
import sqlite3, subprocess, sys
from contextlib import closing
import pytest

def child_writes(path):
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0.1, isolation_level=None);"
    code += "c.execute('INSERT INTO messages VALUES (2)')"
    return subprocess.run([sys.executable, "-S", "-c", code, str(path)], capture_output=True, text=True, env={}).stderr

@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("store", ["runtime.db", "x_chat_runtime/x_chat_runtime.db"])
@pytest.mark.statefence_allow("x_chat_runtime.db", reason="the locks of a forbidden database count too")
def test_locks_are_kept_while_the_plugin_judges(state_dir, statefence, mode, store):
    path = state_dir / store
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as application:
        application.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        application.execute("CREATE TABLE messages (a)")
        application.execute("BEGIN IMMEDIATE")
        application.execute("INSERT INTO messages VALUES (1)")
        for _ in range(3):
            statefence.violations, statefence.writes("runtime")
        assert "database is locked" in child_writes(path)
        application.execute("COMMIT")
        assert child_writes(path) == ""
        statefence.violations
        assert application.execute("SELECT count(*) FROM messages").fetchone() == (2,)
        application.execute("INSERT INTO messages VALUES (3)")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
"""


def test_a_held_lock_still_keeps_a_child_out_while_the_plugin_judges(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": dedent(INNER)})

    assert [outcome.result for outcome in ran.tests.values()] == ["passed"] * 4, ran.output


def test_the_test_s_process_opens_no_watched_file(run_project: RunProject) -> None:
    inner = """
        import os, sqlite3, sys
        from pathlib import Path
        opened = []
        OPENS = {"open", "sqlite3.connect"}
        sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event in OPENS else None)

        def test(state_dir, statefence):
            connection = sqlite3.connect(state_dir / "runtime.db")
            connection.execute("CREATE TABLE messages (a)")
            connection.close()
            opened.clear()
            statefence.violations, statefence.writes("runtime")
            assert not [path for path in opened if "runtime" in path]
            descriptors = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
            assert not [link for link in descriptors if "runtime" in os.readlink(link)]
        """
    ran = run_project({"test_inner.py": dedent(inner)})

    assert ran.status == 0, ran.output
