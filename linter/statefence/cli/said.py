"""Say what a run found, whether it has just been found or was remembered."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from statefence.cache.record import Outcome


def said(outcome: Outcome) -> int:
    """Say it, line by line, so that a reader who leaves is noticed; gives the exit code."""
    sys.stdout.writelines(outcome.output.splitlines(keepends=True))
    sys.stdout.flush()
    sys.stderr.write(outcome.log)
    return outcome.code
