"""Paths as seen from the top of the repository, which is where code hosts look for them."""

from __future__ import annotations

from msgspec.structs import replace

from statefence.engine import Report
from statefence.model import Finding, Place


def rebased(report: Report, prefix: str) -> Report:
    """The report with every path below `prefix`, the project's root seen from the repository's; empty changes none."""
    if not prefix:
        return report
    return replace(
        report,
        findings=tuple(_finding(finding, prefix) for finding in report.findings),
        skipped=tuple(replace(place, path=f"{prefix}/{place.path}") for place in report.skipped),
        sources={f"{prefix}/{path}": source for path, source in report.sources.items()},
    )


def _finding(finding: Finding, prefix: str) -> Finding:
    trace = tuple(replace(step, place=_place(step.place, prefix)) for step in finding.trace)
    return replace(finding, place=_place(finding.place, prefix), trace=trace)


def _place(place: Place, prefix: str) -> Place:
    return Place(f"{prefix}/{place.path}", place.span)
