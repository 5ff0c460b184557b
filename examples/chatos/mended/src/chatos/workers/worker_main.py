"""A worker: `python -m chatos.workers.worker_main COMMAND [ARGUMENT ...]`; it prints its answer on standard output."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing

from chatos.admin.config_source import default_model
from chatos.chat.search import rebuild_index
from chatos.hostapp import resolve_config_host_app
from chatos.storage import open_runtime

SECONDS_PER_DAY = 86_400


def write_stream(session_id: str, line: str) -> None:
    """Add a line to what the chat window shows of a sub-agent."""
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO subagent_streams (session_id, line, written_at) VALUES (?, ?, ?)",
            (session_id, line, time.time()),
        )


def run(session_id: str, task: str) -> str:
    """Work on a task; the answer is JSON."""
    model, _ = default_model()
    write_stream(session_id, f"started with {model}, configured by {resolve_config_host_app()}")
    write_stream(session_id, f"finished: {task}")
    return json.dumps({"model": model, "answer": f"{task}: done"})


def job(session_id: str, task_id: str) -> str:
    """Work on a task that was noted before, and note that it is done."""
    answer = run(session_id, task_id)
    with closing(open_runtime()) as connection, connection:
        connection.execute("UPDATE tasks SET status = 'done' WHERE id = ?", (task_id,))
    return answer


def reindex() -> str:
    """Rebuild the search index."""
    return str(rebuild_index())


def prune() -> str:
    """Forget stream lines older than CHATOS_KEEP_DAYS days."""
    oldest = time.time() - int(os.environ["CHATOS_KEEP_DAYS"]) * SECONDS_PER_DAY
    with closing(open_runtime()) as connection, connection:
        return str(connection.execute("DELETE FROM subagent_streams WHERE written_at < ?", (oldest,)).rowcount)


COMMANDS: dict[str, Callable[..., str]] = {"run": run, "job": job, "reindex": reindex, "prune": prune}


def main() -> None:
    """Run the command that the command line names."""
    command, *arguments = sys.argv[1:]
    print(COMMANDS[command](*arguments))


if __name__ == "__main__":
    main()
