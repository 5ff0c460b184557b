"""Starting workers."""

import os
import subprocess
import sys

from chatos.storage.paths import SOURCE_ROOT, state_dir


def worker_command(*arguments: str) -> list[str]:
    """The command line of a worker."""
    return [sys.executable, "-m", "chatos.workers.worker_main", *arguments]


def launch(command: list[str], extra_env: dict[str, str]) -> str:
    """Run a short command to its end and return what it printed.

    The child sees little of the desktop's environment: tokens that the user exported for one tool stay with it.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(SOURCE_ROOT),
        "CHATOS_STATE_DIR": str(state_dir()),
        **extra_env,
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
