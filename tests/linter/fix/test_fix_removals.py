"""Removing a statement takes its lines, and is refused where anything else would go with it."""

from __future__ import annotations

import ast

import pytest
from tests.linter.fix.helpers import edited, first, reason

from statefence.model import RemoveStatement


def of(source: str, kind: type[ast.stmt] = ast.Expr, text: str = "") -> RemoveStatement:
    return RemoveStatement(first(source, kind, text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\nrun()\ny = 2\n", "x = 1\ny = 2\n"),
        ("x = 1\nrun(\n    a,\n)\n", "x = 1\n"),
        ("x = 1\nrun()", "x = 1\n"),
        ("run()\n", ""),
        ("def f():\n\tx = 1\n\trun()\n\treturn x\n", "def f():\n\tx = 1\n\treturn x\n"),
        ("x = 1\r\nrun()\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1  # why\nrun()\n# and this\ny = 2\n", "x = 1  # why\n# and this\ny = 2\n"),
        ("# why\n\nrun()\ny = 2\n", "# why\n\ny = 2\n"),
        ('x = 1\nrun("""a\n  # no comment\n""")\n', "x = 1\n"),
        ("if a:\n    run()\n    x = 1\n", "if a:\n    x = 1\n"),
    ],
)
def test_its_lines_go(before: str, after: str) -> None:
    assert edited(before, of(before, text="run(")) == after


def test_a_whole_try_goes() -> None:
    source = "x = 1\ntry:\n    run()\nexcept E:\n    pass\ny = 2\n"

    assert edited(source, of(source, ast.Try)) == "x = 1\ny = 2\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def f():\n    run()\n", "nothing would be left"),
        ("if a: run()\n", "stands exactly there"),
        ("run(); x = 1\n", "share its line"),
        ("run();\n", "semicolon"),
        ("run()  # why\n", "comment"),
        ("run(\n    a,  # why\n)\n", "comment"),
        ("# why\nrun()\n", "a comment stands above"),
        ("def f():\n    x = 1\n    # why\n    run()\n", "a comment stands above"),
        ("run(x := 1)\nprint(x)\n", "gives a name its value"),
        ("def f():\n    run((yield 1))\n    return 2\n", "a value to a caller"),
    ],
)
def test_what_would_go_with_it_is_kept(source: str, why: str) -> None:
    assert why in reason(source, of(source, text="run("))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x = run()\n", ast.Assign),
        ("def f():\n    x = 1\n    return run()\n", ast.Return),
        ("try:\n    x = run()\nexcept E:\n    pass\n", ast.Try),
        ("try:\n    run()\nexcept E:\n    raise\n", ast.Try),
    ],
)
def test_what_decides_anything_is_kept(source: str, kind: type[ast.stmt]) -> None:
    assert "it does more than to work out an expression" in reason(source, of(source, kind))


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    run()\nexcept E:\n    if a:\n        pass\n",
        "while a:\n    run()\n",
    ],
)
def test_other_blocks_are_kept(source: str) -> None:
    kind = ast.Try if source.startswith("try") else ast.While
    assert reason(source, of(source, kind))
