"""What exit handlers do after pytest is done: looked at last of all, when nobody can be told by a report."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterable
from types import FrameType

_ENTRIES = ("console_main", "_console_main")
"""What the `pytest` command and `python -m pytest` call, before and since pytest 9.1."""
_WORKER = "__channelexec__"
"""The name under which execnet runs what a worker of pytest-xdist is started for."""


class _Failure:
    """Ends the process with a status of failure when the interpreter drops it: after all exit handlers were called.

    No exit handler can change the status, and one that ended the process would take those away that come after it.
    """

    def __del__(self, end: Callable[[int], None] = os._exit, status: int = 1) -> None:
        end(status)


_failures: list[_Failure] = []


def watch_exit(look: Callable[[], Iterable[str]], *, fails: bool) -> None:
    """Calls `look` after every exit handler that is registered later; prints its lines, and `fails` for them."""

    def tell() -> None:
        lines = list(look())
        if lines:
            sys.stderr.write("\n".join(["statefence: after the run, by an exit handler or a thread:", *lines, ""]))
            sys.stderr.flush()
            if fails:
                _failures.append(_Failure())

    atexit.register(tell)


def ends_with_pytest() -> bool:
    """Whether this process was started to run pytest, also as a worker: what it does after it belongs to the run."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- documented, and the cheap way to a stack
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if module == _WORKER or (module == "_pytest.config" and frame.f_code.co_name in _ENTRIES):
            return True
        frame = frame.f_back
    return False
