"""What the policy says of a change to a file that is compared by its bytes. Pure."""

from __future__ import annotations

from pytest_statefence.records import NO_FILE, Clause, Extent, Judgement, Violation
from pytest_statefence.verdict import APPEND_ONLY, of_machine


def judge_append_only(clause: Clause, path: str, before: Extent, after: Extent, *, remade: bool) -> Judgement:
    """Whether a file that may only grow was rewritten, shrunk, replaced or removed.

    `remade` when the file is known to have been made anew although the inode is the same.
    """
    if before == NO_FILE:
        return Judgement()
    if before.reason or after.reason:
        return Judgement(unknown=(f"{path}: whether it only grew: {before.reason or after.reason}",))
    what = _loss(before, after, remade=remade)
    if not what:
        return Judgement()
    return Judgement((Violation(APPEND_ONLY, path, f"an append-only file was {what}", str(clause)),))


def judge_of_machine(clause: Clause, path: str, before: Extent, after: Extent) -> Judgement:
    """Whether a file of the user who runs the tests was made, changed or removed."""
    if before.reason or after.reason:
        return Judgement(unknown=(f"{path}: whether it was written: {before.reason or after.reason}",))
    if (before.size, before.digest) == (after.size, after.digest):
        return Judgement()
    change = "made" if before == NO_FILE else "removed" if after == NO_FILE else "written"
    return Judgement((of_machine(clause, path, change),))


def cut(clause: Clause, path: str) -> Violation:
    """The program under test opened an append-only file so that what was in it is lost, and wrote it anew."""
    return Violation(APPEND_ONLY, path, "an append-only file was cut off and written anew", str(clause))


def _loss(before: Extent, after: Extent, *, remade: bool) -> str:
    if after == NO_FILE:
        return "removed"
    if after.inode != before.inode or remade:
        return "replaced"
    if after.size < before.size:
        return "shrunk"
    return "rewritten" if after.prefix != before.digest else ""
