"""Runs and activity in the database."""

import sqlite3

from halo.apps.runtime.types import ActivityEntry
from halo.spaces import Space


def start_run(connection: sqlite3.Connection, run_id: str, app_id: str, now: float) -> None:
    """Begin a run of an app."""
    connection.execute(
        "INSERT INTO automation_runs (id, app_id, status, started_at) VALUES (?, ?, 'running', ?)",
        (run_id, app_id, now),
    )


def end_run(connection: sqlite3.Connection, run_id: str, now: float, error: str | None = None) -> None:
    """End a run, and write how it went into the list of apps."""
    status = "failed" if error else "done"
    connection.execute(
        "UPDATE automation_runs SET status = ?, ended_at = ?, error = ? WHERE id = ?", (status, now, error, run_id)
    )
    (app_id,) = connection.execute("SELECT app_id FROM automation_runs WHERE id = ?", (run_id,)).fetchone()
    connection.execute(
        "UPDATE installed_apps SET last_run_at = ?, last_outcome = ? WHERE id = ?", (now, status, app_id)
    )


def tell(connection: sqlite3.Connection, run_id: str, kind: str, text: str, now: float) -> None:
    """Add an entry to the thread of a run."""
    connection.execute(
        "INSERT INTO activity_entries (run_id, kind, text, made_at) VALUES (?, ?, ?, ?)", (run_id, kind, text, now)
    )


def answer(connection: sqlite3.Connection, entry_id: int, response: str) -> None:
    """Keep what the user answered."""
    connection.execute("UPDATE activity_entries SET response = ? WHERE id = ?", (response, entry_id))


def thread(connection: sqlite3.Connection, run_id: str) -> list[ActivityEntry]:
    """What a run told the user, the first entry first."""
    rows = connection.execute(
        "SELECT id, run_id, kind, text, response, made_at FROM activity_entries WHERE run_id = ? ORDER BY id", (run_id,)
    )
    return [ActivityEntry(**dict(row)) for row in rows]


def remove_app(connection: sqlite3.Connection, app_id: str) -> None:
    """Forget what an app did, and have it run no more."""
    connection.execute("DELETE FROM automation_runs WHERE app_id = ?", (app_id,))
    connection.execute("UPDATE scheduler_jobs SET enabled = 0 WHERE app_id = ?", (app_id,))
    connection.execute("UPDATE installed_apps SET status = 'paused' WHERE id = ?", (app_id,))


def remember(space: Space, app_id: str, line: str) -> None:
    """Add a line to what an app remembers in a space."""
    notes = space.path / "apps" / app_id / "memory"
    notes.mkdir(parents=True, exist_ok=True)
    with (notes / "memory.md").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
