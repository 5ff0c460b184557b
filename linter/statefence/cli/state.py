"""`statefence state`: what a state directory holds, and putting it right."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from shutil import get_terminal_size

from statefence.cli.exit_codes import CLEAN, ERROR, FINDINGS
from statefence.cli.output import in_colour, write_lines
from statefence.cli.parsing import add_config, parser
from statefence.cli.progress import progress
from statefence.cli.project import policy_in_force
from statefence.errors import UsageError
from statefence.policy import Policy
from statefence.state.places import state_directory


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    names = {"scan": _scan, "repair": _repair}
    if not arguments or arguments[0] not in names:
        if arguments and arguments[0] in {"--help", "-h"}:
            write_lines(("usage: statefence state {scan,repair} [DIR] [OPTIONS]",))
            return CLEAN
        raise UsageError(f"state: say what to do: {' or '.join(names)}, such as `statefence state scan DIR`")
    return names[arguments[0]](arguments[1:])


def _scan(arguments: Sequence[str]) -> int:
    of = parser("state scan", "List every database of a state directory, and what is wrong there. Nothing is changed.")
    of.add_argument("directory", nargs="?", metavar="DIR", help="the state directory; otherwise the policy's")
    add_config(of)
    of.add_argument("--output-format", choices=("text", "json"), default="text")
    of.add_argument("--accept", action="store_true", help="take append-only stores as they are now")
    of.add_argument("--schema", action="store_true", help="show the JSON Schema of the JSON instead")
    options = of.parse_args(arguments)
    if options.schema:
        from statefence.report.state_scan import schema_text

        write_lines((schema_text(),))
        return CLEAN
    return _scanned(options)


def _scanned(options: Namespace) -> int:
    from statefence.report import state_scan
    from statefence.state.scan import scan

    policy = policy_in_force(options.config)
    with progress() as advance:
        found = scan(policy, _directory(options, policy), dict(os.environ), accept=options.accept, advance=advance)
    if options.output_format == "json":
        write_lines((state_scan.scan_json(found),))
    else:
        table = state_scan.drawn_table(found, get_terminal_size().columns) if in_colour() else None
        sys.stdout.write(table if table is not None else "".join(f"{line}\n" for line in state_scan.plain_table(found)))
        write_lines((*state_scan.finding_lines(found), state_scan.closing_line(found)))
    if found.unknown:
        return ERROR
    return FINDINGS if found.findings else CLEAN


def _repair(arguments: Sequence[str]) -> int:
    of = parser("state repair", "Merge databases that lie where they must not into the stores they belong to.")
    of.add_argument("directory", nargs="?", metavar="DIR", help="the state directory; otherwise the policy's")
    add_config(of)
    of.add_argument("--apply", action="store_true", help="do it; without, only show what would be done")
    of.add_argument("--into", metavar="STORE", help="merge every database with the tables of this store into it too")
    of.add_argument("--output-format", choices=("text", "json"), default="text")
    options = of.parse_args(arguments)
    from statefence.report.state_repair import repair_json, repair_lines
    from statefence.state.repair import repair

    policy = policy_in_force(options.config)
    directory = _directory(options, policy)
    with progress() as advance:
        done = repair(policy, directory, dict(os.environ), into=options.into, apply=options.apply, advance=advance)
    write_lines((repair_json(done),) if options.output_format == "json" else repair_lines(done))
    left = any(outcome.refused for outcome in done.outcomes)
    return FINDINGS if left or (done.outcomes and not done.applied) else CLEAN


def _directory(options: Namespace, policy: Policy) -> str:
    if options.directory is not None:
        return str(options.directory)
    found = state_directory(policy, dict(os.environ))
    if found is None:
        raise UsageError("which directory? give one, or a policy whose `state` says where it is")
    return found
