"""The names of migration files: their version, what they are called, and whether they apply or take back."""

from __future__ import annotations

import re

from msgspec import Struct

# A date may be parted, `2024-01-31`, and be followed by a time or a number of that day: `20240131_02`.
_NUMBER = r"\d{4}(?P<gap>[_.-])\d\d(?P=gap)\d\d(?:[_.T-]\d+(?=[_.-]))*|\d{8}(?:[_.T-]\d+(?=[_.-]))*|\d+"
_NAME = re.compile(
    rf"(?P<letter>[A-Za-z]?)(?P<version>{_NUMBER})(?P<between>[_.-]+(?P<name>[^.]*?))?"
    r"(?P<direction>\.(?:up|down|rollback|undo))?\.(?P<ending>sql|py)"
)
_PARTING = re.compile(r"\D+")
_DATED = 8  # digits from which on a version is a date or time, in which gaps mean nothing


class FileName(Struct, frozen=True):
    """A migration's file name, taken apart.

    Attributes:
        version: its digits.
        key: the name, without direction and ending, of the file that applies the migration.
        is_down: whether it takes the migration back (`001_name.down.sql`, `U1__name.sql`).
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
    is_undo = found["letter"] == "U" and (found["between"] or "").startswith("__")  # Flyway's
    is_down = is_undo or found["direction"] not in {None, ".up"}
    return FileName(_PARTING.sub("", found["version"]), f"V{key[1:]}" if is_undo else key, is_down)


def taking_back(name: str) -> str:
    """The name of the file that takes back what the `.sql` file of this name applies."""
    if name.startswith("V") and "__" in name:
        return f"U{name[1:]}"
    return f"{name.removesuffix('.sql').removesuffix('.up')}.down.sql"


def is_dated(version: str) -> bool:
    """Whether a version is a date or time, not a number in a row."""
    return len(version) >= _DATED


def is_day(version: str) -> bool:
    """Whether a version is a day, which several migrations may have: their names tell them apart."""
    return len(version) == _DATED


def ordinal(version: str) -> tuple[int, str]:
    """What versions are sorted by: their number or day, then their text; those without a number come last."""
    if not (version.isascii() and version.isdigit()):
        return 10**30, version
    return int(version[:_DATED]) if is_dated(version) else int(version), version


def following(version: str) -> str:
    """The version after this one, as wide."""
    return str(int(version) + 1).zfill(len(version))
