from __future__ import annotations

import json

from msgspec.structs import replace

from statefence.engine import Report
from statefence.model import Finding, Place, Safety, Span, Step
from statefence.report.concise import concise
from statefence.report.github import github
from statefence.report.json import findings_json
from statefence.report.statistics import statistics


def one(finding: Finding) -> Report:
    return Report((finding,), 1, (), 0, 0, {})


def test_concise_is_one_line_a_finding(report: Report) -> None:
    assert list(concise(report)) == [
        "b.py:1:1: SF001 this file was not analysed: binary",
        "src/run.py:3:13: SF101 [fix] the child does not get APP_HOME",
    ]


def test_concise_says_which_fixes_are_unsafe(finding: Finding) -> None:
    assert "SF101 [unsafe fix] the" in next(concise(one(replace(finding, fix=Safety.UNSAFE))))


def test_concise_stays_one_line_whatever_the_message(finding: Finding) -> None:
    (line,) = concise(one(replace(finding, message="a\nb\x1b")))
    assert line.endswith("a\\nb\\x1b")


def test_json_has_the_documented_fields(report: Report) -> None:
    data = json.loads(findings_json(report))
    assert data["version"] == 1
    assert data["summary"] == {"files": 2, "skipped": [{"path": "b.py", "reason": "binary"}], "findings": 2}
    assert data["findings"][1] == {
        "code": "SF101",
        "name": "partial-spawn-env",
        "message": "the child does not get APP_HOME",
        "path": "src/run.py",
        "line": 3,
        "column": 13,
        "end_line": 3,
        "end_column": 47,
        "symbol": "app.run",
        "severity": "error",
        "fix": "safe",
        "trace": [{"path": "src/blocks.py", "line": 1, "message": "the block is made here"}],
    }


def test_json_without_findings_is_whole(clean: Report) -> None:
    assert json.loads(findings_json(clean))["findings"] == []


def test_json_survives_text_that_is_not_unicode(finding: Finding) -> None:
    text = findings_json(one(replace(finding, message="path \udcff.db")))
    assert text.isascii()
    assert json.loads(text)["findings"][0]["message"] == "path \udcff.db"


def test_github_escapes_properties_and_messages(finding: Finding) -> None:
    odd = replace(finding, message="50% of\nall: a, b", place=Place("a,b:c%.py", Span(3, 0, 3, 1)), trace=())
    (line,) = github(one(odd))
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert properties == "title=SF101 (partial-spawn-env),file=a%2Cb%3Ac%25.py,line=3,endLine=3,col=1,endColumn=2"
    assert message == "50%25 of%0Aall: a, b"


def test_github_gives_no_columns_for_a_range_of_lines(finding: Finding) -> None:
    (line,) = github(one(replace(finding, place=Place("a.py", Span(3, 4, 5, 1)))))
    assert ",line=3,endLine=5::" in line


def test_github_shows_the_trace_and_the_severity(report: Report) -> None:
    warning, error = github(report)
    assert warning.startswith("::warning title=SF001 ")
    assert error.endswith("::the child does not get APP_HOME%0Asrc/blocks.py:1: the block is made here")


def test_github_without_findings_says_nothing(clean: Report) -> None:
    assert list(github(clean)) == []


def test_statistics_count_each_rule_the_most_frequent_first(report: Report, finding: Finding) -> None:
    more = replace(finding, trace=(Step(finding.place, "elsewhere"),))
    counted = replace(report, findings=(*report.findings, *([more] * 9)))
    assert list(statistics(counted)) == ["10  SF101  partial-spawn-env", " 1  SF001  unreadable-file"]


def test_statistics_without_findings_are_empty(clean: Report) -> None:
    assert list(statistics(clean)) == []
