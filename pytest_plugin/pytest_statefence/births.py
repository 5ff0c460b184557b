"""The ids of children: a Popen object learns its child's only after the audit event, and may be gone when it is asked.

A profile function waits for the end of the one call that learns it. Where another profiler is at work there is no id.
"""

from __future__ import annotations

import sys
from types import FrameType


class Birth:
    """A child that is being started.

    Attributes:
        pid: its process's id; 0 until it is known.
    """

    __slots__ = ("pid",)

    def __init__(self) -> None:
        self.pid = 0


def await_birth(frame: FrameType) -> Birth:
    """Learns the id when `frame`, a method of a Popen object that is about to start its child, returns."""
    birth = Birth()
    if sys.getprofile() is not None:
        return birth

    def profile(current: FrameType, event: str, _argument: object) -> None:
        if current is frame and event == "return":
            sys.setprofile(None)
            birth.pid = getattr(frame.f_locals.get("self"), "pid", None) or 0

    sys.setprofile(profile)
    return birth
