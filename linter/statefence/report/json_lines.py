"""One JSON object a line, so that a consumer can begin before the report ends."""

from __future__ import annotations

import json
from collections.abc import Iterator

from statefence.engine import Report
from statefence.report.json import finding_json


def json_lines(report: Report) -> Iterator[str]:
    """Each finding with the fields it has in the format `json`, in ASCII; nothing at all without findings."""
    for finding in report.findings:
        yield json.dumps(finding_json(finding, report))
