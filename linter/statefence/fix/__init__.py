"""The autofixer: edits located by span become new bytes, verified by analysing again. The only importer of libcst."""

from statefence.fix.apply import apply
from statefence.fix.diff import unified
from statefence.fix.driver import FixedFile, Outcome, RefusedFix, fix_project
from statefence.fix.files import Changed, changed
from statefence.fix.records import Applied, Refused
from statefence.fix.write import create_atomic, write_atomic

__all__ = [
    "Applied",
    "Changed",
    "FixedFile",
    "Outcome",
    "Refused",
    "RefusedFix",
    "apply",
    "changed",
    "create_atomic",
    "fix_project",
    "unified",
    "write_atomic",
]
