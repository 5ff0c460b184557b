"""Replacing an expression adds parentheses where, and only where, the code would be read differently."""

from __future__ import annotations

import ast

import pytest
from tests.linter.fix.helpers import edited, reason

from statefence.model import ReplaceExpression, Span


@pytest.mark.parametrize(
    ("before", "source", "after"),
    [
        ("x = @old@", "new", "x = new"),
        ("x = @old@", "a or b", "x = a or b"),
        ("f(@old@)", "a or b", "f(a or b)"),
        ("f(k=@old@)", "a if b else c", "f(k=a if b else c)"),
        ("f(*@old@)", "a or b", "f(*(a or b))"),
        ("x = @old@.y", "a | b", "x = (a | b).y"),
        ("x = @old@.y", "f()", "x = f().y"),
        ("x = (@old@)", "a | b", "x = (a | b)"),
        ("x = -@old@", "a + b", "x = -(a + b)"),
        ("x = @old@", "a, b", "x = (a, b)"),
        ("x = @(a, b)@", "c", "x = c"),
        ("x = [@old@]", "(yield)", "x = [(yield)]"),
        ("f(@a or b@)", "{**{}}", "f({**(a or b)})"),
        ("f(@a@)", "{**{}}", "f({**a})"),
        ("f(@a or b@)", "g({})", "f(g(a or b))"),
        ("f(@a if b else c@)", "{} | d", "f((a if b else c) | d)"),
        ("x = not@'s'@", "name", "x = not name"),
        ("x = 1 if@(a)@else 2", "b", "x = 1 if b else 2"),
        ("x = [\n    @a  # why\n    + b@\n]", "f({})", "x = [\n    f(a  # why\n    + b)\n]"),
    ],
)
def test_the_code_is_read_as_meant(before: str, source: str, after: str) -> None:
    head, old, tail = before.split("@")
    first_line = head.count("\n") + 1
    start = len(head) - head.rfind("\n") - 1
    last_line = first_line + old.count("\n")
    end = len(old) - old.rfind("\n") - 1 if "\n" in old else start + len(old)
    if old == "(a)":
        start, end = start + 1, end - 1
    span = Span(first_line, start, last_line, end)
    result = edited(f"{head}{old}{tail}\n", ReplaceExpression(span, source))
    assert result == f"{after}\n" or ast.dump(ast.parse(result)) == ast.dump(ast.parse(after))


def test_a_place_inside_an_f_string_is_refused() -> None:
    assert "f-string" in reason('x = f"{a}"\n', ReplaceExpression(Span(1, 7, 1, 8), "b"))


def test_a_source_that_is_no_expression_is_refused() -> None:
    assert "not an expression" in reason("x = a\n", ReplaceExpression(Span(1, 4, 1, 5), "b c"))


def test_a_tuple_of_context_managers_is_refused() -> None:
    assert "several managers" in reason("with a: pass\n", ReplaceExpression(Span(1, 5, 1, 6), "b, c"))


def test_a_place_outside_the_file_is_refused() -> None:
    assert "no line 7" in reason("x = a\n", ReplaceExpression(Span(7, 0, 7, 1), "b"))
