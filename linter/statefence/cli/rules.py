"""`statefence rules`: which rules there are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from statefence.cli.exit_codes import CLEAN
from statefence.cli.output import write_lines
from statefence.cli.parsing import parser
from statefence.registry import LoadedRule, rules


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    of = parser("rules", "List the rules: code, name, the safety of their fixes, and what they find.")
    of.add_argument("--output-format", choices=("text", "json"), default="text")
    every = rules()
    if of.parse_args(arguments).output_format == "json":
        write_lines((json.dumps([_row(rule) for rule in every], indent=2),))
    else:
        write_lines(_table(every))
    return CLEAN


def _row(rule: LoadedRule) -> dict[str, str]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.rule.severity.value,
        "fix": rule.rule.fix.value,
        "since": rule.rule.since,
        "summary": rule.summary,
    }


def _table(every: Sequence[LoadedRule]) -> Iterator[str]:
    columns = [(rule.code, rule.name, f"fix: {rule.rule.fix}", rule.summary) for rule in every]
    widths = [max((len(row[column]) for row in columns), default=0) for column in range(3)]
    for row in columns:
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]))
