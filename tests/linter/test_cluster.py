"""A cluster reads the files as this process would, also when it loses a worker on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = 60
PATIENCE = 60
"""In seconds: how long anything here may take before the test gives up."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A few megabytes of Python, all of which has to be parsed: under this policy any `open` matters."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "statefence.toml").write_text("[[forbidden]]\npath = '{home}/.app/x.db'\nreason = 'none'\n")
    largest = sorted(LIBRARY.glob("*.py"), key=lambda path: path.stat().st_size)[-FILES:]
    for path in largest:
        (root / path.name).write_bytes(path.read_bytes())
    return root


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Client]:
    """A scheduler and two workers, each a process of its own, on loopback."""
    place = tmp_path / "scheduler.json"
    scheduler = started("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", place)
    workers = [
        started(
            "dask_worker", "--scheduler-file", place, "--no-nanny", "--nthreads", "1", "--local-directory", tmp_path
        )
        for _ in range(2)
    ]
    until(place.exists)
    with Client(scheduler_file=str(place), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        yield client
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def started(command: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", f"distributed.cli.{command}", "--no-dashboard", *map(str, arguments)]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def check(project: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "statefence", "map", "--no-cache", "--output-format", "json", *arguments]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def pids(client: Client) -> dict[str, int]:
    return client.run(os.getpid)


def test_a_cluster_that_loses_a_worker_gives_the_same_answer(project: Path, cluster: Client) -> None:
    expected = check(project, "--jobs=1").communicate()
    processes = pids(cluster)
    run = check(project, f"--cluster={cluster.scheduler.address}")
    until(lambda: any(len(tasks) > 1 for tasks in cluster.processing().values()))
    victim = max(cluster.processing().items(), key=lambda item: len(item[1]))[0]
    os.kill(processes[victim], signal.SIGKILL)
    assert run.communicate(timeout=PATIENCE) == expected
    assert run.returncode == 0
    assert len(pids(cluster)) == 1


def test_any_number_of_processes_gives_the_same_answer(project: Path) -> None:
    answers = {check(project, f"--jobs={jobs}").communicate() for jobs in (1, 2, 3)}
    assert len(answers) == 1


def test_a_scheduler_that_is_not_there_is_said_so(project: Path) -> None:
    run = check(project, "--cluster=tcp://127.0.0.1:9")
    output, log = run.communicate(timeout=PATIENCE)
    assert (run.returncode, output) == (2, b"")
    assert log.startswith(b"error: --cluster tcp://127.0.0.1:9: no scheduler answers there")
    assert log.count(b"\n") == 1
