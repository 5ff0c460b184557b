from __future__ import annotations

import sys

import pytest

from statefence.engine.newer_syntax import python_needed


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("type Pair[T] = tuple[T, T]", "3.12"),
        ("type Alias = int", "3.12"),
        ("def first[T](items: list[T]) -> T: ...", "3.12"),
        ("    async def go[T](x: T): ...", "3.12"),
        ("class Box[T]: ...", "3.12"),
        ("class Box[T = int]: ...", "3.13"),
        ("type Box[T = int] = list[T]", "3.13"),
        ("page = t'<p>{name}</p>'", "3.14"),
        ("except OSError, ValueError:", "3.14"),
        ("lazy import json", "3.15"),
        ("lazy from json import dumps", "3.15"),
    ],
)
def test_a_line_that_only_a_newer_python_reads_names_it(line: str, version: str) -> None:
    is_newer = tuple(map(int, version.split("."))) > sys.version_info[:2]
    assert python_needed("invalid syntax", line) == (version if is_newer else None)


@pytest.mark.parametrize(
    "line",
    ["x = = 1", "type = 1", "def f(:", "print 'x'", "text = 'lazy import'", "except (A, B):", "part'a'"],
)
def test_an_ordinary_mistake_names_none(line: str) -> None:
    assert python_needed("invalid syntax", line) is None


def test_what_the_parser_says_of_a_format_string_counts() -> None:
    line = "f'{x!r:{y['a']}}'"
    is_older = sys.version_info < (3, 12)
    assert python_needed("f-string: expecting '}'", line) == ("3.12" if is_older else None)
