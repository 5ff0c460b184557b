"""Adding an argument to a call copies the layout of the arguments that are there."""

from __future__ import annotations

import ast

import pytest
from tests.linter.fix.helpers import edited, first, reason

from statefence.model import AddArgument, AddItem


def with_env(source: str) -> str:
    return edited(source, AddArgument(first(source, ast.Call), "env", "e"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(env=e)"),
        ("f( )", "f(env=e )"),
        ("f(a)", "f(a, env=e)"),
        ("f( a )", "f( a, env=e )"),
        ("f(a,b)", "f(a,b,env=e)"),
        ("f(a , b)", "f(a , b , env=e)"),
        ("f(a, b,)", "f(a, b, env=e,)"),
        ("f(a, k = 1)", "f(a, k = 1, env = e)"),
        ("f(*a, **k)", "f(*a, **k, env=e)"),
        ("f((a))", "f((a), env=e)"),
        ("(f) (a)", "(f) (a, env=e)"),
        ("f(x for x in y)", "f((x for x in y), env=e)"),
        ("f((x for x in y))", "f((x for x in y), env=e)"),
        ('f(a, {\n    "k": 1,\n})', 'f(a, {\n    "k": 1,\n}, env=e)'),
        ("f([\n    a,\n])", "f([\n    a,\n], env=e)"),
    ],
)
def test_an_argument_on_the_line_of_its_neighbour(before: str, after: str) -> None:
    assert with_env(f"{before}\n") == f"{after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n    env=e,\n)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    env=e\n)"),
        ("f(\n    a\n)", "f(\n    a,\n    env=e\n)"),
        ("f(\n    a, b\n)", "f(\n    a, b, env=e\n)"),
        ("f(a,\n  b)", "f(a,\n  b,\n  env=e)"),
        ("f(a,\n  b, c)", "f(a,\n  b, c, env=e)"),
        ("f(\n\ta,\n)", "f(\n\ta,\n\tenv=e,\n)"),
        ("f(\n    a\n  , b\n)", "f(\n    a\n  , b\n  , env=e\n)"),
        ("f(a, \\\n  b)", "f(a,\n  b,\n  env=e)"),
        ("f(\n    a,\n\n    b,\n)", "f(\n    a,\n\n    b,\n    env=e,\n)"),
    ],
)
def test_an_argument_on_a_line_of_its_own(before: str, after: str) -> None:
    expected = after.replace("f(a,\n  b,\n  env", "f(a, \\\n  b,\n  env") if "\\" in before else after
    assert with_env(f"{before}\n") == f"{expected}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(\n    a,  # one\n    b,  # two\n)", "f(\n    a,  # one\n    b,  # two\n    env=e,\n)"),
        ("f(\n    a,  # one\n    b  # two\n)", "f(\n    a,  # one\n    b,  # two\n    env=e\n)"),
        ("f(\n    a,\n    # last\n)", "f(\n    a,\n    # last\n    env=e,\n)"),
        ("f(\n    # only\n)", "f(\n    # only\n    env=e\n)"),
        ("f(  # only\n)", "f(  # only\n    env=e\n)"),
        ("f(a, b  # two, 2\n  )", "f(a, b,  # two, 2\n    env=e\n  )"),
        ("f(\n    a  # one\n    , b\n)", "f(\n    a  # one\n    , b\n    , env=e\n)"),
    ],
)
def test_a_comment_stays_with_its_argument(before: str, after: str) -> None:
    assert with_env(f"{before}\n") == f"{after}\n"


def test_arguments_of_one_group_are_added_in_order() -> None:
    call = first("f(a)\n", ast.Call)
    assert edited("f(a)\n", AddArgument(call, "x", "1"), AddArgument(call, "y", "2")) == "f(a, x=1, y=2)\n"


def test_the_inner_call_of_a_chain_can_be_meant() -> None:
    source = "f(a)(b)\n"
    assert edited(source, AddArgument(first(source, ast.Call, "f(a)(b)"), "k", "1")) == "f(a)(b, k=1)\n"
    inner = next(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args[0].end_col_offset == 3
    )
    assert inner.end_col_offset is not None


def test_a_value_that_would_read_differently_is_put_in_parentheses() -> None:
    call = first("f(a)\n", ast.Call)
    assert edited("f(a)\n", AddArgument(call, "k", "b, c")) == "f(a, k=(b, c))\n"


def test_a_keyword_that_the_call_has_is_refused() -> None:
    source = "f(env=None)\n"
    assert reason(source, AddArgument(first(source, ast.Call), "env", "e")) == "the call already passes env"


def test_a_call_inside_an_f_string_is_refused() -> None:
    source = 'x = f"{f(a)}"\n'
    assert reason(source, AddArgument(first(source, ast.Call), "env", "e")) == "it is inside an f-string"


def test_a_place_without_a_call_is_refused() -> None:
    assert reason("f(a)\n", AddArgument(first("f(a)\n", ast.Name), "env", "e")) == "it is not a call"
    assert "exactly there" in reason("f(a)\n", AddArgument(first("ff(a)\n", ast.Name), "env", "e"))


def test_a_value_that_is_no_expression_is_refused() -> None:
    assert "not an expression" in reason("f()\n", AddArgument(first("f()\n", ast.Call), "env", "e e"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("d = {}", 'd = {"K": v}'),
        ('d = {"a": 1}', 'd = {"a": 1, "K": v}'),
        ('d = {"a" : 1}', 'd = {"a" : 1, "K" : v}'),
        ('d = {"a":1,"b":2}', 'd = {"a":1,"b":2,"K":v}'),
        ("d = {**a}", 'd = {**a, "K": v}'),
        (
            'd = {\n    "a": 1,  # one\n    **b,  # rest\n}',
            'd = {\n    "a": 1,  # one\n    **b,  # rest\n    "K": v,\n}',
        ),
        ("d = dict()", "d = dict(K=v)"),
        ("d = dict(a)", "d = dict(a, K=v)"),
        ("d = dict(a, b=1)", "d = dict(a, b=1, K=v)"),
        ("d = dict(a, **b)", 'd = {**dict(a, **b), "K": v}'),
    ],
)
def test_an_item_is_added_as_the_last(before: str, after: str) -> None:
    kind = ast.Call if "dict(" in before else ast.Dict
    assert edited(f"{before}\n", AddItem(first(f"{before}\n", kind), '"K"', "v")) == f"{after}\n"


def test_a_key_that_is_no_keyword_is_merged_over_a_dict_call() -> None:
    source = "d = dict(a=1)\n"
    assert edited(source, AddItem(first(source, ast.Call), '"a-b"', "v")) == 'd = {**dict(a=1), "a-b": v}\n'


def test_a_spread_item_has_no_key() -> None:
    source = 'd = {"a": 1}\n'
    assert edited(source, AddItem(first(source, ast.Dict), "", "b or c")) == 'd = {"a": 1, **(b or c)}\n'
    source = "d = dict(a=1)\n"
    assert edited(source, AddItem(first(source, ast.Call), "", "b")) == "d = {**dict(a=1), **b}\n"


def test_items_of_one_group_are_added_in_order() -> None:
    source = '{\n    "a": 1\n}\n'
    target = first(source, ast.Dict)
    after = edited(source, AddItem(target, '"K"', "v"), AddItem(target, '"L"', "w"))
    assert after == '{\n    "a": 1,\n    "K": v,\n    "L": w\n}\n'


def test_an_item_needs_a_dict() -> None:
    assert "dict display" in reason("f(a)\n", AddItem(first("f(a)\n", ast.Call), '"K"', "v"))
    source = "{a: b for a in c}\n"
    assert "dict display" in reason(source, AddItem(first(source, ast.DictComp), '"K"', "v"))


def test_an_item_that_a_dict_call_has_is_refused() -> None:
    source = "dict(K=1)\n"
    assert "already passes K" in reason(source, AddItem(first(source, ast.Call), '"K"', "v"))
