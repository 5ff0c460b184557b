"""What makes a finding the same one although lines were added above it or the code was laid out anew."""

from __future__ import annotations

import hashlib
from collections import Counter

from statefence.engine import Report
from statefence.model import Finding, Span
from statefence.source import Source


def fingerprints(report: Report) -> tuple[str, ...]:
    """For each finding in order a hexadecimal name, different from every other one's.

    It depends on the code, the path, the enclosing symbol and the text found, its blanks and line ends aside. Findings
    that agree in all of these are told apart by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for finding in report.findings:
        key = _key(finding, report)
        names.append(hashlib.sha256("\0".join((*key, str(seen[key]))).encode(errors="backslashreplace")).hexdigest())
        seen[key] += 1
    return tuple(names)


def _key(finding: Finding, report: Report) -> tuple[str, ...]:
    path = finding.place.path
    source = report.sources.get(path)
    text = "" if source is None else " ".join(_text(source, finding.place.span).split())
    return finding.code, path, finding.symbol, text


def _text(source: Source, span: Span) -> str:
    lines = [source.line_text(line).encode() for line in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return b"\n".join(lines).decode(errors="replace")
