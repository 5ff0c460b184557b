"""A copy of the session database, made before something risky."""

import sqlite3
from contextlib import closing
from pathlib import Path

from minsky.paths import state_directory


def back_up() -> Path:
    """Copy the session database; returns the copy."""
    target = Path(state_directory()) / "backups" / "sessions.db"
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(Path(state_directory()) / "sessions.db")) as source:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    return target
