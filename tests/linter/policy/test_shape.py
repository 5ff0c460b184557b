"""The walk over a document finds whatever a conversion would refuse, and more at once."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from statefence.errors import PolicyError
from statefence.policy.document import Document
from statefence.policy.load import load_text
from statefence.policy.shape import problems_of_shape

SECTIONS = [
    "src",
    "state",
    "require-reasons",
    "layers",
    "env",
    "stores",
    "forbidden",
    "namespaces",
    "spawners",
    "openers",
]
KEYS = ["", "a", "a:b", "ensure", "path", "owners", "kind", "tenant", "merge", "append-only", "open-with", "belongs-to"]
VALUE = st.recursive(
    st.sampled_from([1, 2.5, True, "", "sqlite", "adds", "x", "{state}/x", "{"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from([*SECTIONS, "x"]), VALUE)


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {inline(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def refusals(text: str) -> tuple[str, ...]:
    try:
        load_text(text, root="/r", source="s.toml")
    except PolicyError as error:
        return error.problems
    return ("s.toml:1: none",)


@given(DOCUMENTS)
def test_a_document_has_problems_exactly_when_it_cannot_be_converted(raw: dict[str, object]) -> None:
    try:
        msgspec.convert(raw, Document)
    except msgspec.ValidationError:
        assert problems_of_shape(raw, Document)
    else:
        assert not problems_of_shape(raw, Document)


@given(DOCUMENTS)
def test_any_document_is_a_policy_or_refused_with_lines(raw: dict[str, object]) -> None:
    found = refusals("\n".join(f"{key} = {inline(value)}" for key, value in raw.items()))
    assert found
    assert all(1 <= int(problem.split(":")[1]) <= max(len(raw), 1) for problem in found)
