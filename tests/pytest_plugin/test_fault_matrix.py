"""Every way to break the policy's rules on files, and every harmless look-alike, done by everyone who could do it."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).parent / "matrix"

CREATED = "SF202 a database was created where none may be"
WRITTEN = "SF202 a forbidden database was written"
REMOVED = "SF202 a forbidden database was removed"
TRANSIENT = "SF202 a forbidden database was created and removed again"
ROWS = "SF301 foreign rows were written in the runtime database"
TABLE = "SF301 a foreign table was made or dropped in the runtime database"

PROCESS, CHILD, SHELL, HELD = "process", "child", "shell", "held"
ALL = (PROCESS, CHILD, SHELL, HELD)
NO_SHELL = (PROCESS, CHILD, HELD)

ROWS_OF_THE_MATRIX = {
    1: (ALL, {CREATED}),
    2: (NO_SHELL, {CREATED}),
    3: (NO_SHELL, {CREATED}),
    4: (ALL, {CREATED}),
    5: (ALL, {CREATED}),
    6: (ALL, {TRANSIENT}),
    7: (ALL, {CREATED}),
    8: (ALL, set()),
    9: (ALL, {ROWS}),
    10: (ALL, {ROWS}),
    11: (NO_SHELL, {ROWS}),
    12: (ALL, {TABLE}),
    13: ((CHILD,), {ROWS}),
    14: (ALL, set()),
    15: ((CHILD,), set()),
    16: ((CHILD,), set()),
    17: (ALL, set()),
    18: ((CHILD,), set()),
    19: (NO_SHELL, set()),
    20: (NO_SHELL, set()),
    21: (ALL, set()),
    22: (NO_SHELL, set()),
    23: (NO_SHELL, {ROWS}),
    24: (NO_SHELL, {ROWS, TABLE}),
    25: (NO_SHELL, {ROWS, TABLE}),
    26: ((PROCESS, CHILD), {ROWS}),
    27: (NO_SHELL, {ROWS, TABLE}),
    28: (NO_SHELL, {ROWS}),
    29: (ALL, set()),
    36: (ALL, set()),
    37: (ALL, {WRITTEN}),
    38: (ALL, set()),
    39: ((CHILD,), set()),
    40: ((CHILD,), {WRITTEN}),
    41: (ALL, {REMOVED}),
    42: (NO_SHELL, {WRITTEN}),
    43: (ALL[:2], set()),
}
FORBIDDEN_IS_THERE = range(37, 43)


def cells() -> Iterator[tuple[str, int, str, str, set[str]]]:
    for number, (actors, expected) in ROWS_OF_THE_MATRIX.items():
        for mode in ("delete", "wal"):
            for actor in actors:
                yield f"{number}-{mode}-{actor}", number, mode, actor, expected


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
    assert said == {f"test[{name}]": expected for name, _, _, _, expected in cells()}
    assert {outcome.result for outcome in ran.tests.values()} == {"passed", "failed"}
    assert all((outcome.result == "failed") == bool(outcome.said) for outcome in ran.tests.values())


def make_case(project: Path, name: str) -> Path:
    number, mode, _ = name.split("-")
    place = project / "places" / name
    shutil.copytree(project / mode, place)
    if int(number) not in FORBIDDEN_IS_THERE:
        (place / "x_chat_runtime" / "x_chat_runtime.db").unlink()
    return place
