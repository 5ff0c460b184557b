"""The models that workers have used, so that a restarted worker need not ask for them again."""

import sqlite3
from contextlib import closing

from chatos.hostapp import RUNTIME_HOST_APP
from chatos.storage import create_db, make_tables
from chatos.storage.paths import runtime_dir


def open_cache() -> sqlite3.Connection:
    """The cache lives with the other data of the host application that workers run in."""
    connection = create_db(runtime_dir() / f"{RUNTIME_HOST_APP}.db.sqlite")
    make_tables(connection, "models")
    return connection


def remember_model(name: str, provider: str) -> None:
    """Remember who provides a model; the first answer stays."""
    with closing(open_cache()) as connection, connection:
        connection.execute("INSERT OR IGNORE INTO models (name, provider) VALUES (?, ?)", (name, provider))


def remembered_provider(name: str) -> str | None:
    """Who provides a model, None when no worker has used it."""
    with closing(open_cache()) as connection:
        row = connection.execute("SELECT provider FROM models WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["provider"])
