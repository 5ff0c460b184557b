"""Globs over dotted module names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.policy.globs import matches_module


@pytest.mark.parametrize(
    ("pattern", "dotted", "expected"),
    [
        ("chatos.chat.**", "chatos.chat", True),
        ("chatos.chat.**", "chatos.chat.views.http", True),
        ("chatos.chat.**", "chatos.chats", False),
        ("chatos.chat.**", "other.chatos.chat", False),
        ("chatos.*", "chatos.chat", True),
        ("chatos.*", "chatos", False),
        ("chatos.*", "chatos.chat.views", False),
        ("**.models", "models", True),
        ("**.models", "a.b.models", True),
        ("a.**.b", "a.b", True),
        ("a.**.b", "a.c.d.b", True),
        ("a.test_*", "a.test_x", True),
        ("a.test_?", "a.test_xy", False),
        ("**", "anything.at.all", True),
        ("a", "a", True),
        ("a", "a.b", False),
        ("a.b", "axb", False),
    ],
)
def test_a_glob_covers_a_module(pattern: str, dotted: str, expected: bool) -> None:
    assert matches_module(pattern, dotted) is expected


@given(st.lists(st.sampled_from(["a", "b", "ab", "*", "**"]), min_size=1), st.lists(st.sampled_from(["a", "b", "ab"])))
def test_components_are_matched_one_by_one(pattern: list[str], module: list[str]) -> None:
    def fits(globs: list[str], parts: list[str]) -> bool:
        if not globs:
            return not parts
        if globs[0] == "**":
            return any(fits(globs[1:], parts[n:]) for n in range(len(parts) + 1))
        return bool(parts) and globs[0] in {"*", parts[0]} and fits(globs[1:], parts[1:])

    assert not module or matches_module(".".join(pattern), ".".join(module)) is fits(pattern, module)
