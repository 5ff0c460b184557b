"""The model menu of the chat window."""

import sqlite3
from contextlib import closing

from chatos.admin import config_source
from chatos.storage.paths import admin_db_path


def offered_models() -> list[str]:
    """Names of the enabled models. The menu opens often and only reads, so it must never wait for a writer."""
    with closing(sqlite3.connect(f"file:{admin_db_path()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT name FROM models WHERE enabled = 1 ORDER BY name").fetchall()
    return [row[0] for row in rows]


def pick_model(name: str) -> None:
    """Make a model the one that new work starts with."""
    config_source.save_setting("default_model", name)
