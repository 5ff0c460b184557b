"""Many processes at once lose nothing, whichever backend keeps the sessions."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers import environment
from minsky.sessions.json_backend import read_sessions
from minsky.sessions.provider import open_provider
from minsky.sessions.session import Session

PROCESSES, EACH = 6, 5
ADD = """
import sys
from minsky.sessions.provider import open_provider
from minsky.sessions.session import new_session
for number in range(int(sys.argv[2])):
    session = new_session(f"s{sys.argv[1]}-{number}", "/work/project", "T1")
    open_provider().add(session)
    open_provider().update(session._replace(pull_request="pr"))
"""
FOREVER = """
from itertools import count
from minsky.sessions.provider import open_provider
from minsky.sessions.session import new_session
for number in count():
    open_provider().add(new_session(f"s{number}", "/work/project", "T1" * 5000))
    print(number, flush=True)
"""
WATCH = """
from minsky.sessions.provider import open_provider
while print(found := len(open_provider().list_all()), flush=True) or not found:
    pass
"""


def started(program: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("backend")
def test_sessions_started_at_the_same_time_are_all_kept() -> None:
    running = [started(ADD, str(number), str(EACH)) for number in range(PROCESSES)]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * PROCESSES
    kept = open_provider().list_all()
    assert {session.name for session in kept} == {f"s{p}-{n}" for p in range(PROCESSES) for n in range(EACH)}
    assert {session.pull_request for session in kept} == {"pr"}


def test_one_of_those_who_want_the_same_name_gets_it(repository: Path, state: Path) -> None:
    command = [sys.executable, "-m", "minsky", "start", "one"]
    running = [
        subprocess.Popen(command, cwd=repository, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in running:
        process.communicate()
    assert sorted(process.returncode for process in running) == [0, 1, 1, 1]
    assert [session.name for session in open_provider().list_all()] == ["one"]
    assert (state / "workspaces" / "one" / "notes.txt").is_file()


@pytest.mark.parametrize("backend", ["json"], indirect=True)
def test_a_process_killed_while_it_writes_leaves_a_file_that_can_be_read(backend: str, state: Path) -> None:
    assert backend == "json"
    for _ in range(3):
        process = started(FOREVER)
        assert process.stdout is not None
        last = next(process.stdout)
        process.kill()
        last = (process.communicate()[0].split() or [last.strip()])[-1]
        kept = read_sessions(state / "sessions.json")
        assert {f"s{number}" for number in range(int(last) + 1)} <= set(kept)
        (state / "sessions.json").unlink()


def test_a_lookup_during_a_merge_sees_all_or_nothing() -> None:
    watching = started(WATCH)
    assert watching.stdout is not None
    assert next(watching.stdout) == "0\n"
    open_provider().merge(Session(f"s{number}", "/work/project", "T1", "2025-01-28") for number in range(500))
    assert set(watching.communicate()[0].split()) <= {"0", "500"}
    assert watching.returncode == 0
