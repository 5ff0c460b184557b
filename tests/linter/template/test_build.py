"""Concatenations of text and symbols, as the analysis makes them."""

from __future__ import annotations

import posixpath

from hypothesis import given
from hypothesis import strategies as st

from statefence.template import Symbol, SymbolKind, Text, build, parse, substitute
from statefence.template.build import flatten

HOME = Symbol(SymbolKind.HOME)
PARAMETER = Symbol(SymbolKind.PARAM, "pkg.mod.open.path")


def written(*pieces: str | Symbol) -> str:
    return str(build(pieces))


def test_a_relative_path_begins_in_the_working_directory() -> None:
    assert written("data/x.db") == "{cwd}/data/x.db"


def test_nothing_is_the_working_directory() -> None:
    assert written("") == written(".") == written() == "{cwd}"


def test_an_unknown_value_in_front_begins_the_path() -> None:
    assert written(PARAMETER, "/x.db") == "{param:pkg.mod.open.path}/x.db"


def test_an_unknown_value_after_text_does_not() -> None:
    assert written("data-", PARAMETER) == "{cwd}/data-{param:pkg.mod.open.path}"


def test_a_place_after_a_slash_begins_the_path_anew() -> None:
    assert written("data/", HOME, "/x") == "{home}/x"


def test_text_is_joined_across_pieces() -> None:
    assert build(["/a", Text("b"), "c/d"]) == build("/abc/d")


def test_a_step_up_is_kept_only_after_something_unknown() -> None:
    assert written("/a/b/../c") == "/a/c"
    assert written(PARAMETER, "/../c") == "{param:pkg.mod.open.path}/../c"
    assert written("/a", PARAMETER, "/../../c") == "/a{param:pkg.mod.open.path}/../../c"


def test_a_step_up_from_a_name_that_is_known_but_for_a_part_is_taken() -> None:
    assert written("/a/chat-", PARAMETER, ".md/../c") == "/a/c"
    assert written(PARAMETER, ".md/../c") == "{param:pkg.mod.open.path}.md/../c"


def test_a_tilde_is_text_until_someone_expands_it() -> None:
    assert written("~/x") == "{cwd}/~/x"


def test_a_drive_and_a_scheme_are_roots() -> None:
    assert written("C:\\Users\\", PARAMETER, "\\x") == "C:/Users/{param:pkg.mod.open.path}/x"
    assert written("postgresql://u@h/", PARAMETER) == "postgresql://u@h/{param:pkg.mod.open.path}"


def test_a_default_made_as_a_path_is_a_fragment_where_it_is_joined() -> None:
    profile = Symbol(SymbolKind.ENV, "PROFILE", build("main"))
    assert written(HOME, "/", profile, "/x") == "{home}/{env:PROFILE|main}/x"
    assert written(profile, "/x") == "{env:PROFILE|{cwd}/main}/x"


def test_a_nested_default_is_a_fragment_too() -> None:
    outer = Symbol(SymbolKind.ENV, "A", build([Symbol(SymbolKind.ENV, "B", build("main"))]))
    assert written(HOME, "/", outer) == "{home}/{env:A|{env:B|main}}"


@given(st.lists(st.sampled_from(["a", "b", ".", "..", ""]), max_size=8))
def test_a_literal_absolute_path_is_normalised_as_the_standard_library_does(parts: list[str]) -> None:
    text = "/" + "/".join(parts)
    assert written(text) == "/" + posixpath.normpath(text).lstrip("/")


@given(st.lists(st.sampled_from(["a", "/", "..", ".", HOME, PARAMETER, "C:", "x://"]), max_size=8))
def test_building_what_was_built_changes_nothing(pieces: list[str | Symbol]) -> None:
    template = build(pieces)
    assert build(flatten(template)) == template


def test_substituting_an_absolute_value_replaces_what_is_before_it() -> None:
    template = parse("{home}/{env:P|x}/y")
    assert str(substitute(template, lambda symbol: ["/data"] if symbol.name == "P" else [symbol])) == "/data/y"
