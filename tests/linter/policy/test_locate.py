"""The lines of keys, in TOML of every shape."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import tomli
from hypothesis import given
from hypothesis import strategies as st

from statefence.policy.locate import locate

Path = tuple[str, ...]

EVERY_KEY = ["a", "b-c", "d.e", "f g", "[x]", "#", "1", 'q"', "é", "=", "'"]
KEYS = st.sampled_from(EVERY_KEY)
SCALARS = st.sampled_from(
    ['"x"', "'[y] = {'", "1.5", "true", "1979-05-27 07:32:00", '"a # b"', '"\\"]"']
) | st.sampled_from(['"""\n[no]\n"x" = 1\n"""', "'''\n''a'''''", '""""a"""""'])
SPACE = st.sampled_from(["", " ", "\n", " # ], }\n", "\n\n  "])


def written_key(draw: st.DrawFn, key: str) -> str:
    if key.replace("-", "").isascii() and key.replace("-", "").isalnum():
        return draw(st.sampled_from([key, f'"{key}"', f"'{key}'"]))
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["scalar", "array", "table"] if depth else ["scalar"]))
    if kind == "scalar":
        return draw(SCALARS)
    if kind == "array":
        items = draw(st.lists(values(depth - 1), max_size=3))
        return "[" + "".join(draw(SPACE) + item + draw(SPACE) + "," for item in items) + draw(SPACE) + "]"
    keys = draw(st.lists(KEYS, unique=True, max_size=3))
    pairs = [f"{written_key(draw, key)} = {draw(values(depth - 1))}" for key in keys]
    return "{ " + ", ".join(pairs) + " }"


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """TOML text, and the line of every table header and of every key directly below one."""
    text, lines = "", {}
    tables = draw(st.lists(st.tuples(KEYS, st.booleans()), unique_by=lambda table: table[0], max_size=3))
    for name, is_array in [("", False), *tables]:
        for number in range(draw(st.integers(1, 2)) if is_array else 1):
            table: Path = (name, str(number)) if is_array else (name,) if name else ()
            text += draw(st.sampled_from(["", "\n", "# [a]\n", "  \t\n"]))
            if name:
                lines[table] = text.count("\n") + 1
                header = written_key(draw, name)
                text += f"[[{header}]] # x\n" if is_array else f"  [ {header} ]\n"
            taken = {other for other, _ in tables} if not name else set()
            free = sorted(set(EVERY_KEY) - taken)
            for key in draw(st.lists(st.sampled_from(free), unique=True, max_size=3)):
                lines[*table, key] = text.count("\n") + 1
                text += f"{written_key(draw, key)} = {draw(values())}{draw(st.sampled_from(['', ' # c']))}\n"
    return draw(st.sampled_from([text, text.replace("\n", "\r\n")])), lines


def key_paths(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from key_paths(inner, (*path, str(key)))


@given(documents())
def test_every_key_that_the_parser_finds_has_its_line(document: tuple[str, dict[Path, int]]) -> None:
    text, lines = document
    located = locate(text)
    assert set(located) == set(key_paths(tomli.loads(text)))
    assert {path: located[path] for path in lines} == lines


def test_a_nested_array_of_tables_belongs_to_its_latest_parent() -> None:
    text = dedent("""\
        [[a]]
        [[a.b]]
        x = 1
        [[a.b]]
        [a.b.c]
        y = 1
        [[a]]
        [[a.b]]
        """)
    located = locate(text)
    assert (located["a", "0", "b", "1", "c", "y"], located["a", "1", "b", "0"]) == (6, 8)


def test_dotted_keys_and_implied_tables_have_lines() -> None:
    located = locate('\nfruit . "apple.x".y = 1\n[tool.other]\n[tool.statefence.layers]\n')
    assert located["fruit", "apple.x", "y"] == located["fruit", "apple.x"] == located["fruit",] == 2
    assert located["tool",] == 3
    assert located["tool", "statefence"] == 4


def test_items_of_an_array_over_several_lines_have_their_own() -> None:
    located = locate('x = [\n  "a", # one\n\n  { k = 1 },\n]\ny = 2\n')
    assert (located["x", "0"], located["x", "1", "k"], located["y",]) == (2, 4, 6)


def test_an_escaped_key_is_decoded() -> None:
    assert locate('"a\\u00e9\\"" = 1') == {(): 1, ('aé"',): 1}
