"""What the fence costs: `python tests/benchmarks/guard.py`. Nanoseconds per statement, best of five."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from statefence.guard import Fence, open_guarded

STATEMENTS = 20_000
FENCE = Fence("runtime", {"models": "admin"})
APPEND_ONLY = Fence("runtime", {"models": "admin"}, append_only=True)


def opened(path: Path, fence: Fence | None) -> sqlite3.Connection:
    return sqlite3.connect(path) if fence is None else open_guarded(path, fence)


def inserts(connection: sqlite3.Connection) -> None:
    cursor = connection.cursor()
    for number in range(STATEMENTS):
        cursor.execute("INSERT INTO chats (text) VALUES (?)", (number,))


def distinct(connection: sqlite3.Connection) -> None:
    cursor = connection.cursor()
    for number in range(STATEMENTS):
        cursor.execute(f"SELECT text FROM chats WHERE id = {number}").fetchone()


def many(connection: sqlite3.Connection) -> None:
    connection.executemany("INSERT INTO chats (text) VALUES (?)", ((number,) for number in range(STATEMENTS)))


def best(work: Callable[[sqlite3.Connection], None], fence: Fence | None) -> float:
    """Nanoseconds per statement."""
    taken = []
    for _ in range(5):
        with TemporaryDirectory() as directory:
            path = Path(directory) / "x.db"
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE chats (id INTEGER PRIMARY KEY, text)")
            with closing(opened(path, fence)) as connection:
                start = time.perf_counter_ns()
                work(connection)
                taken.append(time.perf_counter_ns() - start)
    return min(taken) / STATEMENTS


def main() -> None:
    for work in (inserts, distinct, many):
        figures = [best(work, fence) for fence in (None, FENCE, APPEND_ONLY)]
        plain, fenced, append_only = (f"{figure:8.0f}" for figure in figures)
        sys.stdout.write(f"{work.__name__:10} plain {plain}  guarded {fenced}  append-only {append_only}\n")


if __name__ == "__main__":
    main()
