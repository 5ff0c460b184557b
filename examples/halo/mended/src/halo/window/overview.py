"""What halo knows, in numbers and in words."""

import sqlite3
from contextlib import closing
from pathlib import Path

from halo.platform.memory import memory_read, user_scope
from halo.platform.store import open_store


def app_count() -> int:
    """How many apps are installed."""
    with closing(open_store()) as connection:
        (count,) = connection.execute("SELECT count(*) FROM installed_apps").fetchone()
    return int(count)


def about_user() -> str:
    """The first line of what is remembered of the user."""
    return memory_read(user_scope()).partition("\n")[0]


def back_up(target: Path) -> None:
    """Copy the database, while it may be in use, to a file that the user has chosen."""
    with closing(open_store()) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
