"""The facts of a file depend on its bytes alone, and say where everything stands."""

import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from statefence.facts import Request, extract, ir
from statefence.facts.reader import Parsed, Reading, extract_all, extracted

CALL = "run(['a'], env={})"


def first(data: bytes) -> ir.Statement:
    """The first statement of a file."""
    return extract(data).body[0]


@pytest.mark.parametrize(
    "prefix", [b"", b"\n\n", b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n", b"'''text'''\r\n\r\n"]
)
def test_a_statement_stands_where_the_file_has_it(prefix: bytes) -> None:
    statement = first(prefix + CALL.encode())
    assert statement.span.line == prefix.count(b"\n") + 1
    assert (statement.span.column, statement.span.end_column) == (0, len(CALL))


def test_columns_count_bytes() -> None:
    statement = first("x = 'é' + y".encode())
    assert isinstance(statement, ir.Assign)
    assert isinstance(statement.value, ir.Binary)
    assert statement.value.right.span.column == len("x = 'é' + ".encode())


@pytest.mark.parametrize("text", ["def f(:\n", "x = \n", "match x:\n", "'\n"])
def test_what_is_no_python_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        extract(text.encode())


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["import os", "x = {**os.environ}", "del x['A']", "for k in x: pass", CALL]), min_size=1)
)
def test_the_same_bytes_give_the_same_facts(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    assert extract(data) == extract(data)


@pytest.mark.parametrize("name", ["test/test_codecs.py", "test/test_unicodedata.py", "json/encoder.py", "ast.py"])
def test_what_another_process_reads_is_the_same(name: str) -> None:
    data = (Path(sysconfig.get_path("stdlib")) / name).read_bytes()
    (reading,) = msgpack.decode(extract_all(msgpack.encode([Request(data, b"def")])), type=list[Reading])
    assert reading == extracted(Request(data, b"def"))
    assert isinstance(reading, Parsed)
