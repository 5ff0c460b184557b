"""What people read: the text of a violation, the report of a test, the lines at the end of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from pytest_statefence.findings import Finding
from pytest_statefence.records import Violation
from pytest_statefence.verdict import SPAWN

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

SECTION = "statefence"
_MOST_CANDIDATES = 8
_COLOURS = {"SF": "red", "  forbidden by ": "yellow", "  explained by ": "cyan"}
"""Of lines, by what they begin with."""


class Crash(Struct, frozen=True):
    """What a test's line in the summary says."""

    message: str


class Told(Struct, frozen=True):
    """Violations as the failure of a report: plain text for files and other processes, coloured on a terminal."""

    said: str

    @property
    def reprcrash(self) -> Crash:
        """Its first line, where pytest looks for it."""
        return Crash(self.said.partition("\n")[0])

    def toterminal(self, terminal: TerminalWriter) -> None:
        """Writes it as pytest asks a failure to do."""
        for each in self.said.splitlines():
            colour = next((colour for start, colour in _COLOURS.items() if each.startswith(start)), "")
            for part in folded(each, terminal.fullwidth) if terminal.hasmarkup else [each]:
                terminal.line(part, **{colour: True} if colour else {})

    def __str__(self) -> str:
        return self.said


def folded(line: str, width: int) -> list[str]:
    """A line in lines that are no wider, at spaces; the calls of a stack in one each."""
    if len(line) <= width:
        return [line]
    innermost, *outer = line.split(" < ")
    before, at, call = innermost.rpartition(" at ") if outer else (innermost, "", "")
    calls = [f"      at {call}", *(f"       < {each}" for each in outer)] if at else []
    return [part for each in (before, *calls) for part in _wrapped(each, width)]


def _wrapped(line: str, width: int) -> list[str]:
    start = " " * (len(line) - len(line.lstrip()))
    return wrap(
        line.lstrip(),
        width,
        initial_indent=start,
        subsequent_indent=" " * 6,
        break_long_words=False,
        break_on_hyphens=False,
    )


def text(violations: Iterable[Violation]) -> str:
    """Violations in full, a paragraph each."""
    return "\n".join(line for violation in violations for line in _paragraph(violation))


def fail(report: pytest.TestReport, violations: Iterable[Violation]) -> None:
    """Makes the report of a phase one of failure; its own failure stays, an expected one or a skip does not."""
    violations = tuple(violations)
    if report.failed:
        note(report, violations)
        return
    report.longrepr = Told(text(violations) + _other_outcome(report))  # type: ignore[assignment] # as good as its own
    report.outcome = "failed"
    if hasattr(report, "wasxfail"):
        del report.wasxfail


def note(report: pytest.TestReport, violations: Iterable[Violation]) -> None:
    """Adds violations to the report of a phase, which keeps its outcome."""
    report.sections.append((SECTION, text(violations)))


def rewrite(report: pytest.TestReport, before: Iterable[Violation], after: Iterable[Violation]) -> None:
    """Puts violations as they are known now in place of what was said of them in a report."""
    said, now = text(before), text(after)
    if isinstance(report.longrepr, str | Told) and said in str(report.longrepr):  # a text from another process
        report.longrepr = Told(str(report.longrepr).replace(said, now, 1))  # type: ignore[assignment] # pytest sets it to such objects itself
    report.sections = [(n, now if (n, content) == (SECTION, said) else content) for n, content in report.sections]


def line(violation: Violation) -> str:
    """A violation in one line."""
    subject = "" if violation.code == SPAWN else f": {violation.subject}"
    return f"{violation.code} {violation.what}{subject}"


def finding_lines(finding: Finding) -> Iterator[str]:
    """A finding of the run, in full."""
    worker = f" (seen by {finding.worker})" if finding.worker else ""
    yield f"{finding.moment}{worker}:"
    yield from _paragraph(finding.violation)
    if finding.candidates:
        shown, more = finding.candidates[:_MOST_CANDIDATES], len(finding.candidates) - _MOST_CANDIDATES
        yield "  may have been done by one of these:"
        yield from (f"    {nodeid}" for nodeid in shown)
        if more > 0:
            yield f"    and {more} more"


def _paragraph(violation: Violation) -> Iterator[str]:
    yield f"{violation.code} {violation.what}"
    if violation.code != SPAWN:
        yield f"  {violation.subject}"
    yield from (f"    {change}" for change in violation.tables)
    yield f"  forbidden by {violation.clause}"
    yield from (f"  by {culprit}" for culprit in violation.culprits)
    yield from (f"  explained by {explanation}" for explanation in violation.explanations)


def _other_outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        reason = report.wasxfail or "no reason given"
        return f"\nwithout this the test would be {report.outcome} and marked xfail: {reason}"
    if report.skipped:
        skip = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        return f"\nwithout this the test would be skipped: {skip}"
    return ""
