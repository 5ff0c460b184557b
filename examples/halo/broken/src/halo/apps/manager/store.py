"""Installed apps in the database."""

import sqlite3

from halo.apps.manager.types import InstalledApp

SELECT = """
    SELECT id, space_id, spec_json AS spec, status, user_config_json AS user_config, last_run_at, last_outcome,
        author
    FROM installed_apps
"""


def install(connection: sqlite3.Connection, app_id: str, space_id: str, spec: str, author: str = "halo") -> None:
    """Install an app in a space."""
    connection.execute(
        "INSERT INTO installed_apps (id, space_id, spec_json, author) VALUES (?, ?, ?, ?)",
        (app_id, space_id, spec, author),
    )


def app(connection: sqlite3.Connection, app_id: str) -> InstalledApp | None:
    """The app of that name; None when it is not installed."""
    row = connection.execute(f"{SELECT} WHERE id = ?", (app_id,)).fetchone()
    return InstalledApp(**dict(row)) if row else None


def apps_in(connection: sqlite3.Connection, space_id: str) -> list[InstalledApp]:
    """The apps of a space, by name."""
    rows = connection.execute(f"{SELECT} WHERE space_id = ? ORDER BY id", (space_id,))
    return [InstalledApp(**dict(row)) for row in rows]


def set_status(connection: sqlite3.Connection, app_id: str, status: str) -> None:
    """Pause an app, or let it go on."""
    connection.execute("UPDATE installed_apps SET status = ? WHERE id = ?", (status, app_id))


def note_run(connection: sqlite3.Connection, app_id: str, at: float, outcome: str) -> None:
    """Keep how the last run went, for the list of apps."""
    connection.execute(
        "UPDATE installed_apps SET last_run_at = ?, last_outcome = ? WHERE id = ?", (at, outcome, app_id)
    )
