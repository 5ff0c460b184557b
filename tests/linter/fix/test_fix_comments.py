"""Taking codes out of a suppression leaves everything else of the comment and of the line."""

from __future__ import annotations

import pytest
from tests.linter.fix.helpers import edited, reason

from statefence.fix.comments import keeps_comments
from statefence.model import RemoveSuppression, Span

LINE = Span(1, 0, 1, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # statefence: ignore[SF101]", "x = 1"),
        ("x = 1  # statefence: ignore[SF101] -- because of #12", "x = 1"),
        ("x = 1  # statefence: ignore[SF101, SF202] -- why", "x = 1  # statefence: ignore[SF202] -- why"),
        ("x = 1  # statefence: ignore[SF202,SF101]", "x = 1  # statefence: ignore[SF202]"),
        ("x = 1  # noqa: SF101", "x = 1"),
        ("x = 1  # noqa: E501, SF101", "x = 1  # noqa: E501"),
        ("x = 1  # NOQA:SF101,E501", "x = 1  # NOQA:E501"),
        ("x = 1  # type: ignore  # statefence: ignore[SF101]", "x = 1  # type: ignore"),
        ("x = 1  # statefence: ignore[SF101]  # type: ignore", "x = 1  # type: ignore"),
        ("x = '#'  # statefence: ignore[sf101]\r", "x = '#'\r"),
    ],
)
def test_what_stays(before: str, after: str) -> None:
    assert edited(f"{before}\n", RemoveSuppression(LINE, ("SF101",))) == f"{after}\n"


def test_a_line_that_held_nothing_else_goes() -> None:
    source = "run(\n    # statefence: ignore[SF101]\n    a,\n)\n"
    assert edited(source, RemoveSuppression(Span(2, 4, 2, 31), ("SF101",))) == "run(\n    a,\n)\n"


def test_a_file_may_end_with_the_comment() -> None:
    assert edited("x = 1  # noqa: SF101", RemoveSuppression(LINE, ("SF101",))) == "x = 1"


def test_a_suppression_without_codes_is_removed_by_no_codes() -> None:
    assert edited("x = 1  # statefence: ignore\n", RemoveSuppression(LINE, ())) == "x = 1\n"


@pytest.mark.parametrize(
    "source", ["x = 1\n", "x = 1  # why\n", "x = 1  # noqa\n", "x = 1  # noqa: E501\n", "x = '# noqa: SF101'\n"]
)
def test_what_does_not_suppress_the_code_is_refused(source: str) -> None:
    assert "comment" in reason(source, RemoveSuppression(LINE, ("SF101",)))


def test_comments_are_a_multiset() -> None:
    assert keeps_comments(b"a  # x\nb  # y\n", b"b  # y\nc\na  # x\n", ())
    assert not keeps_comments(b"a  # x\n", b"a\n", ())
    assert not keeps_comments(b"a  # x\n", b"a  # x\nb # x\n", ())


def test_comments_that_cannot_be_told_are_not_kept() -> None:
    assert not keeps_comments(b"a  # x\n", b"(a  # x\n", ())


def test_a_removed_suppression_is_not_missed() -> None:
    edit = RemoveSuppression(LINE, ("SF101",))
    assert keeps_comments(b"a  # noqa: SF101, E1\n", b"a  # noqa: E1\n", (edit,))
    assert not keeps_comments(b"a  # noqa: SF101, E1\n", b"a\n", (edit,))
