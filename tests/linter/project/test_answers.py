"""What is found out anew after a change is what a whole run finds; the rest is taken as it was."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack, structs

from statefence.policy.load import default
from statefence.project import Answers, Latest, Past, Project, analyse
from statefence.source import Source, decoded

BLOCK = """
import os
def block():
    return {**os.environ, "A": "1"}
"""
START = """
import subprocess
from app.block import block
def start(command, env=None):
    subprocess.run(command, env=env or block())
"""
LABEL = """
def label():
    return "a store"
def suffix():
    return ""
"""
STORE = """
import sqlite3
from app.label import label, suffix
class Store:
    def __init__(self, path):
        self.path = path
    def open(self):
        print(label())
        return sqlite3.connect(self.path + suffix())
    def add(self, row):
        with self.open() as database:
            database.execute("INSERT INTO rows VALUES (?)", (row,))
"""
MADE = """
import subprocess
from app.store import Store
def made():
    subprocess.run(["made"])
    return Store("/srv/made.db")
"""
TOOL = """
import subprocess
class Tool:
    def block(self):
        raise NotImplementedError
    def go(self):
        subprocess.run(["tool"], env=self.block())
"""
OWN_TOOL = """
from app.tool import Tool
class Own(Tool):
    def block(self):
        return {"OWN": "1"}
"""
PING = """
import subprocess
from app.pong import pong
def ping(depth, env):
    subprocess.run(["ping"], env=env)
    return pong(depth - 1, env) if depth else {"PING": "1"}
"""
PONG = """
from app.ping import ping
def pong(depth, env):
    return ping(depth, env)
"""
OUTER = """
from app.block import block
from app.start import start
def outer():
    env = block()
    def inner():
        start(["inner"], env)
    inner()
"""
MAIN = """
from app import Store, start
from app.own_tool import Own
from app.pong import pong
def main(path="/srv/main.db"):
    Store(path).add(1)
    start(["plain"])
    start(["given"], {"GIVEN": "1"})
    Own().go()
    pong(1, {"B": "2"})
"""
TESTS = """
from app import Store
from app.start import start
def test_store(tmp_path):
    Store(tmp_path / "a.db").open()
    start(["test"], {"T": "1"})
"""
EXTRA = """
import sqlite3 as database
from app.tool import Tool
class Extra(Tool):
    def block(self):
        return {"EXTRA": "1"}
def opened(path):
    return database.connect(path)
"""
USER = """
from app.extra import opened
def use(path="/srv/used.db"):
    return opened(path)
"""
VARIANTS: Mapping[str, tuple[str | None, ...]] = {
    "app/__init__.py": (
        "from app.store import Store\nfrom app.start import start\n",
        "from app.store import Store\nfrom app.start import start as start\n",
        "from app.store import *\nfrom app.start import start\nBASE = '/srv'\n",
    ),
    "app/block.py": (
        BLOCK,
        "# moved down\n" + BLOCK,
        "def block():\n    return {'ONLY': '1'}\n",
        "def block(:\n",
        BLOCK + "def unused():\n    return block()\n",
    ),
    "app/start.py": (
        START,
        START.replace("env=env or block()", "env=env"),
        START.replace("subprocess.run(command, env=env or block())", "return block()"),
        START + "def restart(command, env):\n    start(command, env)\n",
        START.replace("def start(command, env=None)", "def start(command, env={})"),
    ),
    "app/store.py": (
        STORE,
        STORE.replace("connect(self.path + suffix())", "connect(self.path + '.new')"),
        STORE.replace("INSERT INTO rows VALUES (?)", "CREATE TABLE rows (x)"),
        STORE.replace("self.path = path", "self.path = '/fixed.db'"),
        "import sqlite3\nclass Store:\n    pass\n",
    ),
    "app/label.py": (
        LABEL,
        LABEL.replace("a store", "another"),
        LABEL.replace('""', '".new"'),
        LABEL.replace("def suffix", "def unused():\n    return label()\ndef suffix"),
    ),
    "app/made.py": (MADE, MADE.replace("made.db", "other.db"), MADE + "def more(path):\n    Store(path).open()\n"),
    "app/tool.py": (TOOL, TOOL.replace("raise NotImplementedError", "return None"), "class Tool:\n    pass\n"),
    "app/own_tool.py": (OWN_TOOL, OWN_TOOL.replace('"OWN"', '"PATH"'), OWN_TOOL + "Other = Own\n"),
    "app/ping.py": (PING, PING.replace('"ping"', '"other"'), PING.replace("if depth else", "if depth > 1 else")),
    "app/pong.py": (PONG, PONG.replace("ping(depth, env)", "ping(depth, {**env, 'C': '3'})"), "pong = print\n"),
    "app/outer.py": (OUTER, OUTER.replace("    inner()\n", "    return inner\n"), OUTER.replace("block()", "{}")),
    "app/extra.py": (
        None,
        EXTRA,
        EXTRA.replace("(Tool)", ""),
        EXTRA.replace(" as database", "").replace("database", "sqlite3"),
    ),
    "app/user.py": (USER, USER + "def again(path):\n    return use(path)\n", None),
    "app/main.py": (MAIN, "# moved\n\n" + MAIN, MAIN.replace("/srv/main.db", "main.db"), "x = 1\n"),
    "tests/test_app.py": (TESTS, TESTS.replace("a.db", "b.db"), "def test_nothing():\n    pass\n"),
}
FIRST = dict.fromkeys(VARIANTS, 0)


def sources(chosen: Mapping[str, int]) -> list[Source]:
    texts = {path: VARIANTS[path][number] for path, number in chosen.items()}
    found = [decoded(path, text.encode()) for path, text in texts.items() if text is not None]
    return [source for source in found if isinstance(source, Source)]


def analysed(chosen: Mapping[str, int], past: Past | None = None, *, thorough: bool = False) -> Project:
    return analyse(sources(chosen), default("/project"), thorough=thorough, past=past)


def kept(past: Latest) -> Answers:
    """What a run found out, after it was written down and read again."""
    assert past.answers is not None
    return msgpack.decode(msgpack.encode(past.answers), type=Answers)


CHANGES = st.sampled_from([(path, number) for path, texts in VARIANTS.items() for number in range(len(texts))])


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.lists(CHANGES, min_size=1, max_size=2), min_size=1, max_size=5), thorough=st.booleans())
def test_what_is_found_out_after_changes_is_what_a_whole_run_finds(
    changes: list[list[tuple[str, int]]], thorough: bool
) -> None:
    chosen, past = dict(FIRST), Latest()
    analysed(chosen, past, thorough=thorough)
    for change in changes:
        chosen.update(change)
        past = Latest(kept(past))
        assert analysed(chosen, past, thorough=thorough) == analysed(chosen, thorough=thorough)


def marked(answers: Answers, key: str) -> Answers:
    """The answers, with a name in those about one body that no run would find."""
    body = answers.bodies[key]
    spawns = tuple([structs.replace(spawn, symbol="marked") for spawn in body.records.spawns])
    changed = structs.replace(body, records=structs.replace(body.records, spawns=spawns))
    return structs.replace(answers, bodies={**answers.bodies, key: changed})


def is_taken(key: str, path: str, number: int) -> bool:
    """Whether the answers about a body are those of the run before, after a file was changed."""
    first = Latest()
    analysed(FIRST, first)
    project = analysed({**FIRST, path: number}, Latest(marked(kept(first), key)))
    found = [spawn.symbol for spawns in project.spawns_by_path.values() for spawn in spawns]
    return "marked" in found


def test_what_does_not_rest_on_a_changed_file_is_taken_as_it_was() -> None:
    assert is_taken("app.tool:Tool.go", "app/block.py", 2)
    assert is_taken("app.start:start", "tests/test_app.py", 1)
    assert is_taken("app.ping:ping", "app/outer.py", 2)


def test_what_rests_on_a_changed_file_at_any_distance_is_found_out_anew() -> None:
    assert not is_taken("app.start:start", "app/block.py", 2)
    assert not is_taken("app.outer:outer.inner", "app/block.py", 2)
    assert not is_taken("app.main:main", "app/own_tool.py", 1)


def test_a_call_of_a_wrapper_is_looked_at_again_when_what_it_comes_to_has_changed() -> None:
    assert is_taken("app.made:made", "app/label.py", 1)
    assert not is_taken("app.made:made", "app/label.py", 2)


def test_what_has_nothing_to_do_with_a_new_file_is_taken_as_it_was() -> None:
    assert is_taken("app.start:start", "app/extra.py", 1)
    assert not is_taken("app.tool:Tool.go", "app/extra.py", 1)
    assert is_taken("app.start:start", "app/user.py", 2)


def test_what_does_not_call_a_new_wrapper_is_taken_as_it_was() -> None:
    assert is_taken("app.tool:Tool.go", "app/start.py", 3)


def test_after_a_package_has_gone_everything_is_found_out_anew() -> None:
    first = Latest()
    analysed(FIRST, first)
    fewer = {path: number for path, number in FIRST.items() if path != "app/__init__.py"}
    project = analysed(fewer, Latest(marked(kept(first), "app.tool:Tool.go")))
    assert project == analysed(fewer)


def test_without_a_change_nothing_is_found_out_anew() -> None:
    first = Latest()
    analysed(FIRST, first)
    past = Latest(kept(first))
    before = past.answers
    assert analysed(FIRST, past) == analysed(FIRST)
    assert past.answers is before
