"""The code quality report of GitLab, which shows findings in merge requests.

The fields are those that GitLab documents as required of a tool: `description`, `check_name`, `fingerprint`,
`location.path`, `location.lines.begin` and `severity` (one of `info`, `minor`, `major`, `critical`, `blocker`).
"""

from __future__ import annotations

import json
from typing import Any

from statefence.engine import Report
from statefence.model import Finding, Severity
from statefence.report.fingerprint import fingerprints

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def gitlab(report: Report) -> str:
    """The report as one JSON array, in ASCII; empty without findings."""
    named = zip(report.findings, fingerprints(report), strict=True)
    return json.dumps([_issue(finding, name) for finding, name in named], indent=1)


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    span = finding.place.span
    return {
        "description": f"{finding.code} ({finding.name}): {finding.message}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.place.path, "lines": {"begin": span.line, "end": span.end_line}},
    }
