"""Inserting a statement keeps indentation and line ends, and never moves it to another time."""

from __future__ import annotations

import ast

import pytest
from tests.linter.fix.helpers import edited, first, reason

from statefence.model import InsertStatement, Span


def inserted(source: str, *, after: bool = False) -> str:
    return edited(source, InsertStatement(first(source, ast.Call, "run("), "new()", after=after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run()\n", "new()\nrun()\n"),
        ("x = 1\nrun()\n", "x = 1\nnew()\nrun()\n"),
        ("def f():\n\treturn run()\n", "def f():\n\tnew()\n\treturn run()\n"),
        ("if run():\n    pass\n", "new()\nif run():\n    pass\n"),
        ("if a:\n    pass\nelse:\n    run()\n", "if a:\n    pass\nelse:\n    new()\n    run()\n"),
        ("# why\nrun(\n    a,\n)\n", "# why\nnew()\nrun(\n    a,\n)\n"),
        ("run(); x = 1\n", "new()\nrun(); x = 1\n"),
        ("@run()\ndef f(): pass\n", "new()\n@run()\ndef f(): pass\n"),
        ("class A:\n    @run()\n    def f(self): ...\n", "class A:\n    new()\n    @run()\n    def f(self): ...\n"),
        ("x = 1\r\nrun()\r\n", "x = 1\r\nnew()\r\nrun()\r\n"),
    ],
)
def test_before_a_statement(before: str, after: str) -> None:
    assert inserted(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run()\n", "run()\nnew()\n"),
        ("run()", "run()\nnew()"),
        ("run()  # why\nx = 1\n", "run()  # why\nnew()\nx = 1\n"),
        (
            "def f():\n    x = run(\n        a)\n    return x\n",
            "def f():\n    x = run(\n        a)\n    new()\n    return x\n",
        ),
        ("with run():\n    pass  # why\n\nx = 1\n", "with run():\n    pass  # why\nnew()\n\nx = 1\n"),
        ("x = 1; run()\r\ny = 2\r\n", "x = 1; run()\r\nnew()\r\ny = 2\r\n"),
        ('x = """\n""", run()\n', 'x = """\n""", run()\nnew()\n'),
    ],
)
def test_after_a_statement(before: str, after: str) -> None:
    assert inserted(before, after=True) == after


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("if x: run()\n", "header's line"),
        ("f = lambda: run()\n", "lambda"),
        ("x = [run() for _ in y]\n", "comprehension"),
        ("while run():\n    pass\n", "condition"),
        ("if x:\n    pass\nelif run():\n    pass\n", "elif"),
        ("x = 1; run()\n", "share its line"),
        ("try:\n    pass\nexcept run():\n    pass\n", "except"),
        ("match x:\n    case 1 if run():\n        pass\n", "case"),
    ],
)
def test_where_it_would_run_at_another_time_it_is_refused(source: str, why: str) -> None:
    assert why in reason(source, InsertStatement(first(source, ast.Call, "run("), "new()"))


def test_nothing_is_inserted_where_it_would_not_run() -> None:
    source = "def f():\n    return run()\n"
    assert "would run" in reason(source, InsertStatement(first(source, ast.Call), "new()", after=True))


def test_a_source_of_two_statements_is_refused() -> None:
    assert "no statement" in reason("run()\n", InsertStatement(Span(1, 0, 1, 5), "# nothing"))
    assert "not a statement" in reason("run()\n", InsertStatement(Span(1, 0, 1, 5), "a b"))


def test_a_place_between_statements_is_refused() -> None:
    assert "no statement" in reason("\n\nrun()\n", InsertStatement(Span(1, 0, 1, 0), "new()"))


def test_statements_of_one_group_keep_their_order() -> None:
    target = first("run()\n", ast.Call)
    assert edited("run()\n", InsertStatement(target, "a()"), InsertStatement(target, "b()")) == "a()\nb()\nrun()\n"


def test_several_lines_are_indented_as_the_file_is() -> None:
    source = "if wanted:\n\trun()\n"
    edit = InsertStatement(first(source, ast.Call), "with a() as b:\n    b.close()\nc()", after=True)
    assert edited(source, edit) == "if wanted:\n\trun()\n\twith a() as b:\n\t\tb.close()\n\tc()\n"


def test_what_goes_after_a_block_goes_after_what_goes_at_its_end() -> None:
    source = "with a() as b:\n    run()\n"
    inner = InsertStatement(first(source, ast.Call, "run("), "b.flush()", after=True)
    outer = InsertStatement(first(source, ast.Call, "a("), "done()", after=True)
    assert edited(source, outer, inner) == "with a() as b:\n    run()\n    b.flush()\ndone()\n"
