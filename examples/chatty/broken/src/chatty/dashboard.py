"""What a user sees first: their runtimes, and how much there is of each."""

import sqlite3
from contextlib import closing
from typing import NamedTuple

from chatty.paths import data_directory
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
        Line(each.id, each.name, len(uploads.list_all(each.id)), len(references.list_all(user, each.id)))
        for each in runtimes.list_all(user)
    ]


def users() -> int:
    """How many users have runtimes of their own."""
    with closing(sqlite3.connect(data_directory() / "chatty.db")) as connection:
        return len(set(connection.execute("SELECT user_id FROM gpts WHERE deleted_at IS NULL")))
