"""`statefence explain`: the documentation of one rule."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from statefence.cli.exit_codes import CLEAN
from statefence.cli.parsing import parser
from statefence.docs import page
from statefence.registry import find, rules


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    of = parser("explain", "Show what a rule finds, why that hurts, and how it is repaired.")
    of.add_argument("rule", metavar="CODE", help="a code such as SF101, or a rule's name")
    sys.stdout.write(page(find(of.parse_args(arguments).rule, rules())))
    return CLEAN
