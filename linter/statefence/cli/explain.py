"""`statefence explain`: the documentation of one rule, or what the analysis knows of one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from statefence.cli.exit_codes import CLEAN
from statefence.cli.output import paint, write_lines
from statefence.cli.parsing import add_config, parser
from statefence.errors import UsageError

if TYPE_CHECKING:
    from statefence.engine import Loaded

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(:\d+)?")


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code.

    Raises UsageError, and so ends with 2, for an unknown rule, and for a line at which there is nothing to explain.
    """
    of = parser("explain", "Show what a rule finds and how it is repaired, or what is known of the calls at a line.")
    what = "a rule's code or name, such as SF101, or a place such as src/app.py:12, as `check` and `map` print them"
    of.add_argument("what", metavar="CODE|PATH:LINE", help=what)
    add_config(of)
    options = of.parse_args(arguments)
    place = _PLACE.fullmatch(options.what)
    if place is None:
        _explain_rule(options.what)
    else:
        _explain_line(place["path"], int(place["line"]), options.config)
    return CLEAN


def _explain_rule(rule: str) -> None:
    from statefence.docs import page
    from statefence.registry import find, rules

    sys.stdout.write(page(find(rule, rules())))


def _explain_line(given: str, line: int, config: str | None) -> None:
    from statefence.cli.project import policy_in_force, relative_paths, require_files
    from statefence.engine import load
    from statefence.report.explanation import explanation
    from statefence.report.places import sites_at

    policy = policy_in_force(config)
    (path,) = relative_paths((given,), policy.root)
    loaded = load(policy)
    require_files((given,), (path,), (*loaded.sources, *(place.path for place in loaded.skipped)))
    if path not in loaded.sources and all(place.path != path for place in loaded.skipped):
        raise UsageError(f"{given}: a directory: name one of its files")
    found = sites_at(loaded.project, path, line)
    if not found:
        raise UsageError(f"{given}:{line}: {_nothing_there(loaded, path, line)}")
    write_lines(explanation(found, loaded, policy, paint()))


def _nothing_there(loaded: Loaded, path: str, line: int) -> str:
    from statefence.report.places import nearest

    for skipped in loaded.skipped:
        if skipped.path == path:
            return f"the file was not analysed: {skipped.reason}"
    near = ", ".join(f"{site.span.line} ({site.api})" for site in nearest(loaded.project, path, line))
    where = f"the nearest are at line {near}" if near else "this file has none, see `statefence map`"
    return f"no spawn, open or statement at this line: {where}"
