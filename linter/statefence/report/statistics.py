"""How often each rule found something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from statefence.engine import Report


def statistics(report: Report) -> Iterator[str]:
    """One line a rule that found something, the most frequent first: count, code and name."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    width = len(str(max(counts.values(), default=0)))
    for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:>{width}}  {code}  {name}"
