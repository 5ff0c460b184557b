"""Hostile code: what doubles, nests or calls itself stays bounded, and the call that it decides is still listed.

Every program here took minutes, gigabytes or the whole stack once; a fault shows as a test that never ends.
"""

from __future__ import annotations

import sys

import pytest

from statefence.policy import Policy
from statefence.project import Project, analyse
from statefence.project.sites import PathKind
from statefence.project.values import Constant
from statefence.source import Source

OPEN = "sqlite3.connect(x)\n"


def lines(text: str, count: int) -> str:
    return "".join(text.replace("#", str(number)) for number in range(count))


def nested(opening: str, count: int, *, ends: str) -> str:
    """`count` blocks within each other; a `#` in them is the depth."""
    blocks = "".join(" " * depth + opening.replace("#", str(depth)) + "\n" for depth in range(count))
    return blocks + " " * count + ends


def analysed(program: str) -> Project:
    return analyse([Source("program.py", f"import os, sqlite3\n{program}".encode())], Policy(root="/project"))


DOUBLING = {
    "text": "x = 'a'\n" + "x = x + x\n" * 60,
    "formatted text": "x = 'a'\n" + "x = f'{x}{x}'\n" * 60,
    "tuple": "x = (1,)\n" + "x = x + x\n" * 60,
    "list in place": "x = [1]\n" + "x += x\n" * 60,
    "list of lists": "x = [1]\n" + "x = [x, x]\n" * 60,
    "list unpacked": "x = [1]\n" + "x = [*x, *x]\n" * 60,
    "dict unpacked": "x = {'a': 1}\n" + "x = {**x, **x}\n" * 60,
    "objects": "class A:\n def __init__(self, a, b): self.a, self.b = a, b\nx = A(1, 2)\n" + "x = A(x, x)\n" * 60,
    "calls": "x = 'a'\n" + "x = unknown(x, x)\n" * 60,
    "choices": "x = unknown\n" + lines("x = x.a# if unknown# else x.b\n", 60),
    "replaced by choice": "x = unknown\n" + lines("if x.find('#'): x = x.replace('#', '')\n", 60),
    "called by choice": "x = unknown\n" + lines("if unknown#: x = other#\n", 60) + "x = x(x(x(1)))\n",
    "returns": "def f0(p): return p\n" + lines("def f_#(p): return f0(p) + f0(p)\nf0 = f_#\n", 60) + "x = f0('a')\n",
    "swapped": "x, y = unknown\n" + "x, y = x + y, y + x\n" * 60,
    "lists by cases": "x = []\n" + lines("for a in 1, 2:\n if a.b#: continue\n if a.c#: continue\n x.append(a)\n", 30),
    "cases": "x = 'a'\n" + lines("if unknown#: x = x + '#'\n", 300),
}


@pytest.mark.parametrize("program", DOUBLING.values(), ids=DOUBLING.keys())
def test_what_doubles_is_not_followed_for_ever(program: str) -> None:
    project = analysed(program + OPEN)
    assert not project.skipped
    assert [opened.api for opened in project.opens_by_path["program.py"]] == ["sqlite3.connect"]


NESTING = {
    "loops over literals": nested("for x in 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h':", 12, ends=OPEN),
    "functions that call each other": nested("def f#(x):", 30, ends=OPEN)
    + "".join(" " * depth + f"f{depth}(1); f{depth}(2); f{depth}(3)\n" for depth in reversed(range(30))),
    "choices of branches": nested("if x#:", 60, ends=OPEN),
    "a chain of constructors": lines("class A#:\n def __init__(self, x):\n  with a:\n   self.x = unknown(A_(x))\n", 99)
    + "x = A0('a').x\n"
    + OPEN,
}


@pytest.mark.parametrize("program", NESTING.values(), ids=NESTING.keys())
def test_what_nests_is_not_followed_for_ever(program: str) -> None:
    project = analysed(program)
    assert not project.skipped
    assert "sqlite3.connect" in [opened.api for opened in project.opens_by_path["program.py"]]


def test_functions_that_all_call_each_other_are_followed_once_each_way() -> None:
    calls = lines("    if q: f#(p, q)\n", 40)
    functions = "".join(f"def f{number}(p, q=None):\n    sqlite3.connect(p)\n{calls}" for number in range(40))
    project = analysed(functions)
    assert not project.skipped
    assert len(project.opens_by_path["program.py"]) == 40 + 40 * 40


def test_sixty_functions_deep_there_is_stack_enough() -> None:
    chain = "def f{0}(p):\n with a:\n  for b in c:\n   if d:\n    try:\n     return str(f{1}(p))\n    finally: pass\n"
    functions = "".join(chain.format(number, number + 1) for number in range(59))
    limit = sys.getrecursionlimit()
    project = analysed(f"{functions}def f59(p): return p\nx = f0('/srv/a.db')\n{OPEN}")
    assert len(project.opens_by_path["program.py"]) == 1
    assert not project.skipped
    assert sys.getrecursionlimit() == limit


def test_a_file_nested_beyond_the_parser_is_skipped_and_said_to_be() -> None:
    (skipped,) = analysed("x = " + "not " * 90_000 + "y\n").skipped
    assert skipped.path == "program.py"
    assert skipped.reason == "its code is nested too deeply to follow"


def test_a_function_nested_beyond_the_stack_is_unknown_and_said_to_be() -> None:
    chain = "def f{0}(p): return " + "str(" * 90 + "f{1}(p)" + ")" * 90 + "\n"
    functions = "".join(chain.format(number, number + 1) for number in range(59))
    project = analysed(f"{functions}def f59(p): return p\nx = f0('/srv/a.db')\n{OPEN}")
    (opened,) = project.opens_by_path["program.py"]
    assert opened.targets[0].kind is PathKind.UNKNOWN
    assert project.skipped
    assert {skipped.reason.partition(": ")[2] for skipped in project.skipped} == {
        "its code is nested too deeply to follow"
    }


def test_empty_text_does_not_become_a_flag_that_is_false() -> None:
    program = "def f(flag=False):\n x = '?mode=ro'\n if flag: x = ''\n sqlite3.connect(f'file:/srv/a{x}', uri=True)\n"
    (opened,) = analysed(program).opens_by_path["program.py"]
    assert {str(target.template) for target in opened.targets} == {"/srv/a"}
    assert Constant("") != Constant(value=False)
    assert Constant(1) != Constant(value=True)
