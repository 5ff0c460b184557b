"""What the plugin costs: per test that touches nothing, and for judging a large database that a test touched.

    python tests/benchmarks/plugin_cost.py [TESTS [FILES [ROUNDS]]]

Bare pytest, the plugin and its peers (those that are installed) run the same tests in turn, so that what else the
machine does hits all of them, and the best round of each counts: seconds that passed, and seconds of processor time,
which is the better measure on a busy machine. Of what judging takes it is the median. A peer that walks the tree gets
fewer tests.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path
from statistics import median
from typing import NamedTuple

from pytest_statefence.copies import Copies

STORES = 16


class Mode(NamedTuple):
    """The plugins to load, the options to run with, and by how much fewer tests to run."""

    name: str
    plugins: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    fewer: int = 1


MODES = (
    Mode("bare pytest"),
    Mode("statefence", ("statefence",)),
    Mode("pytest-litter", ("pytest-litter",), ("--check-litter",), 50),
    Mode("pytest-sideeffects", ("sideeffects",), ("--sideeffects=audit",), 4),
)


def main(tests: int, files: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory).resolve()
        write_project(project, tests, files)
        present = {entry.name for entry in entry_points(group="pytest11")}
        modes = [mode for mode in MODES if present.issuperset(mode.plugins)]
        runs: dict[tuple[Mode, int], list[Cost]] = {}
        for _ in range(rounds):
            for mode in modes:
                for count in (1, tests // mode.fewer):
                    runs.setdefault((mode, count), []).append(run(project, mode, count))
        best = {mode.name: per_test(runs, mode, tests // mode.fewer) for mode in modes}
        bare = best["bare pytest"]
        print(f"{tests} tests, {files} files in the state directory, {STORES} stores, best of {rounds}")
        for name, cost in best.items():
            shown = (
                f"{kind} {own:8.3f} ms {own - of_bare:+8.3f}"
                for kind, own, of_bare in zip(KINDS, cost, bare, strict=True)
            )
            print(f"{name:20}", *shown, f"{cost.processor / bare.processor:6.1f} times bare")
        for journal in ("delete", "wal"):
            judge_large(project, journal)


class Cost(NamedTuple):
    """Milliseconds."""

    passed: float
    processor: float


KINDS = ("passed", "processor")


def per_test(runs: dict[tuple[Mode, int], list[Cost]], mode: Mode, count: int) -> Cost:
    """What a test costs beyond what a run of one costs, by the best run of each."""
    many, one = (Cost(*map(min, *runs[mode, tests])) for tests in (count, 1))
    return Cost(*((a - b) / (count - 1) for a, b in zip(many, one, strict=True)))


def write_project(project: Path, tests: int, files: int) -> None:
    state = project / "state"
    for number in range(files):
        path = state / f"d{number % 100}" / f"f{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    stores = ['[layers]\napp = ["app.**"]\n', '[[forbidden]]\npath = "{env:APP_STATE}/*_rt/*_rt.db"\n']
    for number in range(STORES):
        stores.append(
            f'[stores.s{number}]\npath = "{{env:APP_STATE}}/s{number}.db"\nowners = ["app"]\ntables = ["t{number}"]\n'
        )
        with closing(sqlite3.connect(state / f"s{number}.db")) as connection:
            connection.execute(f"CREATE TABLE t{number} (a)")
    (project / "statefence.toml").write_text("\n".join(stores))
    (project / "pytest.ini").write_text("[pytest]\n")
    lines = ["import pytest", f"@pytest.mark.parametrize('n', range({tests}))", "def test(n): pass"]
    (project / "test_trivial.py").write_text("\n".join(lines))


def run(project: Path, mode: Mode, count: int) -> Cost:
    others = (entry.name for entry in entry_points(group="pytest11") if entry.name not in mode.plugins)
    blocked = [word for name in (*others, "cacheprovider") for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "-q", *blocked, *mode.options]
    (project / "conftest.py").write_text(f"def pytest_collection_modifyitems(items):\n    del items[{count}:]\n")
    environ = {**os.environ, "APP_STATE": str(project / "state")}
    began, used = time.perf_counter(), children_seconds()
    subprocess.run(command, cwd=project, env=environ, check=True, stdout=subprocess.DEVNULL)
    return Cost((time.perf_counter() - began) * 1e3, (children_seconds() - used) * 1e3)


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge_large(project: Path, mode: str) -> None:
    path = project / f"large-{mode}.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        connection.execute("CREATE TABLE own (id INTEGER PRIMARY KEY, body)")
        connection.execute("CREATE TABLE foreign_table (id INTEGER PRIMARY KEY, name)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO own (body) VALUES (?)", (("x" * 200,) for _ in range(490_000)))
        connection.executemany("INSERT INTO foreign_table (name) VALUES (?)", ((str(n),) for n in range(1000)))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        copies = Copies()
        before = copies.take(str(path))
        for statement, what in ((OWN, "its own rows"), (FOREIGN, "and foreign rows")):
            costs = []
            for number in range(7):
                connection.execute(statement, (f"y{number}", 1 + number * 100))
                began, used = time.perf_counter(), judging_seconds(copies)
                after = copies.take(str(path), before)
                copies.compare(before, after, frozenset({"foreign_table"}))
                costs.append(Cost((time.perf_counter() - began) * 1e3, (judging_seconds(copies) - used) * 1e3))
                copies.forget([before])
                before = after
            shown = (
                f"{kind} {median(some):6.1f} ms" for kind, some in zip(KINDS, zip(*costs, strict=True), strict=True)
            )
            print(f"{path.stat().st_size >> 20} MB, {mode}, a test wrote {what:16} to judge:", *shown)
        copies.close()


def judging_seconds(copies: Copies) -> float:
    """Processor time of this process and of the reader, whose first figure in proc_pid_schedstat is in nanoseconds."""
    return time.process_time() + int(Path(f"/proc/{copies.pid}/schedstat").read_text().split()[0]) / 1e9


OWN = "UPDATE own SET body = ? WHERE id = ?"
FOREIGN = "UPDATE foreign_table SET name = ? WHERE id = ?"

if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], *("2000", "10000", "3")[len(sys.argv) - 1 :])))
