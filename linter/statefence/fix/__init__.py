"""The autofixer: edits located by span become new bytes, verified by analysing again. The only importer of libcst."""

from statefence.fix.apply import apply
from statefence.fix.diff import unified
from statefence.fix.driver import FixedFile, Outcome, RefusedFix, fix_project
from statefence.fix.records import Applied, Refused
from statefence.fix.write import write_atomic

__all__ = [
    "Applied",
    "FixedFile",
    "Outcome",
    "Refused",
    "RefusedFix",
    "apply",
    "fix_project",
    "unified",
    "write_atomic",
]
