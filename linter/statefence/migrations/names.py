"""The names of migration files: their version, what they are called, and whether they apply or take back."""

from __future__ import annotations

import re

from msgspec import Struct

_NAME = re.compile(
    r"[A-Za-z]?(?P<version>\d+)(?:[_.-]+(?P<name>[^.]*?))?(?P<direction>\.(?:up|down))?\.(?P<ending>sql|py)"
)
_DATED = 8  # digits from which on a version is a date or time, in which gaps mean nothing


class FileName(Struct, frozen=True):
    """A migration's file name, taken apart.

    Attributes:
        version: its digits as written.
        key: the name without direction and ending.
        is_down: whether it takes the migration back (`001_name.down.sql`).
    """

    version: str
    key: str
    is_down: bool


def taken_apart(name: str) -> FileName | None:
    """The parts of a file's name, without directories; None when it is no migration's."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    key = name.removesuffix(f".{found['ending']}").removesuffix(found["direction"] or "")
    return FileName(found["version"], key, found["direction"] == ".down")


def is_dated(version: str) -> bool:
    """Whether a version is a date or time, not a number in a row."""
    return len(version) >= _DATED


def ordinal(version: str) -> tuple[int, str]:
    """What versions are sorted by: their number, then their text; those without a number come last."""
    return (int(version), version) if version.isascii() and version.isdigit() else (10**30, version)


def following(version: str) -> str:
    """The version after this one, as wide."""
    return str(int(version) + 1).zfill(len(version))
