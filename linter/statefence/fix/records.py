"""What the fixer passes around: splices, plans, and the outcome for each group of edits."""

from __future__ import annotations

from msgspec import Struct

from statefence.model import Import


class Refusal(Exception):  # noqa: N818 - not an error: the file stays as it is
    """An edit cannot be made without risk. Its text says why, in a few words without a full stop."""


class Splice(Struct, frozen=True, order=True):
    """Replace the bytes from `start` up to `end` by `text`; offsets count the UTF-8 of the decoded text."""

    start: int
    end: int
    text: bytes


class Plan(Struct, frozen=True):
    """What one group of edits does to the text, and the imports that must be added for it."""

    splices: tuple[Splice, ...]
    imports: tuple[Import, ...] = ()


class Applied(Struct, frozen=True, tag=True):
    """The file after its edits.

    Attributes:
        data: the new bytes; the old ones when every group was refused.
        refusals: for each group in order, why it was refused, or None when it was applied.
    """

    data: bytes
    refusals: tuple[str | None, ...]


class Refused(Struct, frozen=True, tag=True):
    """The file as a whole cannot be edited safely; `reason` says why, in a few words without a full stop."""

    reason: str
