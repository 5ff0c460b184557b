"""The diagnostic format of reviewdog, `rdjson`, which posts findings and their repairs as review comments.

The fields are those of its `DiagnosticResult` message; columns count UTF-8 bytes from 1, ends are exclusive.
"""

from __future__ import annotations

import json
from typing import Any

from statefence.engine import Report
from statefence.model import Finding, Place, Span
from statefence.report.replacements import replacements


def rdjson(report: Report) -> str:
    """The report as one JSON object, in ASCII."""
    diagnostics = [_diagnostic(finding, report) for finding in report.findings]
    return json.dumps({"source": {"name": "statefence"}, "diagnostics": diagnostics}, indent=1)


def _diagnostic(finding: Finding, report: Report) -> dict[str, Any]:
    row = {
        "message": finding.message,
        "location": _location(finding.place),
        "severity": finding.severity.value.upper(),
        "code": {"value": finding.code},
    }
    related = [{"message": step.message, "location": _location(step.place)} for step in finding.trace]
    repairs = replacements(finding, report.sources)
    suggestions = [{"range": _range(repair.span), "text": repair.text} for repair in repairs]
    return {**row, "related_locations": related, "suggestions": suggestions}


def _location(place: Place) -> dict[str, Any]:
    return {"path": place.path, "range": _range(place.span)}


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": span.column + 1},
        "end": {"line": span.end_line, "column": span.end_column + 1},
    }
