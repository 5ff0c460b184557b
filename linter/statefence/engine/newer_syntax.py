"""Syntax that an older interpreter refuses: which Python brought it, told from the line that the parser stopped at."""

from __future__ import annotations

import re
import sys

_SIGNS = (
    # PEP 695: type parameters and the `type` statement
    ((3, 12), re.compile(r"^\s*type\s+\w+\s*(\[[^\]]*\]\s*)?=(?!=)")),
    ((3, 12), re.compile(r"^\s*((async\s+)?def|class)\s+\w+\s*\[")),
    # PEP 696: defaults of type parameters
    ((3, 13), re.compile(r"^\s*((async\s+)?def|class)\s+\w+\s*\[[^\]=]*=")),
    ((3, 13), re.compile(r"^\s*type\s+\w+\s*\[[^\]=]*=[^\]]*\]\s*=")),
    # PEP 750: template strings; PEP 758: `except` without parentheses
    ((3, 14), re.compile(r"""(?<![\w"'])(t|tr|rt)["']""", re.IGNORECASE)),
    ((3, 14), re.compile(r"^\s*except\*?\s+[\w.]+\s*,[^:]*:")),
    # PEP 810: lazy imports
    ((3, 15), re.compile(r"^\s*lazy\s+(import|from)\s")),
)
_FSTRING = re.compile(r"f-string")  # PEP 701 allows the same quotes, backslashes and comments inside the braces


def python_needed(message: str, line: str) -> str | None:
    """The version, such as `3.12`, that reads the line a newer-than-this interpreter may read; None when unknown.

    Args:
        message: what the parser said.
        line: the text of the line that it stopped at.
    """
    versions = [version for version, sign in _SIGNS if sign.search(line)]
    if _FSTRING.search(message):
        versions.append((3, 12))
    newest = max(versions, default=None)
    return ".".join(map(str, newest)) if newest and newest > sys.version_info[:2] else None
