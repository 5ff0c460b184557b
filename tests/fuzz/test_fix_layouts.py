"""Whatever the layout of a call or dict: the meaning is the expected one, and nothing outside the edit changes."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.linter.fix.helpers import span_of

from statefence.fix import Applied, apply, fix_project
from statefence.model import (
    AddArgument,
    AddItem,
    Edit,
    Finding,
    Place,
    ReplaceExpression,
    Safety,
    Severity,
)

SPACES = st.sampled_from(["", "", " ", "\n", "\n    ", "\n\t", "  # one, two)\n  ", "\n# (\n", "\n\n  ", " \\\n "])
VALUES = st.sampled_from(
    [
        "a",
        "(a)",
        "((b))",
        "g(x, y)",
        "[1,\n 2,]",
        "'é'",
        '"#,"',
        "lambda: 0",
        "{'k': (1)}",
        "x if y else z",
        "'''#\n'''",
    ]
)
ARGUMENTS = st.one_of(VALUES, VALUES.map("k{}".format), st.sampled_from(["*a", "**b", "*(c)", "n=1", "m = 2", "o=(3)"]))
ITEMS = st.one_of(
    st.sampled_from(["**a", "** (b)", "'x': 1", "'y' :2", "z:\n3", "(w) : (4)"]), VALUES.map("'v': {}".format)
)
NEWLINES = st.sampled_from(["\n", "\r\n"])
ENCODINGS = st.sampled_from(
    [("utf-8", ""), ("utf-8-sig", ""), ("latin-1", "# coding: latin-1\n"), ("cp1252", "# coding: cp1252\n")]
)
AROUND = st.sampled_from(
    ["{}\n", "{}", "x = 1\n{}; y = 2\n", "def f():\n\treturn {}  # end\n", "'é', {}, 'ü'\n", "q[{}].z\n", "({}\n)\n"]
)


@st.composite
def lists(draw: st.DrawFn, elements: st.SearchStrategy[str]) -> str:
    parts = [draw(SPACES)]
    for element in draw(st.lists(elements, max_size=4)):
        parts += element, draw(SPACES), ",", draw(SPACES)
    if len(parts) > 1 and draw(st.booleans()):
        parts[-2] = ""
    return "".join(parts)


@st.composite
def files(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> bytes:
    encoding, cookie = draw(ENCODINGS)
    text = cookie + draw(AROUND).format(draw(inner))
    data = text.replace("\n", draw(NEWLINES)).encode(encoding)
    try:
        ast.parse(data)
    except SyntaxError:
        assume(False)
    return data


def calls(name: str) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from([name, f"({name})", f"{name} "]), lists(ARGUMENTS)).map(
        lambda p: f"{p[0]}({p[1]})"
    )


def dicts() -> st.SearchStrategy[str]:
    return lists(ITEMS).map(lambda inner: f"{{{inner}}}")


def comments(data: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def is_subsequence(before: bytes, after: bytes) -> bool:
    rest = iter(after)
    return all(byte in rest for byte in before)


def edited(data: bytes, *edits: Edit) -> bytes:
    result = apply(data, [edits])
    assert isinstance(result, Applied), result
    assert result.refusals == (None,)
    return result.data


def the_call(tree: ast.AST) -> ast.Call:
    return next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "target")


def the_dict(tree: ast.AST) -> ast.Dict:
    return next(node for node in ast.walk(tree) if isinstance(node, ast.Dict))


@given(files(calls("target")))
@settings(deadline=None, max_examples=400)
def test_an_argument_is_added_to_any_call(data: bytes) -> None:
    expected = ast.parse(data)
    call = the_call(expected)
    after = edited(data, AddArgument(span_of(call), "env", "e or {}"))
    call.keywords.append(ast.keyword("env", ast.parse("e or {}", mode="eval").body))
    assert ast.dump(ast.parse(after)) == ast.dump(expected)
    assert comments(after) == comments(data)
    assert is_subsequence(data, after)


@given(files(dicts()))
@settings(deadline=None, max_examples=400)
def test_items_are_added_to_any_dict(data: bytes) -> None:
    expected = ast.parse(data)
    node = the_dict(expected)
    after = edited(data, AddItem(span_of(node), '"K"', "v"), AddItem(span_of(node), "", "a or b"))
    node.keys += [ast.Constant("K"), None]
    node.values += [ast.Name("v", ast.Load()), ast.parse("a or b", mode="eval").body]
    assert ast.dump(ast.parse(after)) == ast.dump(expected)
    assert comments(after) == comments(data)
    assert is_subsequence(data, after)


@given(files(calls("dict")))
@settings(deadline=None, max_examples=200)
def test_an_item_added_to_any_dict_call_is_its_last(data: bytes) -> None:
    target = next(
        node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "dict"
    )
    after = ast.parse(edited(data, AddItem(span_of(target), '"K"', "v")))
    item = ast.keyword("K", ast.Name("v", ast.Load()))
    if any(keyword.arg is None for keyword in target.keywords) or any(isinstance(a, ast.Starred) for a in target.args):
        merged = (
            the_dict(after)
            if not target.keywords
            else next(
                node
                for node in ast.walk(after)
                if isinstance(node, ast.Dict) and isinstance(node.keys[-1], ast.Constant) and node.keys[-1].value == "K"
            )
        )
        assert [ast.dump(value) for value in merged.values] == [ast.dump(target), ast.dump(item.value)]
    else:
        target.keywords.append(item)
        assert ast.dump(target) in [ast.dump(node) for node in ast.walk(after)]


@given(files(calls("target")))
@settings(deadline=None, max_examples=100)
def test_the_driver_has_nothing_left_to_do(data: bytes) -> None:
    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        call = the_call(ast.parse(contents.get("a.py", data)))
        if any(keyword.arg == "env" for keyword in call.keywords):
            return ()
        edits = (AddArgument(span_of(call), "env", "e"),)
        return (Finding("SF901", "x", "m", Place("a.py", span_of(call)), "", Severity.ERROR, Safety.SAFE, edits=edits),)

    outcome = fix_project(lambda _: data, analyse, unsafe=False)
    assert not outcome.refused
    assert not outcome.remaining
    again = fix_project(
        lambda _: outcome.files[0].after, lambda c: analyse({"a.py": outcome.files[0].after, **c}), unsafe=True
    )
    assert not again.files


CONTEXTS = st.sampled_from(
    [
        "x = $", "x = $.y", "x = $[0]", "x = $()", "f($)", "f(*$)", "f(k=$)", "f(**$)", "x = -$", "x = not $",
        "x = a + $", "x = $ ** 2", "x = $ if c else d", "x = [$]", "x = {**$}", "x = {1: $}", "x = a and $",
        "x = a < $ < b", "return_($)", "x = y[$]", "x = y[$:2]", "assert $", "x = lambda: $", "if $: pass",
        "for i in $: pass", "with $: pass", "x = [i for i in $ if i]", "x = (y := $)", "x = ($)", "x: int = $",
        "def f(a=$): pass", "@$\ndef f(): pass", "x = not$", "x = $if c else d", "x = a in$", "$", "del q[$]",
        "x = 1, $", "for i in 1, $: pass", "x = {$: 1}", "x = {$}", "x = [*$]", "x = await_($)", "x += $",
        "raise $ from a",
    ]
)  # fmt: skip
REFUSALS = {
    "no expression stands exactly there",
    "the file would not parse any more",
    "a with statement would read the tuple as several managers",
}
OLD = st.sampled_from(["old", "(old)", "old.y", "'old'", "[old]", "old(1)", "(old, 1)", "(i for i in old)"])
NEW = st.sampled_from(
    [
        "new", "a.b", "f({})", "a or b", "a if b else c", "lambda: a", "a, b", "{} or a", "not {}", "'s'", "1", "-1",
        "{**{}, 'k': 1}", "await_({})", "(a)", "[{}]", "{}.z", "a | {}", "(yield)", "x < {}", "'a' 'b'", "(a, b)", "{}",
    ]
)  # fmt: skip


@given(CONTEXTS, OLD, NEW)
@settings(deadline=None, max_examples=600)
def test_a_replaced_expression_means_what_it_would_in_parentheses(context: str, old: str, new: str) -> None:
    before = context.replace("$", old) + "\n"
    try:
        tree = ast.parse(before)
    except SyntaxError:
        assume(False)
    wanted = ast.dump(ast.parse(old, mode="eval").body)
    node = next((node for node in ast.walk(tree) if isinstance(node, ast.expr) and ast.dump(node) == wanted), None)
    assume(node)
    assert node is not None
    result = apply(before.encode(), [(ReplaceExpression(span_of(node), new),)])
    assert isinstance(result, Applied)
    if result.refusals[0]:
        assert result.refusals[0] in REFUSALS
        return
    meant = ast.parse(new.replace("{}", f"({old})"), mode="eval").body

    class Substitute(ast.NodeTransformer):
        def visit(self, visited: ast.AST) -> ast.AST:
            return meant if visited is node else self.generic_visit(visited)

    assert ast.dump(ast.parse(result.data)) == ast.dump(Substitute().visit(tree))
