"""SARIF as the standard wants it: valid, with stable fingerprints, flows, and fixes that do what `--fix` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from statefence.docs import page
from statefence.engine import Report
from statefence.fix import Applied, apply
from statefence.model import Skipped
from statefence.registry import rules
from statefence.report.rebase import rebased
from statefence.report.sarif import sarif
from statefence.source import Unread

from .runs import BROKEN, SPAWN, run, valid


def logged(report: Report) -> dict[str, Any]:
    """The single run of the log, which is valid."""
    text = sarif(report, rules(), page)
    assert text.isascii()
    data = json.loads(text)
    valid(data, "sarif")
    (only,) = data["runs"]
    assert isinstance(only, dict)
    return only


@pytest.fixture
def log(tmp_path: Path) -> dict[str, Any]:
    return logged(run(tmp_path))


def fingerprints(log: dict[str, Any]) -> list[str]:
    return [result["partialFingerprints"]["statefence/v1"] for result in log["results"]]


def test_a_result_names_its_rule_place_and_symbol(log: dict[str, Any]) -> None:
    spawn = log["results"][0]
    assert (spawn["ruleId"], spawn["level"]) == ("SF101", "error")
    assert log["tool"]["driver"]["rules"][spawn["ruleIndex"]]["id"] == "SF101"
    (location,) = spawn["locations"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "app.spawn.go"}]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "app/spawn.py", "uriBaseId": "%SRCROOT%"}


def test_columns_count_characters(log: dict[str, Any]) -> None:
    assert log["columnKind"] == "unicodeCodePoints"
    line = SPAWN.splitlines()[4]
    region = log["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "subprocess.run(['a'], env={'PATH': name})"


def test_a_path_is_a_uri(log: dict[str, Any]) -> None:
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["results"]}
    assert uris == {"app/spawn.py", "app/traced%20one.py"}


def test_a_path_that_is_not_unicode_is_a_uri_of_its_bytes(report: Report) -> None:
    odd = replace(report, skipped=(Skipped("a\udcff.py", "binary"),))
    (notification,) = logged(odd)["invocations"][0]["toolExecutionNotifications"]
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%FF.py"


def test_the_trace_is_a_code_flow_that_begins_at_the_finding(log: dict[str, Any]) -> None:
    traced = log["results"][1]
    (flow,) = traced["codeFlows"]
    lines = [
        step["location"]["physicalLocation"]["region"]["startLine"] for step in flow["threadFlows"][0]["locations"]
    ]
    assert lines == [9, 5, 6]


def test_applying_the_fixes_gives_what_the_fixer_gives(tmp_path: Path) -> None:
    report = run(tmp_path)
    for finding, result in zip(report.findings, logged(report)["results"], strict=True):
        source = report.sources[finding.place.path]
        wanted = apply(source.data, [finding.edits])
        assert isinstance(wanted, Applied)
        (change,) = result["fixes"][0]["artifactChanges"]
        assert patched(source.text, change["replacements"]).encode() == wanted.data != source.data


def patched(text: str, replacements: list[dict[str, Any]]) -> str:
    """The text after replacements by line and column, as a viewer makes them, the last first."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for change in reversed(replacements):
        region = change["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + change["insertedContent"]["text"] + text[end:]
    return text


def test_fingerprints_survive_lines_above_and_a_new_layout(tmp_path: Path) -> None:
    moved = SPAWN.replace("def go", "x = 1\n\n\ndef go").replace("['a'], env", "['a'],\n        env")
    before, after = (fingerprints(logged(run(tmp_path, {"app/spawn.py": text}))) for text in (SPAWN, moved))
    assert before == after


def test_fingerprints_differ_by_path_symbol_text_and_order(tmp_path: Path) -> None:
    call = "subprocess.run(['a'], env={'PATH': '1'})"
    one = f"import subprocess\ndef f():\n    {call}\n    {call}\ndef g():\n    {call}\n    {call.replace('1', '2')}\n"
    found = fingerprints(logged(run(tmp_path, {"a.py": one, "b.py": one})))
    assert len(found) == 8
    assert len(set(found)) == 8


def test_what_was_not_analysed_is_notified(tmp_path: Path) -> None:
    only = logged(run(tmp_path, BROKEN))
    (invocation,) = only["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("bad.py was not analysed: line 1 is not utf-8")


def test_a_run_that_could_not_read_a_file_did_not_succeed(clean: Report) -> None:
    (invocation,) = logged(replace(clean, skipped=(Unread("a.py", "cannot be read"),)))["invocations"]
    assert invocation["executionSuccessful"] is False


def test_every_rule_brings_its_help(clean: Report) -> None:
    told = logged(clean)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in told] == [rule.code for rule in rules()]
    assert all("## Why is this bad?" in rule["help"]["markdown"] for rule in told)


def test_a_run_without_findings_says_so(clean: Report) -> None:
    only = logged(clean)
    assert only["results"] == []
    assert only["properties"] == {"files": 2, "resolved": 3, "unresolved": 0}


def test_a_project_below_the_repository_has_paths_from_the_repository(tmp_path: Path) -> None:
    only = logged(rebased(run(tmp_path), "services/one"))
    for result in only["results"]:
        places = [result["locations"][0], *(step["location"] for step in steps(result))]
        changed = [change["artifactLocation"]["uri"] for fix in result["fixes"] for change in fix["artifactChanges"]]
        uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in places]
        assert all(uri.startswith("services/one/app/") for uri in (*uris, *changed))


def steps(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        step for flow in result.get("codeFlows", ()) for thread in flow["threadFlows"] for step in thread["locations"]
    ]
