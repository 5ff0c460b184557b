"""What is put into a table of structs comes out of it as it was, and equal structs have one number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.model import Place, Span
from statefence.project.handed_on import struct_table
from statefence.project.program import RawSite
from statefence.project.values import (
    NONE,
    Choice,
    Constant,
    Directory,
    EnvironmentVariable,
    Item,
    Object,
    Parameter,
    Text,
    Value,
)
from statefence.project.values import (
    Test as Decision,
)
from statefence.template import SymbolKind

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=6)
LEAVES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Constant, st.none() | st.booleans() | st.integers() | TEXTS | st.floats(allow_nan=False)),
    st.builds(Directory, st.sampled_from(SymbolKind), TEXTS),
    st.builds(Parameter, TEXTS, TEXTS, st.just("both"), types=st.lists(TEXTS, max_size=2).map(tuple)),
)
PLACE = Place("a.py", Span(1, 0, 1, 5))


def larger(parts: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    some = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Text, some),
        st.builds(Choice, st.builds(Decision, st.just("truthy"), some, st.sampled_from([None, PLACE])), parts, parts),
        st.builds(EnvironmentVariable, TEXTS, parts, st.booleans(), st.just(PLACE)),
        st.builds(Item, parts, parts, st.none() | parts),
        st.builds(Object, TEXTS, st.lists(st.tuples(TEXTS, TEXTS, parts), max_size=2).map(tuple)),
    )


VALUES = st.recursive(LEAVES, larger, max_leaves=12)


@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_a_value_is_the_same_after_it_was_written_down(values: list[Value]) -> None:
    table = struct_table()
    numbers = [table.number(value) for value in values]
    again = struct_table(table.nodes)
    assert [again.struct(number, Value) for number in numbers] == values
    assert [again.number(value) for value in values] == numbers
    assert again.nodes == table.nodes


@given(one=VALUES, other=VALUES)
def test_two_values_have_one_number_if_they_are_equal(one: Value, other: Value) -> None:
    table = struct_table()
    assert (table.number(one) == table.number(other)) == (one == other)


def test_a_site_is_the_same_after_it_was_written_down() -> None:
    roles: dict[str, Value] = {"path": Constant(2**70), "mode": NONE}
    site = RawSite("open", "sqlite3.connect", "sqlite3.connect", "a.py", PLACE.span, "a", "a:", roles)
    table = struct_table()
    number = table.number(site)
    assert struct_table(table.nodes).struct(number, RawSite) == site


def test_a_struct_of_another_kind_is_refused() -> None:
    table = struct_table()
    with pytest.raises(TypeError, match="0 is no Directory"):
        table.struct(table.number(Constant(1)), Directory)
