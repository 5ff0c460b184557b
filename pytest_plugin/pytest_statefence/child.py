"""What `statefence-child.pth` starts in every Python process while a run is on: it joins the run it descends from.

Light, as is everything that it imports: no module that `site` has not loaded before.
"""

from __future__ import annotations

import os
import sys

from pytest_statefence.rendezvous import find
from pytest_statefence.system import SYSTEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BRIEF = "brief"
"""In the run's directory: the project's root, the journals of notices and of sightings, the names of the variables that
decide where the policy points, then the watched prefixes."""

_MOST = 1 << 20
_MARK = "_statefence_child"
"""An attribute of `sys`, which outlives the modules of this package; the .pth asks for it."""


def join() -> None:
    """Reports to the run among this process's ancestors from now on, if there is one.

    It is marked as done, since `site` reads the .pth files of a virtual environment twice. The modules of this package
    are forgotten again: the program may be a pytest that loads the plugin for itself.
    """
    setattr(sys, _MARK, True)
    try:
        found = find()
        if found is not None:
            _report(*found)
    finally:
        package = __name__.partition(".")[0]
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def _report(directory: str, family: tuple[int, ...]) -> None:
    from pytest_statefence import audit
    from pytest_statefence.witness import noticing, observing

    path = f"{directory}/{BRIEF}"
    try:
        root, notices, sightings, variables, *_ = _brief(path)
    except OSError:
        return  # the run has just ended
    audit.listen(noticing(notices, root, _prefixes(path), tuple(filter(None, variables.split("="))), family))
    if sightings:
        audit.listen_too(observing(sightings, root, lambda: os.path.expanduser("~")))  # noqa: PTH111 # a child does without pathlib


def _brief(path: str) -> list[str]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.fsdecode(os.read(descriptor, _MOST)).split("\0")
    finally:
        os.close(descriptor)


def _prefixes(path: str) -> Callable[[], tuple[str, ...]]:
    """A function that tells the watched prefixes as they are now: a server goes on while tests come and go."""
    known: tuple[str, ...] = ()
    stamp: tuple[int, int] = (0, 0)

    def prefixes() -> tuple[str, ...]:
        nonlocal known, stamp
        try:
            found = SYSTEM.stat(path)
            if stamp != (found.st_ino, found.st_mtime_ns):
                known, stamp = tuple(_brief(path)[4:]), (found.st_ino, found.st_mtime_ns)
        except OSError:
            known = ()
        return known

    return prefixes
