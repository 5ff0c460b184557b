"""Random sequences of actions by random actors, against a model of what is to be reported: none missed, none false.

`STATEFENCE_STEPS=5000 STATEFENCE_SEED=7 python -m pytest tests/pytest_plugin/test_random_runs.py` runs more of them.
"""

import copy
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

MATRIX = Path(__file__).parent / "matrix"
STEPS = int(os.environ.get("STATEFENCE_STEPS", "150"))
SEED = os.environ.get("STATEFENCE_SEED", "1")

STORE, FORBIDDEN, LEDGER = "runtime.db", "x_chat_runtime/x_chat_runtime.db", "ledger.db"
FILES = ("events.log", "vault/ann/notes.md", "vault/new.md")
IN_PYTHON = ("process", "thread", "child")
BY_SQL = (*IN_PYTHON, *(["sqlite"] if shutil.which("sqlite3") else []))
BY_SHELL = (*IN_PYTHON, "shell")

Step = dict[str, Any]


class Model:
    """What is on disk, as far as it matters. A file is its text and how often it was made."""

    def __init__(self) -> None:
        self.models = {1: "ann", 2: "bob"}
        self.settings = False
        self.forbidden: dict[int, int] | None = None
        self.ledger = {1: "a", 2: "b"}
        self.files = {FILES[0]: ("one\ntwo\n", 0), FILES[1]: ("one\ntwo\n", 0)}
        self.was_made_and_removed = False
        self.cut: set[str] = set()

    def begin(self) -> "Model":
        """A test begins: what is on disk now, to be compared with later."""
        self.was_made_and_removed = False
        self.cut = set()
        return copy.deepcopy(self)


def reported(before: Model, after: Model) -> set[str]:
    """What is to be said of a test that found the one and left the other."""
    said = set()
    if before.models != after.models:
        said.add("SF301 foreign rows were written in the runtime database")
    if before.settings != after.settings:
        said.add("SF301 a foreign table was made or dropped in the runtime database")
    if any(after.ledger.get(key) != value for key, value in before.ledger.items()):
        said.add("SF501 rows of the append-only ledger database were changed or removed")
    return said | of_forbidden(before, after) | {what for name in FILES if (what := of_file(name, before, after))}


def of_forbidden(before: Model, after: Model) -> set[str]:
    if before.forbidden is None and after.forbidden is not None:
        return {"SF202 a database was created where none may be"}
    if before.forbidden is None:
        return {"SF202 a forbidden database was created and removed again"} if after.was_made_and_removed else set()
    if after.forbidden is None:
        return {"SF202 a forbidden database was removed"}
    return {"SF202 a forbidden database was written"} if before.forbidden != after.forbidden else set()


def of_file(name: str, before: Model, after: Model) -> str:
    cut = "SF501 an append-only file was cut off and written anew" if name in after.cut else ""
    if name not in before.files:
        return cut
    if name not in after.files:
        return "SF501 an append-only file was removed"
    (old, made), (new, made_again) = before.files[name], after.files[name]
    if made != made_again:
        return "SF501 an append-only file was replaced"
    if len(new) < len(old):
        return "SF501 an append-only file was shrunk"
    return cut if new.startswith(old) else "SF501 an append-only file was rewritten"


class Planner:
    """Makes steps, and keeps the model as they leave the disk."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)
        self.model = Model()
        self.number = 100

    def step(self) -> Step:
        self.number += 1
        return self.random.choice((self.store, self.store, self.forbidden, self.ledger, self.file, self.file))()

    def sql(self, path: str, *statements: str, leave: bool = False) -> Step:
        actor = "child" if leave else self.random.choice(BY_SQL)
        return {"path": path, "sql": statements, "actor": actor, "leave": leave}

    def is_leaving(self) -> bool:
        return self.random.random() < 0.2

    def store(self) -> Step:
        number, model = self.number, self.model
        insert = f"INSERT INTO models VALUES ({number}, 'x')"
        kind = self.random.randrange(13)
        if kind == 0:
            model.models[number] = "x"
            return self.sql(STORE, insert, leave=self.is_leaving())
        if kind == 1:
            model.models.update({key: f"u{number}" for key in model.models if key % 3 == 0})
            return self.sql(STORE, f"UPDATE models SET name = 'u{number}' WHERE id % 3 = 0")
        if kind == 2:
            model.models = {key: value for key, value in model.models.items() if key % 5}
            return self.sql(STORE, "DELETE FROM models WHERE id % 5 = 0")
        if kind == 3:
            model.settings = not model.settings
            return self.sql(STORE, "CREATE TABLE settings (k, v)" if model.settings else "DROP TABLE settings")
        harmless = (
            ("BEGIN", insert, "ROLLBACK"),
            (insert, f"DELETE FROM models WHERE id = {number}"),
            ("UPDATE models SET name = name",),
            ("VACUUM",),
            ("ANALYZE",),
            ("PRAGMA wal_checkpoint(TRUNCATE)",),
            ("SELECT * FROM models",),
            (f"INSERT INTO messages VALUES ({number}, 'own')",),
            ("DELETE FROM messages", "INSERT INTO messages SELECT value, hex(randomblob(3000)) FROM generate"),
        )
        if kind == 12:
            return self.sql(STORE, "BEGIN", insert, leave=True)
        return self.sql(STORE, *harmless[kind - 4 if kind - 4 < len(harmless) else 0], leave=self.is_leaving())

    def forbidden(self) -> Step:
        model, kind = self.model, self.random.randrange(4)
        if model.forbidden is None and kind < 2:
            return self.sql(STORE, "SELECT 1")
        if model.forbidden is not None and kind == 0:
            model.forbidden = None
            model.was_made_and_removed = True
            return self.operate(FORBIDDEN, "remove")
        if model.forbidden is not None and kind == 1:
            return self.sql(FORBIDDEN, "SELECT count(*) FROM sqlite_master")
        rows = model.forbidden or {}
        model.forbidden = {**rows, self.number: self.number}
        statements = ("CREATE TABLE IF NOT EXISTS models (id)", f"INSERT INTO models VALUES ({self.number})")
        return self.sql(FORBIDDEN, *statements, leave=self.is_leaving())

    def ledger(self) -> Step:
        number, model = self.number, self.model
        kind = self.random.randrange(5)
        if kind == 0:
            model.ledger = {key: value for key, value in model.ledger.items() if key % 7}
            return self.sql(LEDGER, "DELETE FROM entries WHERE id % 7 = 0")
        if kind == 1:
            model.ledger.update({key: f"u{number}" for key in model.ledger if key % 6 == 0})
            return self.sql(LEDGER, f"UPDATE entries SET text = 'u{number}' WHERE id % 6 = 0")
        if kind == 2:
            return self.sql(LEDGER, "VACUUM")
        model.ledger[number] = "new"
        return self.sql(LEDGER, f"INSERT INTO entries VALUES ({number}, 'new')", leave=self.is_leaving())

    def file(self) -> Step:
        name = self.random.choice(FILES)
        files, line = self.model.files, f"{self.number}\n"
        if name not in files:
            files[name] = (line, self.number)
            return self.operate(name, "append", line)
        text, made = files[name]
        kinds = (
            "append",
            "append",
            "append",
            "set_times",
            "patch",
            "halve",
            "write_anew",
            "replace",
            "remake",
            "remove",
        )
        kind = self.random.choice(kinds)
        step = self.operate(name, kind, line)
        in_process = step["actor"] in {"process", "thread"}
        if kind == "remove":
            del files[name]
        elif kind == "patch":
            files[name] = (line + text[len(line) :], made)
        elif kind == "halve":
            files[name] = (text[: len(text) // 2], made)
        elif kind != "set_times":
            files[name] = (text + line, self.number if kind in {"replace", "remake"} else made)
        if in_process and text and kind in {"write_anew", "halve"}:
            self.model.cut.add(name)
        return step

    def operate(self, path: str, operation: str, text: str = "") -> Step:
        simple = operation in {"append", "write_anew", "remove", "set_times"}
        actor = self.random.choice(BY_SHELL if simple else IN_PYTHON)
        return {"path": path, "operation": operation, "text": text, "actor": actor}

    def test(self) -> tuple[dict[str, Any], set[str]]:
        """The plan of one test, and what is to be said of it."""
        before = self.model.begin()
        held = [name for name in (STORE, LEDGER) if self.random.random() < 0.2]
        steps = [self.step() for _ in range(self.random.randrange(4))]
        return {"held": held, "steps": steps}, reported(before, self.model)


def make_place(place: Path, mode: str) -> None:
    numbers = "(VALUES (100) UNION ALL SELECT value + 1 FROM n LIMIT 40)"
    tables = {
        STORE: [
            "CREATE TABLE messages (id, text)",
            "CREATE TABLE models (id INTEGER PRIMARY KEY, name)",
            "INSERT INTO models VALUES (1, 'ann'), (2, 'bob')",
            f"CREATE VIEW generate AS WITH RECURSIVE n(value) AS {numbers} SELECT * FROM n",
        ],
        LEDGER: [
            "CREATE TABLE entries (id INTEGER PRIMARY KEY, text)",
            "INSERT INTO entries VALUES (1, 'a'), (2, 'b')",
        ],
    }
    for name in FILES[:2]:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("one\ntwo\n")
    for name, statements in tables.items():
        with closing(sqlite3.connect(place / name, isolation_level=None)) as connection:
            for statement in (f"PRAGMA journal_mode = {mode}", *statements):
                connection.execute(statement)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_what_is_reported_is_what_the_model_says(tmp_path: Path, run_pytest: Callable[..., Any], mode: str) -> None:
    planner = Planner(f"{SEED} {mode}")
    planned = [planner.test() for _ in range(STEPS * 2 // 3)]
    for name, target in (("steps.py",) * 2, ("random_inner.py", "test_inner.py"), ("statefence.toml",) * 2):
        shutil.copy(MATRIX / name, tmp_path / target)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "plan.json").write_text(json.dumps([plan for plan, _ in planned]))
    make_place(tmp_path / "state", mode)

    ran = run_pytest(tmp_path, "-q", "--tb=short", APP_STATE=str(tmp_path / "state"))

    said = {name: {line.partition(":")[0] for line in outcome.said} for name, outcome in ran.tests.items()}
    wanted = {f"test[{number}]": expected for number, (_, expected) in enumerate(planned)}
    wrong = {name: (said.get(name), expected) for name, expected in wanted.items() if said.get(name) != expected}
    assert wrong == {}, json.dumps([planned[int(name[5:-1])][0] for name in list(wrong)[:2]])
    assert {outcome.result for outcome in ran.tests.values()} == {"passed", "failed"}
    assert "not judged" not in ran.output
