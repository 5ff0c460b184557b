"""The stable format for programs; `version` is raised when a field changes (see the README)."""

from __future__ import annotations

import json
from typing import Any

from statefence.engine import Report
from statefence.model import Finding, Step
from statefence.report.checklist import checklist_json
from statefence.report.location import locate

VERSION = 1


def findings_json(report: Report) -> str:
    """The whole report as one JSON object, in ASCII, so that no odd character of an analysed file can break it."""
    summary = {
        "files": report.files,
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in report.skipped],
        "findings": len(report.findings),
    }
    findings = [finding_json(finding, report) for finding in report.findings]
    found = {"version": VERSION, "summary": summary, "findings": findings}
    if report.checklist is not None:
        found["checklist"] = checklist_json(report.checklist)
    return json.dumps(found, indent=2)


def step_json(step: Step) -> dict[str, Any]:
    """One stop of a trace: `path`, `line` and `message`."""
    return {"path": step.place.path, "line": step.place.span.line, "message": step.message}


def finding_json(finding: Finding, report: Report) -> dict[str, Any]:
    """One finding with the fields of DESIGN section 2; columns count characters from 1."""
    where = locate(finding.place, report.sources)
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "path": where.path,
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
        "symbol": finding.symbol,
        "severity": finding.severity.value,
        "fix": finding.fix.value,
        "trace": [step_json(step) for step in finding.trace],
    }
