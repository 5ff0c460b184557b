"""Groups are applied whole or refused, and every byte outside the edits stays."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from tests.linter.fix.helpers import first, reason

from statefence.fix import Applied, Refused, apply
from statefence.model import AddArgument, AddItem, Edit, Import, InsertStatement, ReplaceExpression, Span


def applied(data: bytes, *groups: tuple[Edit, ...]) -> Applied:
    result = apply(data, groups)
    assert isinstance(result, Applied)
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbff(a)\r\n", b"\xef\xbb\xbff(a, k='v')\r\n"),
        (
            "# coding: latin-1\nf('é')  # ü\n".encode("latin-1"),
            "# coding: latin-1\nf('é', k='v')  # ü\n".encode("latin-1"),
        ),
        ("# coding: cp1251\nf('ж')\n".encode("cp1251"), "# coding: cp1251\nf('ж', k='v')\n".encode("cp1251")),
        (
            "# coding: shift_jis\nf('表')\n".encode("shift_jis"),
            "# coding: shift_jis\nf('表', k='v')\n".encode("shift_jis"),
        ),
        ("'é'; f(\n\ta, 'ß')".encode(), "'é'; f(\n\ta, 'ß', k='v')".encode()),
        (b"f(a)\n\n\n# end", b"f(a, k='v')\n\n\n# end"),
        (b"x = 1\r\nf(a)\ny = 2\r\n", b"x = 1\r\nf(a, k='v')\ny = 2\r\n"),
        (b"s = '''\r\n'''\r\nf(a,\r\n  b)\r\n", b"s = '''\r\n'''\r\nf(a,\r\n  b,\r\n  k='v')\r\n"),
    ],
)
def test_encoding_mark_and_line_ends_stay(before: bytes, after: bytes) -> None:
    assert applied(before, (AddArgument(first(before, ast.Call), "k", "'v'"),)).data == after


def test_a_character_that_the_encoding_lacks_is_refused() -> None:
    data = b"# coding: latin-1\nf(a)\n"
    assert "has no 'ж'" in reason(data, AddArgument(first(data, ast.Call), "k", "'ж'"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"f(a)\n\x0cx = 1\n", "libcst does not give"),
        (b"f(a)\n\n # c\n ", "libcst does not give"),
        (b"f(a)\rx = 1\r", "carriage return"),
        (b"f(a)\n# \xe9\n", "is not utf-8"),
        (b"# coding: nonsense\nf(a)\n", "encoding"),
        (b"f(a)\n\0", "NUL"),
        (b"f(a)\nx = (\n", "does not parse"),
        (b"f(a)\n" + b"-" * 900 + b"1\n", "too deeply for libcst"),
        (b"f(a)\n" + b"-" * 5000 + b"1\n", "too deeply"),
        (b"f(a)\n" + b"'' " * 5000 + b"\n", "libcst cannot parse line 2"),
        (b"# coding: cp932\nf('\x87\x90')\n", "do not come back the same from cp932"),
        (b"f(a)\n" + b"g(" * 5000 + b")" * 5000 + b"\n", "does not parse"),
    ],
)
def test_a_file_that_cannot_be_edited_safely_is_refused_whole(data: bytes, why: str) -> None:
    result = apply(data, [(AddArgument(Span(1, 0, 1, 4), "k", "1"),)])
    assert isinstance(result, Refused)
    assert why in result.reason


def test_no_groups_change_nothing() -> None:
    assert applied(b"f(a)\n") == Applied(b"f(a)\n", ())


def test_a_group_without_edits_is_refused() -> None:
    assert applied(b"f(a)\n", ()).refusals == ("it has no edits",)


def test_equal_edits_of_two_groups_are_made_once() -> None:
    edit = AddArgument(Span(1, 0, 1, 4), "k", "1", (Import("os"),))
    result = applied(b"f(a)\n", (edit,), (edit,))
    assert result == Applied(b"import os\n\nf(a, k=1)\n", (None, None))


def test_the_later_of_two_overlapping_groups_is_refused() -> None:
    call = Span(1, 0, 1, 4)
    result = applied(b"f(a)\n", (AddArgument(call, "k", "1"),), (AddArgument(call, "j", "1"),))
    assert result == Applied(b"f(a, k=1)\n", (None, "it overlaps another fix: run again"))


def test_a_group_is_refused_whole() -> None:
    data = b"f(a)\ng(b)\n"
    result = applied(data, (AddArgument(Span(1, 0, 1, 4), "k", "1"), AddArgument(Span(2, 0, 2, 1), "k", "1")))
    assert result == Applied(data, ("it is not a call",))


def test_a_refused_group_stops_no_other() -> None:
    result = applied(
        b"f(a)\ng(b)\n", (AddArgument(Span(9, 0, 9, 4), "k", "1"),), (AddArgument(Span(2, 0, 2, 4), "k", "1"),)
    )
    assert result == Applied(b"f(a)\ng(b, k=1)\n", ("there is no line 9, column 0", None))


def test_a_group_that_overlaps_itself_is_refused() -> None:
    inner, outer = ReplaceExpression(Span(1, 2, 1, 3), "b"), ReplaceExpression(Span(1, 0, 1, 4), "g({})")
    assert reason("f(a)\n", inner, outer) == "its own edits overlap"


def test_nested_targets_are_edited_together() -> None:
    source = 'run(a, {"k": f(1)})\n'
    groups = (
        (AddArgument(first(source, ast.Call, "run"), "x", "1"),),
        (AddItem(first(source, ast.Dict), '"j"', "2"),),
        (AddArgument(first(source, ast.Call, "f("), "y", "3"),),
    )
    assert applied(source.encode(), *groups).data == b'run(a, {"k": f(1, y=3), "j": 2}, x=1)\n'


def test_a_group_that_breaks_the_file_stops_no_other() -> None:
    source = "del a\nf(b)\n"
    result = applied(
        source.encode(), (ReplaceExpression(Span(1, 4, 1, 5), "c()"),), (AddArgument(Span(2, 0, 2, 4), "k", "1"),)
    )
    assert result == Applied(b"del a\nf(b, k=1)\n", ("the file would not parse any more", None))


def test_imports_come_above_a_statement_inserted_at_the_same_place() -> None:
    edit = InsertStatement(Span(1, 0, 1, 5), "new()", imports=(Import("os"),))
    assert applied(b"run()\n", (edit,)).data == b"import os\n\nnew()\nrun()\n"


def test_what_the_compiler_warns_of_is_no_obstacle() -> None:
    assert applied(b"f('\\d')\n", (AddArgument(Span(1, 0, 1, 7), "k", "1"),)).data == b"f('\\d', k=1)\n"


def test_the_fixer_is_imported_without_libcst() -> None:
    script = "import sys, statefence.fix; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
