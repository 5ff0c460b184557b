"""The words in which the tables of callees are written."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Argument(Struct, frozen=True):
    """Where a call hands something over: by keyword, by 0-based position (None when by keyword alone)."""

    keyword: str
    position: int | None = None


class Given(StrEnum):
    """What a mapping handed over becomes of the child's environment."""

    REPLACES = "replaces"
    ADDS_TO_LIST = "adds-to-list"  # merged over the callee's own allow-list
    ADDS = "adds"  # merged over the parent's environment
