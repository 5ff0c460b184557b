"""A repair that is killed, wherever, and run again ends as if nobody had killed it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from .databases import POLICY, make

ROOT = Path(__file__).parents[3]
MODELS = "CREATE TABLE models (name TEXT PRIMARY KEY, provider TEXT)"
NOTES = "CREATE TABLE notes (body TEXT)"


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A directory on which waiting for the disk takes no time, where there is one."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        yield Path(directory)


def leave_a_log_behind(path: Path, *statements: str) -> None:
    """Writes in WAL mode in a process that ends without closing, so that the rows are only in the log."""
    program = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    program += "c.execute('PRAGMA journal_mode = wal')\nfor s in sys.argv[2:]: c.execute(s)\nos._exit(0)"
    subprocess.run([sys.executable, "-c", program, str(path), *statements], check=True)
    assert Path(f"{path}-wal").stat().st_size


def original(directory: Path) -> Path:
    """A state directory with a stray database, half of it in its log, that has something for two stores."""
    kept = ("INSERT INTO models VALUES ('a', 'admin')", "INSERT INTO notes VALUES ('n')")
    make(directory / "admin.db", MODELS, NOTES, *kept)
    stray = ("INSERT INTO models VALUES ('a', 'stray'), ('b', 'stray')", "INSERT INTO notes VALUES ('n'), ('m'), ('m')")
    chats = ("CREATE TABLE chats (id INTEGER PRIMARY KEY AUTOINCREMENT, text)", "INSERT INTO chats VALUES (7, 'hello')")
    (directory / "one").mkdir()
    leave_a_log_behind(directory / "one" / "stray.db", MODELS, NOTES, *stray, *chats)
    return directory


def test_killed_at_any_point_and_run_again_it_ends_the_same(in_memory: Path) -> None:
    (in_memory / "runs").mkdir()
    arguments = (str(original(in_memory / "state")), str(in_memory / "runs"))
    command = [sys.executable, "-m", "tests.linter.state.killed", *arguments]

    done = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    whole, *killed = (json.loads(line) for line in done.stdout.splitlines())
    assert sum(run["killed"] for run in killed) > 60
    assert whole["databases"]["admin.db"].count("INSERT INTO \"notes\" VALUES('m');") == 2
    assert sum(table["inserted"] for tables in whole["merges"] for table in tables) == 4
    different = [(run["point"], run["what"], difference(whole, run)) for run in killed if difference(whole, run)]
    assert different == []


def difference(whole: dict[str, Any], run: dict[str, Any]) -> list[Any]:
    keys = ("status", "files", "databases", "merges", "left")
    return [(key, whole[key], run[key]) for key in keys if whole[key] != run[key]]


def test_killed_at_any_time_from_outside_nothing_is_lost(in_memory: Path) -> None:
    directory = original(in_memory / "state")
    policy = in_memory / "statefence.toml"
    policy.write_text(POLICY)
    many = [f"INSERT INTO notes VALUES ('{number}')" for number in range(500)]
    make(directory / "two" / "stray.db", NOTES, *many)
    command = [
        sys.executable,
        "-m",
        "statefence",
        "state",
        "repair",
        str(directory),
        "--apply",
        "--config",
        str(policy),
    ]
    environment = {**os.environ, "APP_STATE": str(directory)}
    for patience in (0.15, 0.25, 0.3, 0.35, 0.4):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite3.connect(directory / "admin.db") as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (503,)
    connection.close()
