"""Files that are not Python: text put in, suppressions taken out, every other byte kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.fix import Applied, Refused
from statefence.fix.plain import apply_plain
from statefence.model import AddArgument, InsertText, LocalEdit, RemoveSuppression, Span
from statefence.source import Source

IGNORE = "-- statefence: ignore[SF403, SF404] -- small"


def edited(data: bytes, *groups: tuple[LocalEdit, ...], path: str = "a.sql") -> Applied:
    result = apply_plain(path, data, groups)
    assert isinstance(result, Applied)
    return result


def removal(text: str, *codes: str) -> RemoveSuppression:
    (suppression,) = Source("a.sql", text.encode()).suppressions
    return RemoveSuppression(suppression.span, codes)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0\ufeff")), st.booleans())
def test_text_is_put_in_and_nothing_else_changes(line: str, mark: bool) -> None:
    data = (b"\xef\xbb\xbf" if mark else b"") + f"{line}\r\nend".encode()
    width = len(line.encode())
    result = edited(data, (InsertText(Span(1, 0, 1, width), "\nnew"),))
    assert result.data == data.replace(b"\r\nend", b"\r\nnew\r\nend")


def test_the_same_text_of_two_findings_is_put_in_once() -> None:
    group = (InsertText(Span(1, 0, 1, 1), "b"),)
    assert edited(b"a\n", group, group) == Applied(b"ab\n", (None, None))


def test_one_code_of_several_is_taken_out() -> None:
    text = f"CREATE TABLE a (b);  {IGNORE}\n"
    result = edited(text.encode(), (removal(text, "SF404"),))
    assert result.data == b"CREATE TABLE a (b);  -- statefence: ignore[SF403] -- small\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [(f"a;  {IGNORE}\nb;\n", "a;\nb;\n"), (f"{IGNORE}\na;\n", "a;\n"), (f"a;\n  {IGNORE}", "a;\n")],
)
def test_a_comment_goes_with_its_last_code(text: str, left: str) -> None:
    assert edited(text.encode(), (removal(text, "SF403", "SF404"),)).data == left.encode()


def test_edits_of_python_are_refused() -> None:
    assert edited(b"a\n", (AddArgument(Span(1, 0, 1, 1), "a", "b"),)).refusals == ("the file is not Python",)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert isinstance(apply_plain("a.sql", b"\xff", [()]), Refused)
