"""Makes a database from a directory of migrations."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from statefence.errors import UsageError

_DOWN = re.compile(r"(^|[._-])down\.sql$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


def seed(database: Path, migrations: Path) -> None:
    """Runs every `.sql` file of a directory on a new database, by number and name; those that undo are left out.

    Raises UsageError, naming the file, when there is none, or when SQLite refuses one.
    """
    scripts = sorted((p for p in migrations.glob("*.sql") if not _DOWN.search(p.name)), key=_order)
    if not scripts:
        raise UsageError(f"{migrations}: no .sql file to make {database.name} from")
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        for script in scripts:
            try:
                connection.executescript(script.read_text(encoding="utf-8"))
            except sqlite3.Error as error:
                raise UsageError(f"{script}: {database.name} cannot be made from it: {error}") from error
        connection.commit()


def _order(script: Path) -> tuple[int, str]:
    number = _NUMBER.match(script.name)
    return (int(number[0]) if number else 0, script.name)
