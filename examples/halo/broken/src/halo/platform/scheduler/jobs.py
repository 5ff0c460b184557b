"""Jobs and the log of their runs."""

import sqlite3


def add_job(
    connection: sqlite3.Connection, job_id: str, app_id: str, every_seconds: float, now: float, priority: int = 0
) -> None:
    """Run an app every so many seconds, from now on."""
    connection.execute(
        "INSERT INTO scheduler_jobs (id, app_id, every_seconds, next_run_at, priority) VALUES (?, ?, ?, ?, ?)",
        (job_id, app_id, every_seconds, now, priority),
    )


def due_jobs(connection: sqlite3.Connection, now: float) -> list[str]:
    """The jobs whose time has come, by priority, then the oldest first."""
    rows = connection.execute(
        "SELECT id FROM scheduler_jobs WHERE enabled = 1 AND next_run_at <= ? ORDER BY priority DESC, next_run_at",
        (now,),
    )
    return [row["id"] for row in rows]


def finish_run(connection: sqlite3.Connection, job_id: str, started_at: float, outcome: str) -> None:
    """Write down how a run went, and when the next one is due."""
    connection.execute(
        "INSERT INTO scheduler_run_log (job_id, started_at, outcome) VALUES (?, ?, ?)", (job_id, started_at, outcome)
    )
    connection.execute("UPDATE scheduler_jobs SET next_run_at = ? + every_seconds WHERE id = ?", (started_at, job_id))


def disable_jobs_of(connection: sqlite3.Connection, app_id: str) -> None:
    """Run an app no more."""
    connection.execute("UPDATE scheduler_jobs SET enabled = 0 WHERE app_id = ?", (app_id,))


def outcomes(connection: sqlite3.Connection, job_id: str) -> list[str]:
    """How the runs of a job went, the first one first."""
    rows = connection.execute("SELECT outcome FROM scheduler_run_log WHERE job_id = ? ORDER BY started_at", (job_id,))
    return [row["outcome"] for row in rows]
