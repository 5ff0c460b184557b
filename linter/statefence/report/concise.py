"""One line a finding, as compilers write it."""

from __future__ import annotations

from collections.abc import Iterator

from statefence.engine import Report
from statefence.report.labels import fix_label
from statefence.report.location import locate
from statefence.report.style import visible


def concise(report: Report) -> Iterator[str]:
    """Lines of the form `path:line:column: SF101 [fix] message`."""
    for finding in report.findings:
        where = locate(finding.place, report.sources)
        place = f"{visible(where.path)}:{where.line}:{where.column}"
        yield f"{place}: {finding.code} {fix_label(finding)}{visible(finding.message)}"
