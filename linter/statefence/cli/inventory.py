"""`statefence map`: what every spawn, open and statement of the project resolves to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from statefence.cli.exit_codes import CLEAN
from statefence.cli.output import in_colour, write_lines
from statefence.cli.parsing import add_paths, parser
from statefence.cli.project import policy_in_force, relative_paths, require_files
from statefence.engine import load, resolution
from statefence.report.closing import coverage
from statefence.report.inventory import inventory, inventory_json, inventory_lines
from statefence.report.tree import drawn_tree, plain_tree


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    of = parser("map", "List every spawn, open and statement of the project, and what each resolves to.")
    add_paths(of)
    of.add_argument("--output-format", choices=("text", "json"), default="text")
    options = of.parse_args(arguments)
    policy = policy_in_force(options.config)
    paths = relative_paths(options.paths, policy.root)
    loaded = load(policy)
    require_files(options.paths, paths, (*loaded.sources, *(place.path for place in loaded.skipped)))
    found = inventory(loaded, policy, paths)
    as_json = options.output_format == "json"
    if as_json:
        write_lines((inventory_json(found),))
    elif in_colour():
        sys.stdout.write(drawn_tree(inventory_lines(found), policy.root, get_terminal_size().columns))
    else:
        write_lines(plain_tree(inventory_lines(found)))
    sys.stdout.flush()
    line = coverage(len(loaded.project.modules), loaded.skipped, *resolution(loaded.project))
    (sys.stderr if as_json else sys.stdout).write(f"{line}.\n")
    return CLEAN
