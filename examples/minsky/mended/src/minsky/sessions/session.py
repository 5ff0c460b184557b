"""A session: one task, worked on in a workspace of its own."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from minsky.errors import InvalidNameError

# A name is a directory's name and a branch's name.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Session(NamedTuple):
    """What the database knows of a session.

    Attributes:
        name: unique in the whole system.
        repository: the main workspace that it was cloned from, absolute.
        task: what it is for; empty when nobody said.
        created_at: in UTC, as ISO 8601.
        pull_request: the branch that was published for review; empty before.
    """

    name: str
    repository: str
    task: str
    created_at: str
    pull_request: str = ""


def new_session(name: str, repository: str, task: str) -> Session:
    """A session that starts now; raises InvalidNameError."""
    if not NAME.fullmatch(name):
        raise InvalidNameError(f"{name!r} is no name for a session: use letters, digits, _ and -, at most 64")
    return Session(name, repository, task, datetime.now(UTC).isoformat(timespec="seconds"))


def session_from(record: Mapping[str, object]) -> Session:
    """A session as a backend keeps it; raises ValueError where the record is not one."""
    missing = [field for field in Session._fields if not isinstance(record.get(field), str)]
    if missing:
        raise ValueError(f"a session without {', '.join(missing)}")
    return Session(**{field: str(record[field]) for field in Session._fields})
