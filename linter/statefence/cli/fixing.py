"""`check --fix` and `check --diff`: make the repairs, or show them, and say which were refused."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from statefence.engine import Report, check, is_within
from statefence.model import Finding
from statefence.policy import Policy
from statefence.report.labels import counted
from statefence.report.style import visible

if TYPE_CHECKING:
    from statefence.fix import Outcome


def repair(policy: Policy, report: Report, options: Namespace, paths: Sequence[str], log: TextIO) -> bool:
    """Repair what `report` found within `paths`; returns whether a file was changed.

    Raises StatefenceError when a file cannot be written; each file is then either as it was or repaired in whole.
    """
    outcome = _outcome(policy, report, options, paths)
    if outcome is None:
        return False
    from statefence.fix import write_atomic

    for file in outcome.files:
        write_atomic(Path(policy.root, file.path), file.after, expected=file.before)
    log.writelines(f"{line}\n" for line in _told(outcome, "Fixed"))
    return bool(outcome.files)


def show(policy: Policy, report: Report, options: Namespace, paths: Sequence[str]) -> bool:
    """Write the repairs to standard output as a unified diff; returns whether there are any."""
    outcome = _outcome(policy, report, options, paths)
    if outcome is None:
        return False
    from statefence.fix import unified

    for file in outcome.files:
        sys.stdout.write(unified(file.path, file.before, file.after))
    sys.stderr.writelines(f"{line}\n" for line in _told(outcome, "Would fix"))
    return bool(outcome.files)


def _outcome(policy: Policy, report: Report, options: Namespace, paths: Sequence[str]) -> Outcome | None:
    """What fixing comes to; None, without loading the fixer, when no finding has a fix."""

    def chosen(finding: Finding) -> bool:
        return is_within(finding.place.path, paths)

    def findings(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        again = check(policy, overrides=contents, select=options.select, ignore=options.ignore) if contents else report
        return again.findings

    if not any(finding.edits and chosen(finding) for finding in report.findings):
        return None
    from statefence.fix import fix_project

    return fix_project(lambda path: report.sources[path].data, findings, unsafe=options.unsafe_fixes, chosen=chosen)


def _told(outcome: Outcome, verb: str) -> Iterator[str]:
    for refused in outcome.refused:
        place = refused.finding.place
        yield f"Not fixed: {visible(place.path)}:{place.span.line}: {refused.finding.code}: {visible(refused.reason)}"
    fixed = sum(len(file.fixed) for file in outcome.files)
    yield f"{verb} {counted(fixed, 'finding')} in {counted(len(outcome.files), 'file')}."
