"""A child that would not get a variable the policy demands is told, with the line that started it."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]

INNER = """
import asyncio, os, subprocess, sys
import pytest

PATH = {"PATH": os.environ["PATH"]}

@pytest.fixture(autouse=True)
def host(monkeypatch):
    monkeypatch.setenv("APP_HOST", "chat")

def test_partial():
    subprocess.run(["true"], env=PATH)

def test_empty():
    subprocess.run(["/bin/true"], env={})

def test_inherited():
    subprocess.run(["true"])

def test_merged():
    subprocess.run(["true"], env={**os.environ, "MORE": "1"})

def test_bytes():
    subprocess.run([b"true"], env={**PATH, b"APP_HOST": b"chat"})

def test_exempt():
    subprocess.run(["git", "--version"], env=PATH, stdout=subprocess.DEVNULL)

def test_exempt_by_its_path(tmp_path):
    (tmp_path / "ffmpeg").symlink_to("/bin/true")
    subprocess.run([tmp_path / "ffmpeg"], env=PATH)

def test_shell():
    subprocess.run("true", shell=True, env=PATH)

def test_asyncio():
    async def start():
        process = await asyncio.create_subprocess_exec("true", env=PATH)
        await process.wait()
    asyncio.run(start())

def test_posix_spawn():
    os.waitpid(os.posix_spawn("/bin/true", ["true"], PATH), 0)

def test_popen_by_posix_spawn():
    subprocess.run(["/bin/true"], env=PATH, close_fds=False)

def test_fork_and_exec():
    os.spawnve(os.P_WAIT, "/bin/true", ["true"], PATH)

def test_fork_and_exec_with_everything():
    os.spawnve(os.P_WAIT, "/bin/true", ["true"], {**os.environ})

def test_program_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        subprocess.run(["no-such-program"])

@pytest.mark.statefence_allow("true", reason="it is about a bare child")
def test_allowed():
    subprocess.run(["true"], env=PATH)
"""


def test_every_way_to_start_a_child_is_seen(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": INNER})

    dropping = {name for name, outcome in ran.tests.items() if outcome.said}
    assert dropping == {
        "test_partial",
        "test_empty",
        "test_shell",
        "test_asyncio",
        "test_posix_spawn",
        "test_popen_by_posix_spawn",
        "test_fork_and_exec",
    }
    assert all((outcome.result == "failed") == (name in dropping) for name, outcome in ran.tests.items())
    assert all(len(outcome.said) <= 1 for outcome in ran.tests.values())
    assert "SF101 a child was started without APP_HOST: `true`" in ran.tests["test_partial"].text
    assert "by test_inner.py:12 in test_partial" in ran.tests["test_partial"].text
    assert "test_inner.py:38 in start" in ran.tests["test_asyncio"].text


LAYERED = """
[layers]
chat = ["chat.**"]
tools = ["tools.**"]

[env.APP_HOST]
layers = ["chat"]
"""


def test_only_spawns_of_the_named_layers_need_it(run_project: RunProject) -> None:
    start = "import subprocess\n\ndef start():\n    subprocess.run(['true'], env={'PATH': '/bin'})\n"
    inner = """
        import chat.spawn, tools.spawn, pytest

        @pytest.fixture(autouse=True)
        def host(monkeypatch):
            monkeypatch.setenv("APP_HOST", "chat")

        def test_chat():
            chat.spawn.start()

        def test_tools():
            tools.spawn.start()
        """
    files = {"chat/spawn.py": start, "tools/spawn.py": start, "test_inner.py": dedent(inner), "conftest.py": ""}

    ran = run_project(files, policy=LAYERED)

    assert {name: outcome.result for name, outcome in ran.tests.items()} == {
        "test_chat": "failed",
        "test_tools": "passed",
    }


def test_a_variable_that_is_not_set_is_no_proof_either_way(run_project: RunProject) -> None:
    inner = "import subprocess\n\ndef test():\n    subprocess.run(['true'], env={'PATH': '/bin'})\n"

    ran = run_project({"test_inner.py": inner})

    assert ran.status == 0
    assert "not judged: APP_HOST is not set in this run" in ran.output
