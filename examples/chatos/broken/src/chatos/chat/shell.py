"""Commands that the user, or an agent with leave to do so, runs in a session's shell."""

import subprocess
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from chatos.storage import open_runtime

SHELL_TIMEOUT_SECONDS = 60


class Outcome(NamedTuple):
    """How a command ended; what it printed on either stream."""

    exit_code: int
    output: str


def run_command(session_id: str, command: str, directory: Path) -> Outcome:
    """Run a command line in `directory` and note it in the session."""
    answer = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SHELL_TIMEOUT_SECONDS,
        check=False,
    )
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO shell_sessions (session_id, command, exit_code) VALUES (?, ?, ?)",
            (session_id, command, answer.returncode),
        )
    return Outcome(answer.returncode, answer.stdout)
