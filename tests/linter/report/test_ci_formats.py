"""The formats of continuous integration, read back as their readers read them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from statefence.engine import Report
from statefence.model import Finding, Place, Safety, Span
from statefence.report.gitlab import gitlab
from statefence.report.json import findings_json
from statefence.report.json_lines import json_lines
from statefence.report.junit import junit
from statefence.report.rdjson import rdjson

from .runs import SPAWN, run, valid


def test_json_lines_are_the_findings_of_the_json(report: Report) -> None:
    lines = list(json_lines(report))
    assert all(line.isascii() and "\n" not in line for line in lines)
    assert [json.loads(line) for line in lines] == json.loads(findings_json(report))["findings"]


def test_json_lines_without_findings_are_none(clean: Report) -> None:
    assert list(json_lines(clean)) == []


def test_gitlab_reads_path_lines_and_severity(report: Report) -> None:
    issues = json.loads(gitlab(report))
    valid(issues, "gitlab")
    assert [issue["severity"] for issue in issues] == ["minor", "major"]
    assert issues[1]["location"] == {"path": "src/run.py", "lines": {"begin": 3, "end": 3}}
    assert issues[1]["description"] == "SF101 (partial-spawn-env): the child does not get APP_HOME"


def test_gitlab_tells_equal_findings_apart(report: Report, finding: Finding) -> None:
    twice = replace(report, findings=(finding, finding))
    issues = json.loads(gitlab(twice))
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_gitlab_without_findings_is_an_empty_list(clean: Report) -> None:
    assert json.loads(gitlab(clean)) == []


def test_junit_has_a_suite_a_file_and_a_failed_case_a_finding(report: Report) -> None:
    suites = ET.fromstring(junit(report))
    assert suites.attrib == {"name": "statefence", "tests": "3", "failures": "2", "errors": "0", "skipped": "1"}
    assert [suite.get("name") for suite in suites] == ["b.py", "src/run.py", "not analysed"]
    (case,) = suites[1]
    assert (case.get("name"), case.get("classname"), case.get("file")) == ("SF101 at 3:13", "app.run", "src/run.py")
    (failure,) = case
    assert failure.get("message") == "the child does not get APP_HOME"
    assert (failure.text or "").splitlines()[1] == "src/blocks.py:1: the block is made here"


def test_junit_counts_what_each_suite_holds(report: Report) -> None:
    for suite in ET.fromstring(junit(report)):
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert suite.get("skipped") == str(sum(case.find("skipped") is not None for case in cases))


def test_junit_without_findings_is_one_passed_case(clean: Report) -> None:
    suites = ET.fromstring(junit(clean))
    assert suites.get("failures") == "0"
    assert [[case.get("name") for case in suite] for suite in suites] == [["No findings"]]
    assert len(suites[0][0]) == 0


def test_junit_survives_characters_that_xml_forbids(finding: Finding) -> None:
    hostile = replace(
        finding, message="a < b & \x00\x1b \udcff \ufffe \u4e2d", place=Place('"<&>.py', Span(1, 0, 1, 1)), trace=()
    )
    text = junit(Report((hostile,), 1, (), 0, 0, {}))
    assert text.isascii()
    (failure,) = ET.fromstring(text).iter("failure")
    assert failure.get("message") == "a < b & \\x00\\x1b \\udcff \\ufffe \u4e2d"


def test_rdjson_columns_count_bytes_from_1(tmp_path: Path) -> None:
    result = json.loads(rdjson(run(tmp_path, {"a.py": SPAWN})))
    valid(result, "rdjson")
    (diagnostic,) = result["diagnostics"]
    found = diagnostic["location"]["range"]
    line = SPAWN.splitlines()[4].encode()
    assert found["start"]["line"] == 5
    assert line[found["start"]["column"] - 1 : found["end"]["column"] - 1].startswith(b"subprocess.run(")
    assert (diagnostic["severity"], diagnostic["code"]) == ("ERROR", {"value": "SF101"})


def test_rdjson_suggests_the_repair(tmp_path: Path) -> None:
    (diagnostic,) = json.loads(rdjson(run(tmp_path, {"a.py": SPAWN})))["diagnostics"]
    texts = [suggestion["text"] for suggestion in diagnostic["suggestions"]]
    assert texts[0] == "import os\n"
    assert "APP_HOME" in texts[1]


def test_rdjson_relates_the_trace(report: Report) -> None:
    result = json.loads(rdjson(report))
    valid(result, "rdjson")
    warning, error = result["diagnostics"]
    assert warning["severity"] == "WARNING"
    assert [(step["message"], step["location"]["path"]) for step in error["related_locations"]] == [
        ("the block is made here", "src/blocks.py")
    ]


def test_a_fix_that_the_fixer_refuses_is_not_suggested(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": SPAWN + "x = 1\ry = 2\r"})
    assert report.findings[0].fix is Safety.SAFE
    (diagnostic,) = json.loads(rdjson(report))["diagnostics"]
    assert diagnostic["suggestions"] == []


def test_nothing_found_is_a_whole_result(clean: Report) -> None:
    assert json.loads(rdjson(clean)) == {"source": {"name": "statefence"}, "diagnostics": []}
