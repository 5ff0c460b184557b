"""Spans count bytes and text counts characters; what a rule reads between them must be exact."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from statefence.api import Module, Span
from statefence.source import Source
from statefence_rules.source_text import argument, has_one_argument, is_dict, spreads, text_at, within

VALUES = st.sampled_from(["x", "'ü'", "f(a, b)", "{'a': 1}", "(1\n , 2)", "x if y else z", "lambda: 0", '"""a\nü"""'])


def module_of(text: str) -> Module:
    data = text.encode()
    return Module("app", "app.py", Source("app.py", data))


def first_call(text: str) -> tuple[Module, Span]:
    """The module with that text, and the span of the first call in it."""
    node = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return module_of(text), Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


@given(st.lists(VALUES, max_size=3), st.lists(VALUES, max_size=3), st.sampled_from(["", "ü = ", "if 1:\n    ä = "]))
def test_every_argument_is_found_where_it_stands(positional: list[str], keywords: list[str], before: str) -> None:
    arguments = [*positional, *(f"k{number}={value}" for number, value in enumerate(keywords))]
    module, call = first_call(f"{before}run({', '.join(arguments)})\n")
    for number, value in enumerate(positional):
        found = argument(module, call, "none", number)
        assert found is not None
        assert ast.dump(ast.parse(f"({text_at(module, found)})")) == ast.dump(ast.parse(f"({value})"))
    for number, value in enumerate(keywords):
        found = argument(module, call, f"k{number}", None)
        assert found is not None
        assert ast.dump(ast.parse(f"({text_at(module, found)})")) == ast.dump(ast.parse(f"({value})"))
    assert has_one_argument(module, call) is (len(arguments) == 1)


def test_an_argument_that_is_not_passed_has_no_place() -> None:
    module, call = first_call("run(a, *b, c, **d)\n")
    assert argument(module, call, "env", 2) is None
    assert argument(module, call, "env", None) is None


def test_the_last_position_counts_from_the_end() -> None:
    module, call = first_call("execle(path, name, env)\n")
    found = argument(module, call, "env", -1)
    assert found is not None
    assert text_at(module, found) == "env"


def test_spreads_are_what_a_dict_takes_over_whole() -> None:
    for text, expected in {
        "{**a, 'b': c, **d.e()}": ["a", "d.e()"],
        "dict(a, b=c, **d)": ["a", "d"],
        "dict(b=c)": [],
        "{'b': c}": [],
    }.items():
        module = module_of(text)
        whole = Span(1, 0, 1, len(text))
        assert spreads(module, whole) == expected
        assert is_dict(module, whole)


def test_what_only_gives_a_dict_is_none_that_can_be_added_to() -> None:
    for text in ("{k: v for k, v in x}", "x.copy()", "x | {}", "{1, 2}", "make_dict(a=1)"):
        assert not is_dict(module_of(text), Span(1, 0, 1, len(text)))


def test_a_span_lies_within_itself_and_what_surrounds_it() -> None:
    outer, inner, later = Span(1, 4, 3, 2), Span(2, 0, 3, 2), Span(3, 1, 3, 3)
    assert within(outer, outer)
    assert within(inner, outer)
    assert not within(outer, inner)
    assert not within(later, outer)
