"""Bringing home the configuration that older versions wrote next to the chats.

Each step can be repeated: whoever is interrupted, or races another process at start-up, ends with the same files.
"""

import json
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from chatos.hostapp import RUNTIME_SUFFIX
from chatos.storage.database import create_db, make_tables
from chatos.storage.paths import config_db_path, state_dir
from chatos.storage.schema import ADMIN_TABLES

MARKER = ".configuration-merged.json"

# Rows that the configuration already has win: they are what the user sees on the settings pages.
MERGES = {
    "models": "INSERT OR IGNORE INTO models (name, provider, enabled) VALUES (?, ?, ?)",
    "secrets": "INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)",
    "mcp_servers": "INSERT OR IGNORE INTO mcp_servers (name, command, arguments) VALUES (?, ?, ?)",
    "prompts": "INSERT OR IGNORE INTO prompts (title, body) VALUES (?, ?)",
    "subagents": "INSERT OR IGNORE INTO subagents (name, model, prompt) VALUES (?, ?, ?)",
    "land_configs": "INSERT OR IGNORE INTO land_configs (name, body) VALUES (?, ?)",
    "settings": "INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)",
}
ROWS = {
    "models": "SELECT name, provider, enabled FROM models",
    "secrets": "SELECT name, value FROM secrets",
    "mcp_servers": "SELECT name, command, arguments FROM mcp_servers",
    "prompts": "SELECT title, body FROM prompts",
    "subagents": "SELECT name, model, prompt FROM subagents",
    "land_configs": "SELECT name, body FROM land_configs",
    "settings": "SELECT name, value FROM settings",
}


def repair_stray_databases() -> list[Path]:
    """Merge every stray configuration into the one it belongs to and set the file aside; returns the backups made."""
    strays = sorted(state_dir().glob(f"*{RUNTIME_SUFFIX}/*{RUNTIME_SUFFIX}.db.sqlite"))
    backups = [bring_home(stray) for stray in strays]
    return [backup for backup in backups if backup is not None]


def bring_home(stray: Path) -> Path | None:
    """Merge one stray database and set it aside; returns the backup, None where another process was faster."""
    host_app = stray.name.removesuffix(".db.sqlite").removesuffix(RUNTIME_SUFFIX)
    try:
        rows = rows_of(stray)
    except sqlite3.OperationalError:
        if stray.exists():
            raise
        return None
    added = merge(rows, config_db_path(host_app))
    backup = set_aside(stray)
    if backup is not None:
        (stray.parent / MARKER).write_text(json.dumps({"backup": backup.name, "added": added}))
    return backup


def rows_of(stray: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each configuration table of a stray database; it never makes the file."""
    with closing(sqlite3.connect(f"{stray.as_uri()}?mode=rw", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {table: connection.execute(ROWS[table]).fetchall() for table in ADMIN_TABLES if table in tables}


def merge(rows: dict[str, list[tuple[object, ...]]], configuration: Path) -> dict[str, int]:
    """Add the rows whose keys the configuration lacks, all or none; returns how many, by table."""
    with closing(create_db(configuration)) as connection, connection:
        make_tables(connection, *ADMIN_TABLES)
        return {table: connection.executemany(MERGES[table], found).rowcount for table, found in rows.items() if found}


def set_aside(stray: Path) -> Path | None:
    """Rename a merged database to the first free `.bak` name; returns it, None where it was renamed already."""
    names = (stray.with_name(f"{stray.name}.bak{number or ''}") for number in count())
    backup = next(name for name in names if not name.exists())
    try:
        return stray.rename(backup)
    except FileNotFoundError:
        return None
