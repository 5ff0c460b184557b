"""What a user sees first: their runtimes, and how much there is of each."""

from typing import NamedTuple

from chatty.storage import references, runtimes, uploads


class Line(NamedTuple):
    """A runtime, its files, and the conversations that were imported into it."""

    id: str
    name: str
    files: int
    conversations: int


def lines(user: str) -> list[Line]:
    """A line for each runtime of a user."""
    return [
        Line(each.id, each.name, len(uploads.list_all(user, each.id)), len(references.list_all(user, each.id)))
        for each in runtimes.list_all(user)
    ]
