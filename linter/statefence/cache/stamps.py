"""Whether files are as they were: by inode, size and both times, and by content where these cannot tell."""

from __future__ import annotations

import os

from statefence.cache.record import DIGEST, STAMP, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GRAIN = 2_000_000_000
"""In nanoseconds: the coarsest clock of a file system. What was written so shortly before it was read could be written
again without a difference in its times (git's rule for racily clean entries)."""
_MISSING = (0, 0, 0, 0)


def stamps(paths: Iterable[str]) -> tuple[int, ...]:
    """Inode, size and the two times of each path, links followed; zeros for a missing one."""
    found: list[int] = []
    for path in paths:
        try:
            entry = os.stat(path)
        except OSError:
            found += _MISSING
        else:
            found += (entry.st_ino, entry.st_size, entry.st_mtime_ns, entry.st_ctime_ns)
    return tuple(found)


def doubtful(now: Sequence[int], before: Sequence[int], started: int) -> list[int]:
    """The numbers of the paths whose stamps differ, or are too young to tell."""
    young = started - GRAIN
    return [
        at // STAMP
        for at in range(0, len(before), STAMP)
        if before[at + 2] >= young or before[at + 3] >= young or now[at : at + STAMP] != before[at : at + STAMP]
    ]


def youngest(found: Sequence[int]) -> int:
    """The latest of all times, in nanoseconds."""
    return max((*found[2::STAMP], *found[3::STAMP]), default=0)


def digest(data: bytes) -> bytes:
    """A digest of a file's content."""
    from hashlib import blake2b

    return blake2b(data, digest_size=DIGEST).digest()


def content(path: str) -> bytes:
    """The digest of what the file holds now; `UNKNOWN` when it is gone."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except OSError:
        return UNKNOWN
