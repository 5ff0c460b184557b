"""Makes a database from directories of migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from statefence.errors import UsageError
from statefence.migrations.names import ordinal, taken_apart
from statefence.source import Source


def seed(database: Path, directories: Iterable[Path]) -> None:
    """Runs what the `.sql` files of some directories apply on a new database, each directory in its order.

    Raises UsageError, naming the file, when a directory has none, or when SQLite refuses one.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        for directory in directories:
            for script in _scripts(directory, database):
                try:
                    connection.executescript(_applied(script))
                except sqlite3.Error as error:
                    raise UsageError(f"{script}: {database.name} cannot be made from it: {error}") from error
        connection.commit()


def _scripts(directory: Path, database: Path) -> list[Path]:
    """The files that apply a migration, those that take one back left out, in their order."""
    named = [(name, path) for path in directory.glob("*.sql") if (name := taken_apart(path.name)) is not None]
    scripts = [(ordinal(name.version), path.name, path) for name, path in named if not name.is_down]
    if not scripts:
        raise UsageError(f"{directory}: no .sql file to make {database.name} from")
    return [path for _, _, path in sorted(scripts)]


def _applied(script: Path) -> str:
    from statefence.migrations.sql_files import sections

    return sections(Source(str(script), script.read_bytes()))[0]
