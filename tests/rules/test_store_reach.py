"""How a denied layer really comes to write a store, and what SF502 must say of each way; and the search behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.model import Hit, Place, Span, Step
from statefence.policy.load import load_text
from statefence.project import analyse
from statefence.registry import find, rules
from statefence.source import Source
from statefence.testing import check_findings
from statefence_rules.files._reach import Call, Writes, chain, reach_of

STORE_REACH = find("SF502", rules())
POLICY = """
    [layers]
    importer = ["app.importer.**"]
    converter = ["app.converter"]
    storage = ["app.vault"]

    [stores.vault]
    path = "{home}/.app/vault.db"
    owners = ["storage"]
    deny = ["importer", "converter"]
"""
VAULT = """
    import sqlite3
    from pathlib import Path

    def connect():
        return sqlite3.connect(Path.home() / ".app" / "vault.db")

    def record(text):
        with connect() as connection:
            connection.execute("INSERT INTO records VALUES (?)", (text,))

    class Vault:
        def __init__(self, path: Path = Path.home() / ".app" / "vault.db"):
            self.connection = sqlite3.connect(path)

        def record(self, text):
            self.connection.execute("INSERT INTO records VALUES (?)", (text,))
"""
REACHES = {
    "an imported name": """
        from app.vault import record
        def load(line):
            record(line)  # error: app.importer.load > app.vault.record
    """,
    "a renamed module": """
        import app.vault as v
        def load(line):
            v.record(line)  # error
    """,
    "an import in a function": """
        def load(line):
            from app.vault import record
            record(line)  # error
    """,
    "at the top of the module": """
        from app.vault import record
        record("loaded")  # error: app.importer > app.vault.record
    """,
    "in a comprehension": """
        from app.vault import record
        def load(lines):
            return [record(line) for line in lines]  # error
    """,
    "in a lambda": """
        from app.vault import record
        load = lambda line: record(line)  # error
    """,
    "in a nested function": """
        from app.vault import record
        def load(lines):
            def each(line):
                record(line)  # error
            for line in lines:
                each(line)
    """,
    "awaited": """
        from app.vault import record
        async def load(line):
            record(line)  # error
    """,
    "an annotated parameter": """
        from app.vault import Vault
        def load(vault: Vault, line):
            vault.record(line)  # error: app.vault.Vault.record
    """,
    "a subclass": """
        from app.vault import Vault
        class Imported(Vault):
            def load(self, line):
                self.record(line)  # error: app.vault.Vault.record
    """,
    "a method of its own class": """
        from app.vault import record
        class Importer:
            def load(self, line):
                self.step(line)
            def step(self, line):
                record(line)  # error
    """,
    "in a try and in a with": """
        from app.vault import record
        def load(line):
            try:
                with open(line) as file:
                    record(file.read())  # error
            except OSError:
                record("nothing")  # error
    """,
}


def program(importer: str) -> dict[str, str]:
    return {
        "app/vault.py": textwrap.dedent(VAULT),
        "app/converter.py": "",
        "app/importer.py": textwrap.dedent(importer),
    }


@pytest.mark.parametrize("way", REACHES)
def test_a_denied_layer_that_reaches_a_write_is_found(way: str) -> None:
    assert check_findings(STORE_REACH, program(REACHES[way]), POLICY)


def test_a_call_from_one_denied_layer_to_another_leaves_none() -> None:
    files = {
        "app/vault.py": VAULT,
        "app/importer.py": "from app import converter\ndef load(line):\n    converter.convert(line)\n",
        "app/converter.py": "from app.vault import record\ndef convert(line):\n    record(line)  # error\n",
    }
    assert len(check_findings(STORE_REACH, files, POLICY)) == 1


def test_a_call_of_several_methods_is_found_once_by_the_shortest_chain() -> None:
    files = program("""
        from app.sinks import Direct, Roundabout
        def load(sink: Direct | Roundabout, line):
            sink.write(line)  # error: app.importer.load > app.sinks.Direct.write > app.vault.record
    """)
    files["app/sinks.py"] = textwrap.dedent("""
        from app.vault import record
        def later(line):
            record(line)
        class Direct:
            def write(self, line):
                record(line)
        class Roundabout:
            def write(self, line):
                later(line)
    """)
    assert len(check_findings(STORE_REACH, files, POLICY)) == 1


def hits(files: Mapping[str, str]) -> list[Hit]:
    """What the rule says of a program, in the order of its modules."""
    policy = load_text(textwrap.dedent(POLICY), root="/case", source="statefence.toml")
    project = analyse([Source(path, textwrap.dedent(text).encode()) for path, text in files.items()], policy)
    return [hit for module in project.modules for hit in STORE_REACH.rule.check(module, project, policy)]


def test_the_trace_is_the_whole_chain_with_the_line_of_every_step() -> None:
    files = program("from app.vault import Vault\ndef load(line):\n    step(line)\ndef step(line):\n    Vault()\n")
    (hit,) = hits(files)
    told = [(step.message, files[step.place.path].splitlines()[step.place.span.line - 1]) for step in hit.trace]
    assert told == [
        ("app.importer.step calls app.vault.Vault.__init__", "    Vault()"),
        ("sqlite3.connect opens vault for writing", "        self.connection = sqlite3.connect(path)"),
    ]


def test_a_statement_ends_the_chain_too() -> None:
    (hit,) = hits(program("from app.vault import record\nrecord(1)\n"))
    assert [step.message for step in hit.trace] == [
        "app.importer calls app.vault.record",
        "a statement writes records in vault",
    ]


FLAGS = """
def make():
    sqlite3.connect(Path.home() / ".app" / "vault.db")

def two(first, second):
    if first:
        make()
    if second:
        sqlite3.connect(Path.home() / ".app" / "vault.db")

def again(count, write):
    if write:
        make()
    if count:
        again(count - 1, write)

def flips(count, write):
    if write:
        make()
    if count:
        flips(count - 1, not write)

def skips(items, *, dry_run):
    for item in items:
        if dry_run:
            continue
        make()

def whatever(create):
    create = create or True
    if create:
        make()
"""


@pytest.mark.parametrize(
    ("call", "reaches"),
    [
        ("two(False, False)", False),
        ("two(True, False)", True),
        ("two(False, True)", True),
        ("two(line, False)", True),
        ("again(3, False)", False),
        ("again(3, True)", True),
        ("flips(1, False)", True),
        ("flips(0, False)", False),
        ("skips([1], dry_run=True)", False),
        ("skips([1], dry_run=False)", True),
        ("whatever(False)", True),
    ],
)
def test_a_call_reaches_what_its_arguments_do_not_rule_out(call: str, *, reaches: bool) -> None:
    files = program(f"from app.vault import *\ndef load(line):\n    {call}\n")
    files["app/vault.py"] += FLAGS
    assert bool(hits(files)) is reaches


EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


def graph(edges: list[tuple[int, int]]) -> dict[str, list[Call]]:
    """The calls by callee, sorted, each at a line of its own."""
    calls = [Call(place(number), f"f{caller}", f"f{callee}") for number, (caller, callee) in enumerate(edges, 1)]
    return {call.callee: [each for each in sorted(calls) if each.callee == call.callee] for call in calls}


def place(line: int) -> Place:
    return Place("app.py", Span(line, 0, line, 9))


def distances(edges: list[tuple[int, int]], writers: set[int]) -> dict[str, int]:
    """The fewest calls from each function to a writer, by relaxing every edge until nothing changes."""
    known = {f"f{writer}": 0 for writer in writers}
    for _ in range(10):
        for caller, callee in edges:
            if f"f{callee}" in known:
                known[f"f{caller}"] = min(known.get(f"f{caller}", 99), known[f"f{callee}"] + 1)
    return known


@given(EDGES, st.sets(st.integers(0, 9), max_size=3))
def test_the_chain_is_a_shortest_one_for_every_function_that_has_one(
    edges: list[tuple[int, int]], writers: set[int]
) -> None:
    writes = Writes({f"f{writer}": [(Step(place(100 + writer), "writes"),)] for writer in writers}, frozenset(), {})
    reach = reach_of(writes, graph(edges))
    found = {function: list(chain(routes[0])) for function, routes in reach.routes.items()}
    assert {function: len(calls) for function, calls in found.items()} == distances(edges, writers)
    for function, calls in found.items():
        assert [call.caller for call in calls] == [function, *(call.callee for call in calls)][: len(calls)]


@given(EDGES, st.sets(st.integers(0, 9), min_size=1, max_size=3))
def test_the_order_of_the_calls_does_not_change_the_chains(edges: list[tuple[int, int]], writers: set[int]) -> None:
    steps = [(f"f{writer}", [(Step(place(100 + writer), "writes"),)]) for writer in writers]
    first = reach_of(Writes(dict(steps), frozenset(), {}), graph(edges))
    callers = graph(edges)
    again = reach_of(Writes(dict(reversed(steps)), frozenset(), {}), dict(reversed(callers.items())))
    assert first.routes == again.routes
