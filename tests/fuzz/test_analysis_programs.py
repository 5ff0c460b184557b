"""Any program that parses is analysed: nothing is raised, nothing is lost, and the order of files does not matter."""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesmith import from_grammar

from statefence.engine import check
from statefence.policy import Policy
from statefence.policy.load import load_text
from statefence.project import Project, analyse
from statefence.source import Source

POLICY = Policy(root="/project")
RICH = """
[env.SF_MODE]
ensure = "app"
[env.SF_RAW]
not-from = ["A"]
[layers]
database = ["module0"]
[stores.main]
path = "{cwd}/**"
owners = ["database"]
tables = ["a"]
tenant = { a = "b" }
durable = true
[[forbidden]]
path = "/srv/**"
"""
PRELUDE = "import os, sqlite3, subprocess\nfrom module0 import *\n"
REACHING = (
    "subprocess.run('tool', env={})",
    "subprocess.run({}, env={{**os.environ}})",
    "sqlite3.connect({})",
    "sqlite3.connect('/srv/a.db').execute({})",
    "for A in {}: sqlite3.connect(A)",
    "def A(A={}): return subprocess.Popen(A, env=A)\nA()",
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
ANY_PROGRAM = from_grammar(auto_target=False)
ANY_EXPRESSION = from_grammar(start="eval_input", auto_target=False)


def answers(project: Project) -> tuple[object, ...]:
    """What the analysis says of every call that reaches the world."""
    return project.spawns_by_path, project.opens_by_path, project.statements_by_path, project.skipped


def reaching_lines(project: Project, path: str) -> set[int]:
    """The lines of a file on which something reaches the world."""
    found = (project.spawns_by_path, project.opens_by_path, project.statements_by_path)
    return {site.span.line for table in found for site in table.get(path, ())}


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text.encode())
        except (SyntaxError, ValueError):
            return False
    return True


def on_one_line(expression: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.unparse(ast.parse(expression.strip(), mode="eval"))


def shuffled(files: Sequence[Source], order: random.Random) -> list[Source]:
    other = list(files)
    order.shuffle(other)
    return other


@given(
    programs=st.lists(st.tuples(ANY_PROGRAM, st.sampled_from(REACHING)), min_size=1, max_size=3),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_generated_programs_are_analysed_whatever_the_order_of_the_files(
    programs: list[tuple[str, str]], order: random.Random
) -> None:
    texts = [f"{PRELUDE}{program}\n{call.format('A')}\n" for program, call in programs]
    files = [Source(f"module{number}.py", text.encode()) for number, text in enumerate(texts)]
    project = analyse(files, POLICY)
    assert [skipped.path for skipped in project.skipped] == [file.path for file in files if not parses(file.text)]
    assert answers(project) == answers(analyse(shuffled(files, order), POLICY))


@given(programs=st.lists(st.tuples(ANY_PROGRAM, st.sampled_from(REACHING)), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_generated_programs_are_checked_twice_the_same_under_a_policy_that_asks_much(
    programs: list[tuple[str, str]],
) -> None:
    texts = [f"{PRELUDE}{program}\n{call.format('A')}\n" for program, call in programs]
    files = {f"module{number}.py": text.encode() for number, text in enumerate(texts)}
    with TemporaryDirectory() as root:
        policy = load_text(RICH, root=root, source="statefence.toml")
        first, second = check(policy, overrides=files), check(policy, overrides=dict(reversed(files.items())))
    assert first.findings == second.findings
    assert {place.path for place in first.skipped if place.path in files} == {
        path for path, data in files.items() if not parses(data.decode())
    }


@given(expression=ANY_EXPRESSION.map(on_one_line), call=st.sampled_from(REACHING))
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_a_call_decided_by_a_generated_expression_is_never_lost(expression: str, call: str) -> None:
    text = PRELUDE + call.format(f"({expression})") + "\n"
    project = analyse([Source("program.py", text.encode())], POLICY)
    if parses(text):
        assert not project.skipped
        assert 3 in reaching_lines(project, "program.py")
    else:
        assert [skipped.path for skipped in project.skipped] == ["program.py"]
