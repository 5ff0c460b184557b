"""The line at the end of a run: what was looked at, what was not, and what that found."""

from __future__ import annotations

from collections.abc import Sequence

from statefence.engine import Report
from statefence.model import Safety, Skipped
from statefence.report.labels import counted
from statefence.report.style import visible

_MOST_SKIPPED = 5


def closing(report: Report, *, fixed: bool = False) -> str:
    """Files analysed and skipped (with why), sites resolved and unresolved, findings, and how many can be fixed.

    Args:
        report: the run.
        fixed: whether the safe fixes were made, so that those that are left cannot be.
    """
    files = coverage(report.files, report.skipped, report.resolved, report.unresolved)
    if not report.findings:
        return f"No findings: {files}."
    return f"{counted(len(report.findings), 'finding')}{_offers(report, fixed=fixed)}: {files}."


def coverage(files: int, skipped: Sequence[Skipped], resolved: int, unresolved: int) -> str:
    """What a run looked at: files analysed and skipped (with why), sites resolved and unresolved; no full stop."""
    sites = f"{counted(resolved, 'site')} resolved, {unresolved} unresolved"
    return f"{counted(files, 'file')} analysed, {_skipped(skipped)}; {sites}"


def _skipped(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "0 skipped"
    reasons = [f"{visible(place.path)}: {visible(place.reason)}" for place in skipped[:_MOST_SKIPPED]]
    more = len(skipped) - len(reasons)
    return f"{len(skipped)} skipped ({'; '.join(reasons)}{f'; and {more} more' if more else ''})"


def _offers(report: Report, *, fixed: bool) -> str:
    safe = 0 if fixed else sum(finding.fix is Safety.SAFE for finding in report.findings)
    unsafe = sum(finding.fix is Safety.UNSAFE for finding in report.findings)
    offers = [f"{safe} fixable with --fix"] if safe else []
    offers += [f"{unsafe} {'more' if safe else 'fixable'} with --unsafe-fixes"] if unsafe else []
    return f" ({', '.join(offers)})" if offers else ""
