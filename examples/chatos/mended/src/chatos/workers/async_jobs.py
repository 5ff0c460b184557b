"""Jobs that go on while the chat does: started now, asked about later."""

import subprocess
import uuid
from contextlib import closing
from typing import NamedTuple

from chatos.hostapp import RUNTIME_HOST_APP, child_environment
from chatos.storage import open_runtime
from chatos.storage.paths import SOURCE_ROOT
from chatos.workers.launcher import launch, worker_command


class Job(NamedTuple):
    """A job and its worker."""

    task_id: str
    process: subprocess.Popen[bytes]


def start_job(session_id: str, title: str) -> Job:
    """Note a task as running and start its worker."""
    task_id = uuid.uuid4().hex
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO tasks (id, session_id, title, status) VALUES (?, ?, ?, 'running')",
            (task_id, session_id, title),
        )
    env = child_environment(PYTHONPATH=str(SOURCE_ROOT), CHATOS_HOST_APP=RUNTIME_HOST_APP)
    process = subprocess.Popen(worker_command("job", session_id, task_id), env=env)
    return Job(task_id, process)


def wait_for(job: Job) -> str:
    """Wait for a job's worker; returns the status it left."""
    exit_code = job.process.wait()
    return task_status(job.task_id) if exit_code == 0 else "failed"


def task_status(task_id: str) -> str:
    """The status of a task: `running`, `done`, or `unknown`."""
    with closing(open_runtime()) as connection:
        row = connection.execute("SELECT status FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return "unknown" if row is None else str(row["status"])


def prune_streams(older_than_days: int) -> int:
    """Forget old sub-agent streams; returns how many lines went."""
    environment = {"CHATOS_HOST_APP": RUNTIME_HOST_APP, "CHATOS_KEEP_DAYS": str(older_than_days)}
    return int(launch(worker_command("prune"), environment))
