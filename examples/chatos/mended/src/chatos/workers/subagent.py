"""Sub-agents: one worker each, awaited by the chat that asked for it."""

import asyncio
import json
import os
from typing import NamedTuple

from chatos.hostapp import RUNTIME_HOST_APP, resolve_config_host_app
from chatos.storage.paths import SOURCE_ROOT, state_dir
from chatos.workers.launcher import worker_command


class SubagentError(Exception):
    """A sub-agent's worker ended badly."""


class SubagentResult(NamedTuple):
    """What a sub-agent reports back."""

    model: str
    answer: str


async def run_subagent(session_id: str, task: str) -> SubagentResult:
    """Hand a task to a worker and wait for its answer; raises SubagentError."""
    process = await asyncio.create_subprocess_exec(
        *worker_command("run", session_id, task),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(SOURCE_ROOT),
            "CHATOS_HOST_APP": RUNTIME_HOST_APP,
            "CHATOS_CONFIG_HOST_APP": resolve_config_host_app(),
            "CHATOS_STATE_DIR": str(state_dir()),
        },
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        raise SubagentError(errors.decode(errors="replace"))
    report = json.loads(output)
    return SubagentResult(report["model"], report["answer"])
