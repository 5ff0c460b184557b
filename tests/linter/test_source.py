from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.model import Skipped
from statefence.source import Source, Unread, decoded, read


def source(data: bytes) -> Source:
    result = decoded("a.py", data)
    assert isinstance(result, Source), result
    return result


def reason(data: bytes) -> str:
    result = decoded("a.py", data)
    assert isinstance(result, Skipped), result
    return result.reason


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert source(b"\xef\xbb\xbfx = 1\n").text == "x = 1\n"


def test_a_coding_cookie_decides_the_encoding() -> None:
    latin = source("# coding: latin-1\nname = 'Jos\u00e9'\n".encode("latin-1"))
    assert latin.encoding == "iso-8859-1"
    assert latin.line_text(2) == "name = 'Jos\u00e9'"


def test_a_cookie_on_the_third_line_decides_nothing() -> None:
    assert source(b"\n\n# coding: latin-1\n").encoding == "utf-8"


def test_line_ends_of_every_kind_end_a_line_and_a_form_feed_does_not() -> None:
    assert source(b"a\r\nb\rc\nd\x0ce\n").lines == ("a", "b", "c", "d\x0ce", "")


@pytest.mark.parametrize(("data", "newline"), [(b"a\r\nb\n", "\r\n"), (b"a\n", "\n"), (b"a", "\n"), (b"a\rb", "\r")])
def test_the_newline_is_the_first_line_end(data: bytes, newline: str) -> None:
    assert source(data).newline == newline


def test_columns_count_characters_where_ast_counts_bytes() -> None:
    text = "x = '\u00e9\u4e2d\U0001f600'; call()\n"
    call = ast.parse(text).body[1]
    assert source(text.encode()).character_column(1, call.col_offset) == text.index("call") + 1


def test_columns_of_a_latin_1_file_are_those_of_its_text() -> None:
    text = "# coding: latin-1\nx = '\u00e9'; call()\n"
    data = text.encode("latin-1")
    call = ast.parse(data).body[1]
    assert source(data).character_column(2, call.col_offset) == text.splitlines()[1].index("call") + 1


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.data())
def test_every_character_of_a_line_keeps_its_column(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    assert source(line.encode()).character_column(1, len(line[:column].encode())) == column + 1


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_the_lines_are_those_that_ast_counts(text: str) -> None:
    data = ("'''" + text.replace("\\", "").replace("'", "") + "'''\nlast").encode()
    assert len(source(data).lines) == ast.parse(data).body[-1].lineno


def test_nul_bytes_make_a_file_binary() -> None:
    assert "binary" in reason(b"x = 1\n\0")


def test_undecodable_bytes_are_reported_with_their_line_and_the_way_out() -> None:
    assert reason(b"x = 1\ny = '\xe9'\n") == "line 2 is not utf-8: declare the encoding in a `# coding:` comment"


def test_an_encoding_that_does_not_exist_is_named() -> None:
    assert "klingon" in reason(b"# coding: klingon\n")


def test_a_cookie_that_contradicts_the_byte_order_mark_is_reported() -> None:
    assert "the declared encoding cannot be used" in reason(b"\xef\xbb\xbf# coding: latin-1\n")


def test_a_codec_that_is_not_a_text_encoding_is_reported() -> None:
    assert "the declared encoding cannot be used" in reason(b"# coding: hex\n")


def test_a_directory_is_unread(tmp_path: Path) -> None:
    (tmp_path / "x.py").mkdir()
    assert isinstance(read(tmp_path, "x.py"), Unread)


def test_a_pipe_is_unread_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    assert read(tmp_path, "x.py") == Unread("x.py", "not a regular file")


def test_a_dangling_link_is_unread(tmp_path: Path) -> None:
    (tmp_path / "x.py").symlink_to("nowhere.py")
    assert read(tmp_path, "x.py") == Unread("x.py", "cannot be read: No such file or directory")


def test_a_link_to_itself_is_unread(tmp_path: Path) -> None:
    (tmp_path / "x.py").symlink_to("x.py")
    assert isinstance(read(tmp_path, "x.py"), Unread)


def test_a_readable_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    assert read(tmp_path, "x.py") == Source("x.py", b"\xef\xbb\xbfx = 1\r\n")
