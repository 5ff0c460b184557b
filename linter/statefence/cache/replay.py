"""Say again what an earlier run said, where nothing it depends on has changed."""

from __future__ import annotations

import time

from statefence.cache.place import place, read, write
from statefence.cache.record import DATABASE, DIGEST, LISTING, PLAIN, STAMP, UNKNOWN, Outcome, Record, decoded, encoded
from statefence.cache.stamps import GRAIN, content, digest, doubtful, stamps, youngest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def replayed(asked: bytes, *, by_content: bool) -> Outcome | None:
    """What a run would say; None where only running can tell.

    Args:
        asked: everything that decides the answer but the files.
        by_content: trust no stamp, and compare what every file holds.
    """
    kept_at = place(asked)
    data = read(kept_at) if kept_at is not None else None
    record = decoded(data) if data is not None else None
    if kept_at is None or record is None or record.question != asked:
        return None
    now = time.time_ns()
    found = stamps(record.paths)
    if not by_content and found == record.stamps and youngest(found) < record.started - GRAIN:
        return record.outcome
    suspects = range(len(record.paths)) if by_content else doubtful(found, record.stamps, record.started)
    if not _is_same(record, suspects, found):
        return None
    write(kept_at, encoded(record.restamped(now, found)))
    return record.outcome


def _is_same(record: Record, suspects: Iterable[int], found: Sequence[int]) -> bool:
    """Whether the suspects, by their number, are what they were, whatever their stamps say."""
    listing_in_doubt = False
    for number in suspects:
        known = record.digests[number * DIGEST : (number + 1) * DIGEST]
        if known == LISTING:
            listing_in_doubt = True
        elif known in {PLAIN, DATABASE}:
            if _is_database(record.paths[number]) != (known == DATABASE):
                return False
        elif known != UNKNOWN:
            if content(record.paths[number]) != known:
                return False
        elif found[number * STAMP : (number + 1) * STAMP] != record.stamps[number * STAMP : (number + 1) * STAMP]:
            return False
    return not listing_in_doubt or _listing(record.paths[0]) == record.listing


def _is_database(path: str) -> bool:
    from statefence.database_file import is_database

    return is_database(path)


def _listing(root: str) -> bytes:
    from statefence.discover import listing

    return digest(listing(root))
