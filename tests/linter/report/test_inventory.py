from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from statefence.engine import load
from statefence.policy.load import load_text
from statefence.report.inventory import inventory, inventory_json, inventory_lines
from statefence.report.tree import drawn_tree, plain_tree

POLICY = """
[layers]
app = ["app"]

[stores.main]
path = "{home}/.app/main.db"
owners = ["app"]
"""
TEXT = """\
import os, sqlite3, subprocess
from pathlib import Path


def go(flag: bool) -> None:
    n = '\u4e2d'; subprocess.run(["a"], env={"PATH": "/bin", "A": n})
    connection = sqlite3.connect(Path.home() / ".app" / "main.db")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (?)", (1,))
    subprocess.run(["b"], env=None if flag else {**os.environ, "B": "1"})
"""


DOUBTFUL = """\
import sqlite3, subprocess
from elsewhere import block, place
subprocess.run(["a"], env=block())
def start(env):
    subprocess.run(["a"], env=env)
subprocess.run(["a"])
sqlite3.connect(place())
"""
WRAPPED = """\
import os, subprocess
def start(env):
    subprocess.run(["a"], env=env)
start({**os.environ, "A": "1"})
start({"B": "1"})
start({**os.environ, "A": "2"})
subprocess.run(["a"])
subprocess.run(["b"])
"""


def found(root: Path, files: Mapping[str, str], *paths: str) -> dict[str, Any]:
    policy = load_text(POLICY, root=str(root), source="statefence.toml")
    return inventory(load(policy, {path: text.encode() for path, text in files.items()}), policy, paths)


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, Any]:
    return found(tmp_path, {"app.py": TEXT})


def test_a_spawn_has_the_documented_fields(whole: dict[str, Any]) -> None:
    first = whole["spawns"][0]
    assert list(first) == [
        "path", "line", "column", "api", "via", "env", "alternatives", "sets", "drops", "symbol", "trace",
        "reason",
    ]  # fmt: skip
    assert (first["path"], first["line"], first["column"]) == ("app.py", 6, 14)
    assert (first["api"], first["via"], first["env"], first["symbol"]) == ("subprocess.run", None, "partial", "app.go")
    assert sorted(first["sets"]) == ["A", "PATH"]


def test_an_answer_reachable_at_the_same_line_is_an_alternative(whole: dict[str, Any]) -> None:
    second = whole["spawns"][1]
    assert {second["env"], *second["alternatives"]} == {"inherits", "full"}
    assert second["env"] not in second["alternatives"]


def test_an_open_has_the_documented_fields_and_its_store(whole: dict[str, Any]) -> None:
    (row,) = whole["opens"]
    assert list(row) == [
        "path", "line", "column", "api", "via", "kind", "alternatives", "target", "mode", "store", "symbol", "trace",
        "reason",
    ]  # fmt: skip
    assert (row["line"], row["kind"], row["target"], row["store"]) == (7, "symbolic", "{home}/.app/main.db", "main")


def test_a_statement_has_the_documented_fields_and_its_store(whole: dict[str, Any]) -> None:
    create, insert = whole["statements"]
    assert list(insert) == [
        "path", "line", "column", "sql", "reads", "writes", "ddl", "holes", "store", "symbol", "trace"
    ]  # fmt: skip
    assert (create["line"], create["ddl"]) == (8, ["t"])
    assert (insert["sql"], insert["writes"], insert["holes"]) == ("INSERT INTO t VALUES (?)", ["t"], 0)
    assert insert["store"] == "main"


def test_what_is_not_known_or_decided_elsewhere_has_its_reason(tmp_path: Path) -> None:
    rows = found(tmp_path, {"app.py": DOUBTFUL})
    reasons = [(row["env"], row["reason"]) for row in rows["spawns"] if row["via"] is None]
    assert reasons == [
        ("unknown", "the environment comes from a call that is not followed"),
        ("passthrough", "the parameter 'env' decides"),
        ("inherits", None),
    ]
    (opened,) = rows["opens"]
    assert (opened["kind"], bool(opened["reason"])) == ("unknown", True)
    (_, (unknown, *_)) = next(inventory_lines(rows))
    assert unknown.endswith("spawn subprocess.run unknown (the environment comes from a call that is not followed)")


def test_calls_of_wrappers_of_which_the_same_is_said_share_a_line(tmp_path: Path) -> None:
    ((_, lines),) = inventory_lines(found(tmp_path, {"app.py": WRAPPED}))
    assert lines == (
        "3:5 spawn subprocess.run passthrough",
        "4:1, 6:1 spawn start (ends in subprocess.run) full +A",
        "5:1 spawn start (ends in subprocess.run) partial +B",
        "7:1 spawn subprocess.run inherits",
        "8:1 spawn subprocess.run inherits",
    )


def test_the_json_is_what_was_found(whole: dict[str, Any]) -> None:
    text = inventory_json(whole)
    assert json.loads(text) == whole
    assert text.isascii()


def test_paths_filter_what_is_listed(tmp_path: Path) -> None:
    files = {"app.py": TEXT, "other/b.py": TEXT}
    assert {row["path"] for row in found(tmp_path, files, "other")["spawns"]} == {"other/b.py"}


def test_an_inventory_of_nothing_is_whole(tmp_path: Path) -> None:
    empty = found(tmp_path, {"app.py": ""})
    assert empty == {"version": 1, "spawns": [], "opens": [], "statements": []}
    assert list(plain_tree(inventory_lines(empty))) == []
    assert "project" in drawn_tree(inventory_lines(empty), "project", 80)


def test_people_read_the_sites_of_a_file_in_their_order(whole: dict[str, Any]) -> None:
    lines = list(plain_tree(inventory_lines(whole)))
    assert lines[0] == "app.py"
    assert [line.split()[0] for line in lines[1:]] == ["6:14", "7:18", "8:5", "9:5", "10:5"]
    assert "open sqlite3.connect" in lines[2]
    assert lines[2].endswith("symbolic {home}/.app/main.db (store main)")


def test_the_drawn_tree_holds_every_line(whole: dict[str, Any]) -> None:
    drawn = drawn_tree(inventory_lines(whole), "project", 200)
    for line in plain_tree(inventory_lines(whole)):
        assert line.strip() in drawn


def test_markup_of_a_terminal_library_in_a_name_is_only_text() -> None:
    assert "[red]a.py" in drawn_tree([("[red]a.py", ("1:1 open [/]",))], "project", 80)
