"""Who else reads files: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from statefence.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

Pool = Callable[[], AbstractContextManager["Executor"]]
CONNECT = 10
"""In seconds: how long a scheduler may take to answer."""


def processes(jobs: int | None) -> Pool | None:
    """So many processes (None: one for each processor that this one may use); None where one is all there is."""
    count = jobs or _processors()
    return None if count < 2 else lambda: _local(count)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _local(count: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # forking takes a millisecond where starting an interpreter takes a hundred; elsewhere it is not safe
    return ProcessPoolExecutor(count, get_context("fork" if sys.platform == "linux" else "spawn"))


def cluster(address: str) -> Pool:
    """The workers of the scheduler at an address such as `tcp://host:port`.

    Raises UsageError when the extra is not installed; entering the pool does when the scheduler does not answer.
    """
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError as error:
        raise UsageError("--cluster needs Dask: pip install 'statefence[cluster]'") from error
    return lambda: _connected(address)


@contextmanager
def _connected(address: str) -> Iterator[Executor]:
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--cluster {address}: no scheduler answers there: {error}") from error
    with client, client.get_executor() as executor:
        yield executor
