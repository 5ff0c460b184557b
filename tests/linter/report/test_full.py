from __future__ import annotations

from textwrap import dedent

from msgspec.structs import replace

from statefence.engine import Report
from statefence.model import Finding, Place, Span
from statefence.report.full import full
from statefence.report.style import ansi
from statefence.source import Source


def shown(finding: Finding, text: str) -> list[str]:
    source = Source(finding.place.path, text.encode())
    return list(full(Report((finding,), 1, (), 0, 0, {source.path: source})))


def test_a_finding_is_shown_with_its_source_and_its_trace(report: Report) -> None:
    expected = """
        SF001 unreadable-file: this file was not analysed: binary
         --> b.py:1:1

        SF101 partial-spawn-env: [fix] the child does not get APP_HOME
         --> src/run.py:3:13 in app.run
          |
        3 | name = '\u4e2d'; subprocess.run(command, env=block)
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        note: the block is made here
         --> src/blocks.py:1:9
          |
        1 | block = {
          |         ^
        2 |     'PATH': '/bin',
        3 | }
    """
    assert "\n".join(full(report)) == dedent(expected).removeprefix("\n")


def test_no_findings_are_no_lines(clean: Report) -> None:
    assert list(full(clean)) == []


def test_colours_change_nothing_else(report: Report) -> None:
    import re

    coloured = "\n".join(full(report, ansi))
    assert "\x1b[1;31mSF101\x1b[0m" in coloured
    assert "\x1b[1;33mSF001\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "\n".join(full(report))


def test_a_tab_before_the_finding_keeps_the_carets_below_it(finding: Finding) -> None:
    tabbed = replace(finding, place=Place("a.py", Span(2, 1, 2, 6)), trace=())
    lines = shown(tabbed, "if x:\n\trun()\n")
    assert lines[3:5] == ["2 | \trun()", "  | \t^^^^^"]


def test_no_control_character_of_a_file_reaches_the_terminal(finding: Finding) -> None:
    hostile = replace(
        finding, message="sql \x1b[2J", place=Place("a\x1b.py", Span(1, 10, 1, 15)), trace=(), symbol="a\x1b"
    )
    text = "\n".join(shown(hostile, "x = '\x1b[2J'; run()\n"))
    assert "\x1b" not in text
    assert "\\x1b[2J" in text


def test_the_carets_stand_below_the_call_behind_an_escaped_character(finding: Finding) -> None:
    lines = shown(replace(finding, place=Place("a.py", Span(1, 7, 1, 12)), trace=()), "x='\x07'; run()\n")
    source, carets = lines[3:5]
    assert source[carets.index("^") :] == "run()"


def test_a_long_statement_is_cut_short_and_said_to_be(finding: Finding) -> None:
    long = replace(finding, place=Place("a.py", Span(1, 0, 40, 1)), trace=())
    lines = shown(long, "run(\n" + "    1,\n" * 38 + ")\n")
    assert lines[-2] == "  | ... to line 40"
    assert len(lines) < 15


def test_a_finding_on_an_empty_last_line_has_no_excerpt(finding: Finding) -> None:
    lines = shown(replace(finding, place=Place("a.py", Span(2, 0, 2, 0)), trace=()), "x = 1\n")
    assert lines[1:] == [" --> a.py:2:1 in app.run", ""]
