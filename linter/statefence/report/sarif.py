"""SARIF 2.1.0, the OASIS standard that code scanning services and editors read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from statefence import __version__
from statefence.engine import Report
from statefence.model import Finding, Place, Safety, Skipped, Step
from statefence.registry import LoadedRule
from statefence.report.fingerprint import fingerprints
from statefence.report.location import Location, locate
from statefence.report.replacements import Replacement, replacements
from statefence.source import Unread

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_SAFETY = {Safety.SAFE: "keeps the program's meaning", Safety.UNSAFE: "may change the program's meaning"}


def sarif(report: Report, rules: Sequence[LoadedRule], page: Callable[[LoadedRule], str]) -> str:
    """The report as a SARIF log of one run, in ASCII.

    Args:
        report: its paths become URIs relative to the base `%SRCROOT%`.
        rules: those that ran, and so every one that found something.
        page: a rule's documentation as Markdown.
    """
    order = {rule.code: index for index, rule in enumerate(rules)}
    named = zip(report.findings, fingerprints(report), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "statefence",
                "semanticVersion": __version__,
                "rules": [_rule(rule, page(rule)) for rule in rules],
            }
        },
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, name, order[finding.code]) for finding, name in named],
        "properties": {"files": report.files, "resolved": report.resolved, "unresolved": report.unresolved},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(rule: LoadedRule, page: str) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": f"{rule.summary}."},
        "help": {"text": rule.documentation, "markdown": page},
        "defaultConfiguration": {"level": rule.rule.severity.value},
        "properties": {"tags": [rule.family]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    """What was not analysed; a run that could not read a file did not succeed."""
    failed = any(isinstance(place, Unread) for place in report.skipped)
    notes = [_notification(place) for place in report.skipped]
    return {"executionSuccessful": not failed, "toolExecutionNotifications": notes}


def _notification(skipped: Skipped) -> dict[str, Any]:
    return {
        "level": "error" if isinstance(skipped, Unread) else "warning",
        "message": {"text": f"{skipped.path} was not analysed: {skipped.reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path)}}],
    }


def _result(finding: Finding, report: Report, fingerprint: str, rule: int) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(finding.place, report)}
    if finding.symbol:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.symbol}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"statefence/v1": fingerprint},
    }
    if finding.trace:
        result["codeFlows"] = [_flow(finding, report)]
    if changes := replacements(finding, report.sources):
        result["fixes"] = [_fix(finding, changes, report)]
    return result


def _flow(finding: Finding, report: Report) -> dict[str, Any]:
    """The trace, begun with the finding itself."""
    steps = (Step(finding.place, finding.message), *finding.trace)
    return {
        "threadFlows": [
            {
                "locations": [
                    {
                        "location": {
                            "physicalLocation": _physical(step.place, report),
                            "message": {"text": step.message},
                        }
                    }
                    for step in steps
                ]
            }
        ]
    }


def _fix(finding: Finding, changes: Sequence[Replacement], report: Report) -> dict[str, Any]:
    path = finding.place.path
    return {
        "description": {"text": f"Repair {finding.code}; this {_SAFETY[finding.fix]}."},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    {
                        "deletedRegion": _region(locate(Place(path, change.span), report.sources)),
                        "insertedContent": {"text": change.text},
                    }
                    for change in changes
                ],
            }
        ],
    }


def _physical(place: Place, report: Report) -> dict[str, Any]:
    where = locate(place, report.sources)
    return {"artifactLocation": _artifact(where.path), "region": _region(where)}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": _ROOT}


def _region(where: Location) -> dict[str, int]:
    return {
        "startLine": where.line,
        "startColumn": where.column,
        "endLine": where.end_line,
        "endColumn": where.end_column,
    }
