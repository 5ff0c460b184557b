"""`statefence map`: what every spawn, open and statement of the project resolves to."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from statefence.cache.record import Outcome
from statefence.cache.remember import remember
from statefence.cli.exit_codes import CLEAN
from statefence.cli.output import in_colour
from statefence.cli.parsing import add_paths, add_resources, parser
from statefence.cli.project import policy_in_force, reading, relative_paths, require_files
from statefence.cli.question import question
from statefence.cli.resources import resources
from statefence.cli.said import said
from statefence.engine import Loaded, load, resolution
from statefence.errors import UsageError
from statefence.observation.records import Observed
from statefence.policy import Policy
from statefence.report.closing import coverage
from statefence.report.inventory import inventory, inventory_json, inventory_lines
from statefence.report.style import visible

_TEXT = "text"
_FORMATS = (_TEXT, "json", "mermaid", "dot", "html")


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    of = parser("map", "List every spawn, open and statement of the project, and what each resolves to.")
    add_paths(of)
    of.add_argument(
        "--output-format", choices=_FORMATS, default=_TEXT, help="mermaid, dot and html draw layers and stores"
    )
    of.add_argument(
        "--observed",
        type=Path,
        metavar="FILE",
        help="lay beside each answer what the tests did: FILE is written by `pytest --statefence-observe=FILE`; "
        "with the formats text and json",
    )
    add_resources(of)
    options = of.parse_args(arguments)
    started = time.time_ns()
    observed = _observed(options)
    policy = policy_in_force(options.config)
    paths = relative_paths(options.paths, policy.root)
    with resources(options, policy) as given:
        loaded = load(policy, reader=given.reader, past=given.past)
    require_files(options.paths, paths, (*loaded.sources, *(place.path for place in loaded.skipped)))
    text, told = _formatted(options.output_format, loaded, policy, paths, observed), f"{_coverage(loaded)}\n"
    outcome = Outcome(text + told, "", CLEAN) if options.output_format == _TEXT else Outcome(text, told, CLEAN)
    if not options.no_cache and observed is None:
        remember(question("map", arguments), outcome, reading(policy, options.config, started, loaded, ()))
    return said(outcome)


def _observed(options: Namespace) -> Observed | None:
    if options.observed is None:
        return None
    if options.output_format not in {_TEXT, "json"}:
        raise UsageError("--observed goes with the formats text and json only")
    from statefence.observation.load import load

    return load(options.observed)


def _formatted(name: str, loaded: Loaded, policy: Policy, paths: Sequence[str], observed: Observed | None) -> str:
    match name:
        case "json":
            return f"{inventory_json(inventory(loaded, policy, paths, observed))}\n"
        case "mermaid":
            from statefence.report.picture import mermaid, picture

            return mermaid(picture(loaded, policy, paths))
        case "dot":
            from statefence.report.picture import dot, picture

            return dot(picture(loaded, policy, paths))
        case "html":
            from statefence.report.picture import page, picture

            found = inventory(loaded, policy, paths)
            return page(picture(loaded, policy, paths), found, Path(policy.root).resolve().name, _coverage(loaded))
        case _:
            return _text(inventory(loaded, policy, paths, observed), policy)


def _text(found: dict[str, Any], policy: Policy) -> str:
    from statefence.report.observed import summary_lines
    from statefence.report.tree import drawn_tree, plain_tree

    lines = inventory_lines(found)
    closing = "".join(f"{visible(line)}\n" for line in summary_lines(found["observed"])) if "observed" in found else ""
    if in_colour():
        return drawn_tree(lines, policy.root, get_terminal_size().columns) + closing
    return "".join(f"{line}\n" for line in plain_tree(lines)) + closing


def _coverage(loaded: Loaded) -> str:
    return f"{coverage(len(loaded.project.modules), loaded.skipped, *resolution(loaded.project))}."
