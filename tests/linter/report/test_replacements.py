"""Replacements: whatever two texts differ in, making them turns the one into the other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.model import Span
from statefence.report.replacements import Replacement, _changes
from statefence.source import Source

LINES = st.lists(
    st.builds(str.__add__, st.text("ab \u4e2d", max_size=3), st.sampled_from(["\n", "\r\n", "\r"])), max_size=6
)
TEXTS = st.builds(lambda lines, last: "".join(lines) + last, LINES, st.text("ab\u4e2d", max_size=3))


def made(text: str, changes: list[Replacement]) -> str:
    """The text after the replacements, the last first, by the lines and byte columns of the source."""
    source = Source("a.py", text.encode())
    for change in reversed(changes):
        start, end = (
            offset(source, line, column)
            for line, column in (
                (change.span.line, change.span.column),
                (change.span.end_line, change.span.end_column),
            )
        )
        text = text[:start] + change.text + text[end:]
    return text


def offset(source: Source, line: int, column: int) -> int:
    """The offset in characters of a place; each line's end is counted as it stands in the text."""
    position = 0
    for before in source.lines[: line - 1]:
        position += len(before)
        position += 2 if source.text.startswith("\r\n", position) else 1
    return position + source.character_column(line, column) - 1


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_making_the_replacements_gives_the_other_text(before: str, after: str) -> None:
    assert made(before, list(_changes(before, after))) == after


@settings(deadline=None)
@given(TEXTS)
def test_equal_texts_need_none(text: str) -> None:
    assert list(_changes(text, text)) == []


def test_an_insertion_replaces_nothing() -> None:
    assert list(_changes("f(a)\n", "f(a, b)\n")) == [Replacement(Span(1, 3, 1, 3), ", b")]


def test_columns_count_bytes() -> None:
    assert list(_changes("x = '\u4e2d', 1\n", "x = '\u4e2d', 2\n")) == [Replacement(Span(1, 11, 1, 12), "2")]
