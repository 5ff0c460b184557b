"""Runs a repair again and again, killing it at another point each time: `python -m ... ORIGINAL ROOM`.

A point is anything the repair does to a file of the state directory that Python knows of, and every statement but a
query that it gives to SQLite, from the first look into the journal. Each repair is a process of its own that ends by
SIGKILL; another then runs it again to its end. Prints one JSON object a line: the point, and what is there in the end;
the first is of a repair that nobody killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from statefence.state.repair import repair

from .databases import dump, names, policy, state_environment

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "sqlite3.connect"}


def kill_at(point: int, directory: Path, told: Callable[[str], None]) -> None:
    """From now on counts the points, and kills this process at the given one."""
    done = 0

    def count(what: str) -> None:
        nonlocal done
        if what.startswith("SELECT") or (not done and "journal.jsonl" not in what):
            return
        done += 1
        told(what)
        if done == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_event(event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS and str(directory) in str(arguments[0]):
            count(f"{event} {arguments[0]}")

    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment] # stands in for a function of C
    sys.addaudithook(on_event)


def run(directory: Path, point: int = 0, told: Callable[[str], None] | None = None) -> int:
    """Repairs in another process, killed at `point`; its exit status, negative for a signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        if point or told is not None:
            kill_at(point, directory, told or (lambda _: None))
        done = repair(policy(), str(directory), state_environment(directory), apply=True)
        status = int(any(outcome.refused for outcome in done.outcomes))
    finally:
        os._exit(status)


def ended(directory: Path) -> dict[str, Any]:
    """What there is of a state directory, and what the reports say about conflicts."""
    files = names(directory)
    reports = [json.loads(path.read_text()) for path in sorted(directory.glob(".statefence/*/report.json"))]
    merges = [tables for report in reports for tables in report["merges"].values()]
    return {
        "files": files,
        "databases": {name: dump(directory / name) for name in files if not name.endswith(".json")},
        "merges": json.loads(json.dumps(merges).replace(str(directory), "")),
        "left": sorted(path.name for path in directory.glob(".statefence/*/merging.db*")),
    }


def tell(outcome: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(outcome) + "\n")


def main(original: Path, room: Path) -> None:
    points = room / "points"
    whole = Path(shutil.copytree(original, room / "whole"))

    def note(what: str) -> None:
        with points.open("a") as file:
            file.write(f"{what!r}\n")

    status = run(whole, told=note)
    tell({"point": 0, "status": status, "what": "", **ended(whole)})
    for point, what in enumerate(points.read_text().splitlines(), 1):
        directory = Path(shutil.copytree(original, room / str(point)))
        killed = run(directory, point)
        assert killed in {-signal.SIGKILL, 0}, (killed, point, what)
        status = run(directory)
        tell({"point": point, "status": status, "killed": bool(killed), "what": what, **ended(directory)})
        shutil.rmtree(directory)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
