"""Which files belong to one worker of a distributed run alone."""

from __future__ import annotations

from pathlib import PurePath

from pytest_statefence.records import Violation
from pytest_statefence.verdict import SPAWN


def is_private(violation: Violation, worker: str) -> bool:
    """Whether only the `worker` can have done it: a child it started, or a file where no other has business.

    Such places are pytest's temporary directories of the worker, and paths with a directory named after it.
    """
    if violation.code == SPAWN:
        return True
    path = PurePath(violation.subject)
    return worker in path.parts[:-1] or f"popen-{worker}" in path.parts[:-1]
