"""The tests of the inner run: each does one thing of the matrix to a place that was made before the run."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
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


def by_thread(number: int, place: str) -> None:
    thread = threading.Thread(target=by_process, args=(number, place))
    thread.start()
    thread.join()


def paths(place: str) -> dict[str, str]:
    names = {"store": actions.STORE, "forbidden": actions.FORBIDDEN, "other": "other.db", "events": actions.EVENTS}
    names |= {"notes": actions.NOTES, "ledger": actions.LEDGER}
    return {name: f"{place}/{path}" for name, path in names.items()}


def by_shell(number: int, place: str) -> None:
    command = actions.SHELL[number].format(**paths(place))
    subprocess.run(["/bin/sh", "-c", command], env={"PATH": os.defpath}, check=True)


def by_sqlite(number: int, place: str) -> None:
    path, sql = (word.format(**paths(place)) for word in actions.PROGRAM[number])
    subprocess.run(["sqlite3", path, sql], check=True, stdout=subprocess.DEVNULL)


def by_node(number: int, place: str) -> None:
    names = "".join(f"const {name} = {json.dumps(path)}; " for name, path in paths(place).items())
    script = f"const fs = require('fs'); {names}{actions.NODE[number]}"
    subprocess.run([str(shutil.which("node")), "-e", script], env={}, check=True)


def by_child_while_held(number: int, place: str) -> None:
    held = actions.FORBIDDEN if Path(place, actions.FORBIDDEN).exists() else actions.STORE
    with (
        closing(sqlite3.connect(f"{place}/{held}")) as connection,
        closing(sqlite3.connect(f"{place}/{actions.LEDGER}")) as ledger,
        Path(place, actions.EVENTS).open("a"),
    ):
        connection.execute("SELECT * FROM models").fetchall()
        ledger.execute("SELECT * FROM entries").fetchall()
        child(number, place)


ACTORS = {
    "process": by_process,
    "thread": by_thread,
    "child": child,
    "shell": by_shell,
    "sqlite": by_sqlite,
    "node": by_node,
    "held": by_child_while_held,
}


@pytest.mark.parametrize(("number", "actor", "place"), CASES.values(), ids=CASES.keys())
def test(number: int, actor: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_STATE", place)
    ACTORS[actor](number, place)
