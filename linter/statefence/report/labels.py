"""The words that several formats use for the same thing."""

from __future__ import annotations

from statefence.model import Finding, Safety

_LABELS = {Safety.SAFE: "[fix] ", Safety.UNSAFE: "[unsafe fix] ", Safety.NONE: ""}


def fix_label(finding: Finding) -> str:
    """What stands before the message of a finding that can be repaired, with a blank after it; empty otherwise."""
    return _LABELS[finding.fix]


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
