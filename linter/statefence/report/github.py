"""Workflow commands, which GitHub Actions turns into annotations of a pull request.

The form and its escapes are those of the `actions/toolkit` package `core`: `%`, carriage return and line feed are
escaped everywhere, in properties also the colon and the comma.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.engine import Report
from statefence.model import Finding
from statefence.report.location import Location, locate

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(report: Report) -> Iterator[str]:
    """One `::error` or `::warning` command a finding; the trace follows the message on lines of its own."""
    for finding in report.findings:
        where = locate(finding.place, report.sources)
        properties = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in _properties(finding, where))
        yield f"::{finding.severity.value} {properties}::{_message(finding).translate(_DATA)}"


def _properties(finding: Finding, where: Location) -> Iterator[tuple[str, str]]:
    yield "title", f"{finding.code} ({finding.name})"
    yield "file", where.path
    yield "line", str(where.line)
    yield "endLine", str(where.end_line)
    if where.line == where.end_line:  # columns are refused for a range of lines
        yield "col", str(where.column)
        yield "endColumn", str(where.end_column)


def _message(finding: Finding) -> str:
    trace = (f"{step.place.path}:{step.place.span.line}: {step.message}" for step in finding.trace)
    return "\n".join((finding.message, *trace))
