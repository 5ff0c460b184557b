"""What `statefence-child.pth` starts in every Python process while a run is on: it joins the run it descends from.

Standard library only, as is everything that it imports.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from pytest_statefence import audit
from pytest_statefence.rendezvous import find
from pytest_statefence.system import SYSTEM
from pytest_statefence.witness import noticing, observing

BRIEF = "brief.json"
_MOST = 1 << 20
_MARK = "_statefence_child"
"""An attribute of `sys`, which outlives the modules of this package."""


def join() -> None:
    """Reports to the run among this process's ancestors from now on, if there is one.

    Does nothing the second time: `site` reads the .pth files of a virtual environment twice on some versions.
    The modules of this package are forgotten again: the program may be a pytest that loads the plugin for itself.
    """
    try:
        directory = None if hasattr(sys, _MARK) else find()
        brief = None if directory is None else _brief(f"{directory}/{BRIEF}")
        if brief is not None:
            setattr(sys, _MARK, True)
            _report(brief)
    finally:
        package = __name__.partition(".")[0]
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def _report(brief: dict[str, Any]) -> None:
    audit.listen(noticing(brief["notices"], brief["root"], tuple(brief["prefixes"])))
    if brief["sightings"]:
        audit.listen_too(observing(brief["sightings"], brief["root"], lambda: os.path.expanduser("~")))  # noqa: PTH111


def _brief(path: str) -> dict[str, Any] | None:
    try:
        descriptor = SYSTEM.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        brief: dict[str, Any] = json.loads(SYSTEM.read(descriptor, _MOST))
    finally:
        SYSTEM.close(descriptor)
    return brief
