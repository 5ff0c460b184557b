"""Every way to break the policy's rules on files, and every harmless look-alike, done by everyone who could do it."""

import importlib.util
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).parent / "matrix"


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, MATRIX / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


actions = load("actions")

CREATED = "SF202 a database was created where none may be"
WRITTEN = "SF202 a forbidden database was written"
REMOVED = "SF202 a forbidden database was removed"
TRANSIENT = "SF202 a forbidden database was created and removed again"
ROWS = "SF301 foreign rows were written in the runtime database"
TABLE = "SF301 a foreign table was made or dropped in the runtime database"

REWRITTEN = "SF501 an append-only file was rewritten"
SHRUNK = "SF501 an append-only file was shrunk"
REPLACED = "SF501 an append-only file was replaced"
GONE = "SF501 an append-only file was removed"
CUT = "SF501 an append-only file was cut off and written anew"
LOST = "SF501 rows of the append-only ledger database were changed or removed"
LEDGER_GONE = "SF501 the append-only ledger database was removed"

PROCESS, CHILD = ("process", "thread"), ("child",)
PYTHON = (*PROCESS, *CHILD, "held")
PRESENT = tuple(program for program in ("sqlite3", "node") if shutil.which(program))
"""The programs of this machine. Nothing is skipped where one is missing: its cells are not there."""

OTHERS = {
    "shell": actions.SHELL,
    "sqlite": actions.PROGRAM if "sqlite3" in PRESENT else {},
    "node": actions.NODE if "node" in PRESENT else {},
}
NO_ONE: set[str] = set()

ROWS_OF_THE_MATRIX = {
    1: (PYTHON, {CREATED}),
    2: (PYTHON, {CREATED}),
    3: (PYTHON, {CREATED}),
    4: (PYTHON, {CREATED}),
    5: (PYTHON, {CREATED}),
    6: (PYTHON, {TRANSIENT}),
    7: (PYTHON, {CREATED}),
    8: (PYTHON, NO_ONE),
    9: (PYTHON, {ROWS}),
    10: (PYTHON, {ROWS}),
    11: (PYTHON, {ROWS}),
    12: (PYTHON, {TABLE}),
    13: (CHILD, {ROWS}),
    14: (PYTHON, NO_ONE),
    15: (CHILD, NO_ONE),
    16: (CHILD, NO_ONE),
    17: (PYTHON, NO_ONE),
    18: (CHILD, NO_ONE),
    19: (PYTHON, NO_ONE),
    20: (PYTHON, NO_ONE),
    21: (PYTHON, NO_ONE),
    22: (PYTHON, NO_ONE),
    23: (PYTHON, {ROWS}),
    24: (PYTHON, {ROWS, TABLE}),
    25: (PYTHON, {ROWS, TABLE}),
    26: (PYTHON, {ROWS}),
    27: (PYTHON, {ROWS, TABLE}),
    28: (PYTHON, {ROWS}),
    29: (PYTHON, NO_ONE),
    30: (PYTHON, NO_ONE),
    31: (PYTHON, {REWRITTEN}),
    32: (PYTHON, {SHRUNK}),
    33: (PYTHON, {REWRITTEN}),
    34: (PYTHON, {REPLACED}),
    35: (PYTHON, NO_ONE),
    36: (PYTHON, NO_ONE),
    37: (PYTHON, {WRITTEN}),
    38: (PYTHON, NO_ONE),
    39: (CHILD, NO_ONE),
    40: (CHILD, {WRITTEN}),
    41: (PYTHON, {REMOVED}),
    42: (PYTHON, {WRITTEN}),
    43: (PYTHON, NO_ONE),
    53: (CHILD, {ROWS}),
    60: (PYTHON, {GONE}),
    61: (PYTHON, {REPLACED}),
    62: (PYTHON, {REWRITTEN}),
    63: (PYTHON, {GONE}),
    64: (PYTHON, {GONE}),
    65: (PYTHON, NO_ONE),
    66: (PYTHON, NO_ONE),
    67: (PYTHON, NO_ONE),
    68: (PYTHON, {LOST}),
    69: (PYTHON, {LOST}),
    70: (PYTHON, NO_ONE),
    71: (PYTHON, {LOST}),
    72: (PYTHON, {LEDGER_GONE}),
}
OWN_WAYS = {(35, "process"): {CUT}, (35, "thread"): {CUT}}
"""What the audit hook tells of this process alone: on disk nothing is lost."""

FORBIDDEN_IS_THERE = range(37, 43)
OF_FILES = {*range(30, 37), *range(60, 67)}
"""Rows without a database: one journal mode is enough."""


def cells() -> Iterator[tuple[str, int, str, str, set[str]]]:
    for number, (actors, expected) in ROWS_OF_THE_MATRIX.items():
        everyone = (*actors, *(name for name, can in OTHERS.items() if number in can))
        for mode in ("delete",) if number in OF_FILES else ("delete", "wal"):
            for actor in everyone:
                told = OWN_WAYS.get((number, actor), expected)
                yield f"{number}-{mode}-{actor}", number, mode, actor, told


def make_database(path: Path, mode: str, *statements: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        for statement in statements:
            connection.execute(statement)


def make_place(place: Path, mode: str) -> None:
    """A state directory whose runtime database already holds foreign tables, with a forbidden one beside it."""
    tables = (
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, text)",
        "CREATE TABLE models (id INTEGER PRIMARY KEY, name)",
        "INSERT INTO messages VALUES (1, 'hello')",
        "INSERT INTO models VALUES (1, 'ann'), (2, 'bob')",
    )
    numbers = "(VALUES (100) UNION ALL SELECT value + 1 FROM n LIMIT 300)"
    extra = (
        "CREATE TABLE events (id)",
        "CREATE TRIGGER copies AFTER INSERT ON events BEGIN INSERT INTO models VALUES (9, 'by trigger'); END",
        f"CREATE VIEW generate AS WITH RECURSIVE n(value) AS {numbers} SELECT * FROM n",
    )
    make_database(place / "runtime.db", mode, *tables, *extra)
    make_database(place / "other.db", mode, *tables, "DELETE FROM models WHERE id = 2", "CREATE TABLE settings (k, v)")
    entries = ("CREATE TABLE entries (id INTEGER PRIMARY KEY, text)", "INSERT INTO entries VALUES (1, 'a'), (2, 'b')")
    make_database(place / "ledger.db", mode, *entries)
    for path in (actions.EVENTS, actions.NOTES):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("one\ntwo\n")
    make_database(place / "x_chat_runtime" / "x_chat_runtime.db", mode, *tables)


def test_every_fault_is_told_and_nothing_else(tmp_path: Path, run_pytest: Callable[..., Any]) -> None:
    for name, target in (("actions.py", "actions.py"), ("inner.py", "test_inner.py"), ("statefence.toml",) * 2):
        shutil.copy(MATRIX / name, tmp_path / target)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for mode in ("delete", "wal"):
        make_place(tmp_path / mode, mode)
    cases = {name: (number, actor, str(make_case(tmp_path, name))) for name, number, _, actor, _ in cells()}
    (tmp_path / "cases.json").write_text(json.dumps(cases))

    ran = run_pytest(tmp_path, "-q")

    said = {name: {told.partition(":")[0] for told in outcome.said} for name, outcome in ran.tests.items()}
    wanted = {f"test[{name}]": expected for name, _, _, _, expected in cells()}
    assert {name: (told, wanted[name]) for name, told in said.items() if told != wanted[name]} == {}
    assert said.keys() == wanted.keys()
    assert {outcome.result for outcome in ran.tests.values()} == {"passed", "failed"}
    assert all((outcome.result == "failed") == bool(outcome.said) for outcome in ran.tests.values())


def make_case(project: Path, name: str) -> Path:
    number, mode, _ = name.split("-")
    place = project / "places" / name
    shutil.copytree(project / mode, place)
    if int(number) not in FORBIDDEN_IS_THERE:
        (place / "x_chat_runtime" / "x_chat_runtime.db").unlink()
    return place
