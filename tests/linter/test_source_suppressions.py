from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from statefence.source import Source
from statefence.suppressions import Form, Suppression


def found(text: str) -> tuple[Suppression, ...]:
    return Source("a.py", dedent(text).encode()).suppressions


def only(text: str) -> Suppression:
    (suppression,) = found(text)
    return suppression


def test_codes_and_reason_are_read() -> None:
    comment = only("run()  # statefence: ignore[SF101, sf202] -- the child is ours\n")
    assert comment.codes == ("SF101", "SF202")
    assert comment.reason == "the child is ours"
    assert comment.form is Form.IGNORE


def test_noqa_takes_our_codes_and_leaves_the_others() -> None:
    comment = only("run()  # noqa: S602, SF101,E501\n")
    assert comment.codes == ("SF101",)
    assert comment.form is Form.NOQA


def test_a_blanket_noqa_suppresses_nothing_of_ours() -> None:
    assert found("run()  # noqa\n") == ()


def test_a_noqa_with_foreign_codes_only_is_not_ours() -> None:
    assert found("run()  # noqa: E501\n# SF101\n") == ()


def test_an_ignore_without_codes_is_kept_and_names_none() -> None:
    assert only("run()  # statefence: ignore\n").codes == ()


def test_a_string_that_looks_like_a_comment_does_not_count() -> None:
    assert found('text = "# statefence: ignore[SF101]"\n') == ()


def test_a_comment_covers_every_line_of_a_multi_line_call() -> None:
    comment = only(
        """
        before()
        run(
            a,  # statefence: ignore[SF101]
            b,
        )
        after()
        """
    )
    assert (comment.first, comment.last) == (3, 6)
    assert comment.covers("SF101", 3)
    assert not comment.covers("SF101", 7)
    assert not comment.covers("SF102", 3)


def test_a_comment_on_a_line_of_its_own_inside_a_call_covers_the_call() -> None:
    comment = only("run(\n    # statefence: ignore[SF101]\n    a,\n)\n")
    assert (comment.first, comment.last) == (1, 4)


def test_a_comment_on_a_line_of_its_own_between_statements_covers_only_itself() -> None:
    comment = only("first()\n# statefence: ignore[SF101]\nsecond()\n")
    assert (comment.first, comment.last) == (2, 2)


def test_a_comment_in_the_header_of_a_compound_statement_covers_the_header() -> None:
    comment = only("with open(  # statefence: ignore[SF503]\n    path\n):\n    body()\n")
    assert (comment.first, comment.last) == (1, 3)


def test_a_comment_in_a_body_does_not_cover_the_header() -> None:
    comment = only("if condition:\n    run()  # statefence: ignore[SF101]\n")
    assert (comment.first, comment.last) == (2, 2)


def test_a_comment_after_a_multi_line_string_covers_the_whole_statement() -> None:
    comment = only('run("""\nselect\n""")  # statefence: ignore[SF304]\n')
    assert (comment.first, comment.last) == (1, 3)


def test_a_backslash_continues_the_statement() -> None:
    comment = only("x = a + \\\n    b  # statefence: ignore[SF101]\n")
    assert (comment.first, comment.last) == (1, 2)


def test_a_comment_after_an_ignore_less_comment_on_the_same_line_is_found() -> None:
    assert only("run()  # why not  # statefence: ignore[SF101]\n").codes == ("SF101",)


def test_the_span_is_that_of_the_comment_in_bytes() -> None:
    text = "x = '\u00e9'  # statefence: ignore[SF101]"
    span = only(text).span
    assert text.encode()[span.column : span.end_column] == b"# statefence: ignore[SF101]"


def test_windows_line_ends_do_not_move_the_lines() -> None:
    comment = Source("a.py", b"a()\r\nrun(\r\n  b,  # noqa: SF101\r\n)\r\n").suppressions[0]
    assert (comment.first, comment.last) == (2, 4)


def test_a_file_that_does_not_tokenize_has_none() -> None:
    assert found("run(  # statefence: ignore[SF101]\n") == ()


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    for suppression in Source("a.py", f"{text}\n# statefence: ignore[SF101]\n".encode(errors="replace")).suppressions:
        assert suppression.first <= suppression.span.line <= suppression.last
