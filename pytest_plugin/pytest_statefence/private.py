"""Which files belong to one worker of a distributed run alone."""

from __future__ import annotations

from pathlib import Path, PurePath

from pytest_statefence.records import Violation
from pytest_statefence.verdict import SPAWN


def is_private(violation: Violation, basetemp: str | Path | None, worker: str) -> bool:
    """Whether only the `worker` can have done it: to a child it started, or to a file where no other has business.

    Such places are its own base of pytest's temporary directories, and directories that are named after it.
    """
    if violation.code == SPAWN:
        return True
    path = PurePath(violation.subject)
    return worker in path.parts[:-1] or (basetemp is not None and path.is_relative_to(Path(basetemp).resolve()))
