"""A diff can be applied by `git apply` and then gives exactly the new bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from statefence.fix import unified


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nB\r\n"),
        (b"a\r\nb\n", b"a\nb\n"),
        (b"a\nb", b"a\nB"),
        (b"a\nb", b"a\nb\n"),
        (b"a\nb\n", b"a\nb"),
        (b"a\x0cb\nc\rd\n", b"a\x0cb\nc\rD\n"),
        (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfA\nb\n"),
        ("é\u2028\nb\n".encode(), "é\u2028\nB\n".encode()),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "a.py").write_bytes(before)
    diff = unified("a.py", before, after).encode()
    subprocess.run(["git", "apply", "-p0", "--whitespace=nowarn", "-"], cwd=tmp_path, input=diff, check=True)
    assert (tmp_path / "a.py").read_bytes() == after


def test_equal_contents_have_no_diff() -> None:
    assert unified("a.py", b"a\n", b"a\n") == ""


def test_a_declared_encoding_is_decoded() -> None:
    before, after = (f"# coding: latin-1\n{text}\n".encode("latin-1") for text in ("'é'", "'ü'"))
    assert "-'é'\n+'ü'\n" in unified("a.py", before, after)


def test_bytes_that_do_not_decode_are_shown_escaped() -> None:
    assert "+\\xff\n" in unified("a.py", b"a\n", b"\xff\n")
