"""Runs and activity in the database."""

import sqlite3

from halo.apps.manager import store as manager
from halo.apps.runtime.types import ActivityEntry
from halo.platform.memory import app_scope, memory_read, memory_write
from halo.platform.scheduler import jobs
from halo.spaces import Space


def start_run(connection: sqlite3.Connection, run_id: str, app_id: str, now: float) -> None:
    """Begin a run of an app."""
    connection.execute(
        "INSERT INTO automation_runs (id, app_id, status, started_at) VALUES (?, ?, 'running', ?)",
        (run_id, app_id, now),
    )


def end_run(connection: sqlite3.Connection, run_id: str, now: float, error: str | None = None) -> None:
    """End a run, and tell the list of apps how it went."""
    status = "failed" if error else "done"
    connection.execute(
        "UPDATE automation_runs SET status = ?, ended_at = ?, error = ? WHERE id = ?", (status, now, error, run_id)
    )
    (app_id,) = connection.execute("SELECT app_id FROM automation_runs WHERE id = ?", (run_id,)).fetchone()
    manager.note_run(connection, app_id, now, status)


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
    """Forget what an app did; the clock and the list of apps do their part themselves."""
    connection.execute("DELETE FROM automation_runs WHERE app_id = ?", (app_id,))
    jobs.disable_jobs_of(connection, app_id)
    manager.set_status(connection, app_id, "paused")


def remember(space: Space, app_id: str, line: str) -> None:
    """Add a line to what an app remembers in a space."""
    scope = app_scope(space, app_id)
    memory_write(scope, f"{memory_read(scope)}{line}\n")
