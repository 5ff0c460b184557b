"""Templates in the world of one process."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.template import (
    Symbol,
    SymbolKind,
    Template,
    build,
    fixed_prefix,
    is_literal,
    match,
    matches,
    parse,
    resolve,
)


def resolved(text: str, **environ: str) -> list[str]:
    return [str(template) for template in in_world(parse(text), **environ)]


def in_world(template: Template, **environ: str) -> tuple[Template, ...]:
    return resolve(template, environ, home="/home/ann", cwd="/work/dir", tmp="/tmp", repo="/repo")


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{home}/x", "/home/ann/x"),
        ("x", "/work/dir/x"),
        ("{tmp}/x", "/tmp/x"),
        ("{repo}/../x", "/x"),
        ("{env:SET|{home}}/x", "/data/x"),
        ("{env:RELATIVE}/x", "/work/dir/rel/x"),
        ("{env:TILDE}/x", "/home/ann/t/x"),
        ("{env:EMPTY|{home}/e}/x", "/home/ann/e/x"),
        ("{env:ABSENT|{env:SET}}/x", "/data/x"),
        ("{home}/{env:NAME|n}/x", "/home/ann/name/x"),
        ("{home}/{env:ABSENT|n/m}/x", "/home/ann/n/m/x"),
        ("{home}/{env:SET}/x", "/data/x"),
        ("{home}/{u}/*/**/{any}?", "/home/ann/{u}/*/**/{any}?"),
        ("{any}/x", "{any}/x"),
        ("{app:user_data_dir:halo}/x", "/home/ann/.local/share/halo/x"),
        ("{app:user_log_path:halo}/x", "/xdg/state/halo/log/x"),
        ("{app:get_app_dir:Big App}/x", "/home/ann/.config/big-app/x"),
    ],
)
def test_a_template_means_one_place_in_a_world(text: str, expected: str) -> None:
    environ = {"SET": "/data", "RELATIVE": "rel", "TILDE": "~/t", "EMPTY": "", "NAME": "name"}
    assert resolved(text, **environ, XDG_STATE_HOME="/xdg/state") == [expected]


@pytest.mark.parametrize("text", ["{env:ABSENT}/x", "{home}/{env:ABSENT}", "{app:site_data_dir:halo}/x"])
def test_a_template_without_a_value_means_no_place(text: str) -> None:
    assert resolved(text) == []


def test_a_parameter_is_some_text_here() -> None:
    template = build([Symbol(SymbolKind.HOME), "/", Symbol(SymbolKind.PARAM, "f.x"), ".db"])
    assert [str(each) for each in in_world(template)] == ["/home/ann/{any}.db"]


def test_windows_directories_become_drives() -> None:
    (template,) = resolve(parse("{home}/x"), {}, home="C:\\Users\\ann", cwd="C:\\w", tmp="C:\\t", repo="C:\\r")
    assert str(template) == "C:/Users/ann/x"


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("/a/b/x.db", "/a/b"),
        ("/a/b/*/x.db", "/a/b"),
        ("/a/b/**", "/a/b"),
        ("/a/b{u}/c", "/a"),
        ("/x.db", "/"),
        ("/*/x.db", "/"),
        ("/", "/"),
        ("C:/x.db", "C:/"),
        ("C:/a/x.db", "C:/a"),
        ("{any}/x.db", ""),
    ],
)
def test_the_fixed_prefix_is_the_deepest_directory_that_is_certain(text: str, prefix: str) -> None:
    assert fixed_prefix(parse(text)) == prefix


def test_literal_is_a_path_without_symbols_and_globs() -> None:
    assert is_literal(parse("/a/b"))
    assert not is_literal(parse("/a/*"))
    assert not is_literal(parse("{home}/b"))


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("/a/*_r/*_r.db", "/a/x_r/y_r.db", True),
        ("/a/*_r/*_r.db", "/a/x_r/z/y_r.db", False),
        ("/a/{u}_r/{u}_r.db", "/a/x_r/x_r.db", True),
        ("/a/{u}_r/{u}_r.db", "/a/x_r/y_r.db", False),
        ("/a/{u}.db", "/a/.db", False),
        ("/a/*.db", "/a/.db", True),
        ("/a/*", "/a/", False),
        ("/a*b*?c*.db", "/a--b-b-xc-.db", True),
        ("/a*b*?c*.db", "/a--c-b-.db", False),
        ("/a/**", "/a", True),
        ("/a/**/x", "/a/x", True),
        ("/a/**/x", "/a/b\n/c/x", True),
        ("/a/?.db", "/a/é.db", True),
        ("/a/x+y(1).db", "/a/x+y(1).db", True),
        ("{any}/x.db", "/p/q/x.db", True),
        ("{home}/x.db", "/home/ann/x.db", False),
        ("/", "/", True),
    ],
)
def test_a_concrete_path_lies_on_a_template(text: str, path: str, expected: bool) -> None:
    assert matches(parse(text), path) is expected


PIECE = st.sampled_from(["a", "b", "*", "?", "{n}", "{any}"])
SEGMENT = st.one_of(
    st.just("**"), st.lists(PIECE, min_size=1, max_size=3).map("".join).filter(lambda text: "**" not in text)
)


@given(st.lists(SEGMENT, max_size=4), st.lists(st.sampled_from(["a", "b", "ab", "bba"]), max_size=4))
def test_matching_a_concrete_path_agrees_with_matching_its_template(pattern: list[str], parts: list[str]) -> None:
    template, path = parse("/" + "/".join(pattern)), "/" + "/".join(parts)
    assert matches(template, path) is (match(template, build(path)) is Answer.YES)
