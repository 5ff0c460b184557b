"""The tests of the inner run: each does one thing of the matrix to a place that was made before the run."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import actions
import pytest

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases.json").read_text())


def child(number: int, place: str) -> None:
    subprocess.run([sys.executable, "-S", actions.__file__, str(number), place], env={}, check=True)


def by_process(number: int, place: str) -> None:
    actions.ACTIONS[number](place)


def by_shell(number: int, place: str) -> None:
    paths = {"store": actions.STORE, "forbidden": actions.FORBIDDEN, "other": "other.db"}
    command = actions.SHELL[number].format(**{name: f"{place}/{path}" for name, path in paths.items()})
    subprocess.run(["/bin/sh", "-c", command], check=True, stdout=subprocess.DEVNULL)


def by_child_while_held(number: int, place: str) -> None:
    held = actions.FORBIDDEN if Path(place, actions.FORBIDDEN).exists() else actions.STORE
    with closing(sqlite3.connect(f"{place}/{held}")) as connection:
        connection.execute("SELECT * FROM models").fetchall()
        child(number, place)


ACTORS = {"process": by_process, "child": child, "shell": by_shell, "held": by_child_while_held}


@pytest.mark.parametrize(("number", "actor", "place"), CASES.values(), ids=CASES.keys())
def test(number: int, actor: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_STATE", place)
    ACTORS[actor](number, place)
