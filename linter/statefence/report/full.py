"""The format for people: each finding with its source, and the way to where it takes effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from statefence.engine import Report
from statefence.model import Finding, Severity
from statefence.report.excerpt import excerpt
from statefence.report.labels import fix_label
from statefence.report.style import Paint, Role, plain, visible
from statefence.source import Source

_ROLES = {Severity.ERROR: Role.ERROR, Severity.WARNING: Role.WARNING}


def full(report: Report, paint: Paint = plain) -> Iterator[str]:
    """One block of lines a finding, each ending in an empty line."""
    for finding in report.findings:
        yield from _block(finding, report.sources, paint)
        yield ""


def _block(finding: Finding, sources: Mapping[str, Source], paint: Paint) -> Iterator[str]:
    role = _ROLES[finding.severity]
    name = paint(finding.name, Role.NAME)
    yield f"{paint(finding.code, role)} {name}: {fix_label(finding)}{visible(finding.message)}"
    yield from excerpt(finding.place, sources, paint, role, symbol=finding.symbol)
    for step in finding.trace:
        yield f"{paint('note', Role.NOTE)}: {visible(step.message)}"
        yield from excerpt(step.place, sources, paint, Role.NOTE)
