"""`statefence check`: find what breaks the policy, and repair it."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import TextIO

from statefence.cache.record import Outcome
from statefence.cache.remember import remember
from statefence.cli.exit_codes import CLEAN, ERROR, FINDINGS
from statefence.cli.formats import FOR_PEOPLE, FORMATS, formatted
from statefence.cli.parsing import add_paths, add_resources, comma_separated, parser
from statefence.cli.project import policy_in_force, reading, relative_paths, require_files
from statefence.cli.question import question
from statefence.cli.resources import resources
from statefence.cli.said import said
from statefence.engine import Report, check, is_within, selected, since, within
from statefence.errors import UsageError
from statefence.policy import Policy
from statefence.project import Past
from statefence.registry import rules
from statefence.report.closing import closing
from statefence.source import Unread


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    options = _options(arguments)
    started = time.time_ns()
    policy = policy_in_force(options.config)
    paths = relative_paths(options.paths, policy.root)
    compared = since(policy, options.since) if options.since else None
    with resources(options, policy) as given:
        report = check(
            policy,
            select=options.select,
            ignore=options.ignore,
            reader=given.reader,
            since=compared,
            past=given.past,
        )
    require_files(options.paths, paths, (*report.sources, *(place.path for place in report.skipped)))
    changed = (options.fix or options.diff) and _repaired(policy, report, options, paths, given.past)
    if changed and not options.diff:
        report = check(policy, select=options.select, ignore=options.ignore, since=compared, past=given.past)
    shown = within(report, paths)
    code = _exit_code(shown, options, paths, changed=changed)
    if options.diff:
        return code
    outcome = _outcome(shown, options, policy, code)
    if not (options.fix or options.no_cache or options.since or code == ERROR):
        packs = {rule.module.partition(".")[0] for rule in rules()}
        remember(question("check", arguments), outcome, reading(policy, options.config, started, report, packs))
    return said(outcome)


def _repaired(policy: Policy, report: Report, options: Namespace, paths: Sequence[str], past: Past) -> bool:
    from statefence.cli.fixing import repair, show

    if options.diff:
        return show(policy, report, options, paths, past)
    return repair(policy, report, options, paths, _log(options), past)


def _options(arguments: Sequence[str]) -> Namespace:
    of = parser("check", "Analyse the whole project and report what breaks its policy.")
    add_paths(of)
    of.add_argument("--select", action="extend", type=comma_separated, metavar="CODES", help="run these rules only")
    of.add_argument("--ignore", action="extend", type=comma_separated, metavar="CODES", help="do not run these rules")
    of.add_argument("--since", metavar="REV", help="compare migrations with a revision of git; what a change lacks")
    of.add_argument("--output-format", choices=FORMATS, default="full")
    of.add_argument("--statistics", action="store_true", help="count the findings of each rule instead of listing them")
    of.add_argument("--exit-zero", action="store_true", help="exit with 0 even with findings")
    add_resources(of)
    of.add_argument("--fix", action="store_true", help="repair what can be repaired without changing the meaning")
    of.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: also repairs that may change it")
    of.add_argument("--diff", action="store_true", help="only show the repairs; exit with 1 if there are any")
    of.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit with 1 when something was repaired")
    options = of.parse_args(arguments)
    if options.statistics and not _is_for_people(options):
        raise UsageError("--statistics goes with the formats full and concise only")
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff only")
    return options


def _log(options: Namespace) -> TextIO:
    """Where lines for people go: machine formats have standard output for themselves."""
    return sys.stdout if _is_for_people(options) else sys.stderr


def _is_for_people(options: Namespace) -> bool:
    return options.output_format in FOR_PEOPLE


def _outcome(report: Report, options: Namespace, policy: Policy, code: int) -> Outcome:
    text = "".join(f"{line}\n" for line in (*_lines(report, options, policy), *_steps(report, options)))
    told = f"{closing(report, fixed=options.fix)}\n"
    return Outcome(text + told, "", code) if _is_for_people(options) else Outcome(text, told, code)


def _steps(report: Report, options: Namespace) -> Iterable[str]:
    """What a change of the schema lacks, for people; the JSON has it in its object."""
    if report.checklist is None or not _is_for_people(options):
        return ()
    from statefence.report.checklist import checklist_lines

    return checklist_lines(report.checklist)


def _exit_code(report: Report, options: Namespace, paths: Sequence[str], *, changed: bool) -> int:
    unread = [place for place in report.skipped if isinstance(place, Unread) and is_within(place.path, paths)]
    for place in unread:
        sys.stderr.write(f"error: {place.path}: {place.reason}\n")
    if unread:
        return ERROR
    if changed and (options.diff or options.exit_non_zero_on_fix):
        return FINDINGS
    lacking = bool(report.findings) or (report.checklist is not None and report.checklist.missing > 0)
    if options.diff or options.exit_zero or not lacking:
        return CLEAN
    return FINDINGS


def _lines(report: Report, options: Namespace, policy: Policy) -> Iterable[str]:
    if options.statistics:
        from statefence.report.statistics import statistics

        return statistics(report)
    return formatted(
        report, options.output_format, policy.root, lambda: selected(rules(), options.select, options.ignore)
    )
