"""What halo knows, in numbers and in words."""

import sqlite3
from contextlib import closing
from pathlib import Path

from halo.paths import base_dir


def app_count() -> int:
    """How many apps are installed."""
    with closing(sqlite3.connect(Path.home() / ".halo" / "halo.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM installed_apps").fetchone()
    return int(count)


def about_user() -> str:
    """The first line of what is remembered of the user."""
    path = base_dir() / "user-memory.md"
    return path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""


def back_up(target: Path) -> None:
    """Copy the database, while it may be in use, to a file that the user has chosen."""
    with closing(sqlite3.connect(base_dir() / "halo.db")) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


def compact() -> None:
    """Give back the room that removed rows have left."""
    with closing(sqlite3.connect("halo.db")) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA user_version = 1")
