"""Policy text to templates and back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.template import Symbol, SymbolKind, Text, parse

STATE = parse("{env:APP_DIR|{home}/.app}")

PIECE = st.sampled_from(["a", "b.db", ".x", "*", "?", "{user}", "{any}", "{env:P}", "{env:P|q}", "{env:P|q/{env:R|}}"])
SEGMENT = st.one_of(
    st.just("**"), st.lists(PIECE, min_size=1, max_size=3).map("".join).filter(lambda text: "**" not in text)
)
FRONT = st.sampled_from(
    [
        "",
        "~",
        "{state}",
        "{home}",
        "{cwd}",
        "{any}",
        "C:",
        "postgresql://h",
        "{env:D|x}",
        "{env:D|{env:E|~/y}}",
        "{app:user_data_dir:halo}",
    ]
)


@given(FRONT, st.lists(SEGMENT, min_size=1, max_size=4))
def test_the_text_of_a_template_means_the_template(front: str, segments: list[str]) -> None:
    template = parse("/".join([front, *segments]), STATE)
    assert parse(str(template)) == template


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("{state}/x.db", "{env:APP_DIR|{home}/.app}/x.db"),
        ("~", "{home}"),
        ("~/x", "{home}/x"),
        ("a/~/b", "{cwd}/a/~/b"),
        ("/", "/"),
        ("/../x", "/x"),
        ("x//y/./../z/", "{cwd}/x/z"),
        ("{cwd}/../x", "{cwd}/../x"),
        ("{home}/{user}/../x", "{home}/x"),
        ("/a/**/**/b", "/a/**/b"),
        ("C:\\Users\\ann\\x.db", "C:/Users/ann/x.db"),
        ("\\\\server\\share\\x", "/server/share/x"),
        ("postgresql://host//db", "postgresql://host/db"),
        ("{env:D|data}/x", "{env:D|{cwd}/data}/x"),
        ("{home}/{env:P|data/main}/x", "{home}/{env:P|data/main}/x"),
    ],
)
def test_policy_text_has_one_canonical_form(text: str, canonical: str) -> None:
    assert str(parse(text, STATE)) == canonical


def test_a_variable_keeps_its_nested_defaults() -> None:
    (segment,) = parse("{env:A|{env:B|/c}}").segments
    inner = Symbol(SymbolKind.ENV, "B", parse("/c"))
    assert segment == (Symbol(SymbolKind.ENV, "A", parse("{env:B|/c}")),)
    assert parse("{env:B|/c}").segments == ((inner,),)


def test_text_beside_a_placeholder_stays_in_its_segment() -> None:
    assert parse("/{user}.db").segments == ((), (Symbol(SymbolKind.NAMED, "user"), Text(".db")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the path is empty"),
        ("{home/x", "never closed"),
        ("{env:A|{home}/x", "never closed"),
        ("home}/x", "without a `{`"),
        ("{home}/a**/x", "as /**/"),
        ("{home}/***/x", "as /**/"),
        ("{home}/{env:P|a**}/x", "as /**/"),
        ("{state}/x", 'add state = "'),
        ("{foo:bar}/x", "unknown placeholder {foo:bar}"),
        ("{user|x}", "unknown placeholder {user}"),
        ("{env}/x", "needs a name"),
        ("{env:}/x", "does not name an environment variable"),
        ("{env:A-B}/x", "does not name an environment variable"),
        ("{param:a.b}/x", "write {any}"),
        ("{}/x", "is no placeholder"),
        ("{a b}/x", "is no placeholder"),
        ("a/{home}/x", "must begin the path"),
        ("a/{app:user_data_dir:x}", "must begin the path"),
        ("a/{env:P|/x}", "does not begin the path"),
        ("{home}/*/../x", "after a wildcard"),
    ],
)
def test_wrong_text_is_refused_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse(text)
