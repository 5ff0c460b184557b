"""The test process's side of the reader process: see `reader_main` for the other."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH100, PTH120

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

import statefence
from pytest_statefence.records import Bookkeeping, Contents, Extent, Made, TableState
from pytest_statefence.system import SYSTEM

ANSWER_TIMEOUT_MS = 60_000
"""How long an answer may take before the reader counts as dead."""

_START = """\
import sys, types
for name, directory in zip(["pytest_statefence", "statefence"], sys.argv[1:]):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [directory]
from pytest_statefence.reader_main import main
main(sys.argv[3])
"""
"""Makes the modules it needs importable without site and without the plugin's own `__init__`, which needs pytest."""


class ReaderLostError(Exception):
    """The reader process ended or does not answer; the message says which."""


class Reader:
    """A running reader process. Every method but `close` raises ReaderLostError, at once or after ANSWER_TIMEOUT_MS."""

    def __init__(self) -> None:
        self._directory = tempfile.mkdtemp(prefix="statefence-")
        packages = [os.path.dirname(__file__), os.path.dirname(statefence.__file__)]
        command = [sys.executable, "-I", "-S", "-c", _START, *packages, self._directory]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=os.path.abspath(os.sep),
            start_new_session=True,
        )
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self._pending = b""

    def capture(self, path: str, before: str | None = None, *, by_stamp: bool = True) -> tuple[str | None, str]:
        """Keeps a copy of the file at `path`: its handle, or None and why there is none.

        It is the handle `before` of an earlier copy of the same file when nothing in it changed; with `by_stamp` that
        need not be read where the stamps say so.
        """
        answer = self._ask({"do": "capture", "path": path, "before": before, "by_stamp": by_stamp})
        return answer["image"], answer.get("reason", "")

    def measure(self, path: str, known: int) -> Extent:
        """The bytes of the file at `path`, with a digest of the first `known` of them."""
        return Extent(*self._ask({"do": "measure", "path": path, "known": known})["extent"])

    def contents(self, image: str, tables: Iterable[str] | None) -> Contents:
        """What a copy holds: `tables` only, in any case, or all of them."""
        answer = self._ask({"do": "digest", "image": image, "tables": None if tables is None else sorted(tables)})
        if answer["tables"] is None:
            return Contents(fingerprint=answer["bytes"], reason=answer["reason"])
        return Contents({name: TableState(*state) for name, state in answer["tables"].items()})

    def suspects(self, before: str, after: str) -> frozenset[str] | None:
        """The tables (in lower case) that may differ between two copies of a database; None when all of them may."""
        named = self._ask({"do": "suspects", "images": [before, after]})["tables"]
        return None if named is None else frozenset(named)

    def lost(self, before: str, after: str, tables: Iterable[str]) -> dict[str, int]:
        """How many rows of each table are in the copy `before` and not in `after`; empty when they cannot be read."""
        lost: dict[str, int] | None
        lost = self._ask({"do": "lost", "images": [before, after], "tables": list(tables)})["lost"]
        return lost or {}

    def bookkeeping(self, image: str) -> Bookkeeping:
        """The tables of a copy and the migrations it says are applied; none of either when it cannot be read."""
        answer = self._ask({"do": "bookkeeping", "image": image})
        return Bookkeeping(tuple(answer["tables"]), tuple((name, version) for name, version in answer["applied"]))

    def forget(self, images: Iterable[str]) -> None:
        """Drops copies."""
        self._ask({"do": "forget", "images": list(images)})

    def watch(self, directories: Iterable[tuple[str, int]]) -> None:
        """Remembers from now on the names of files made in these directories, and so many levels below."""
        self._ask({"do": "watch", "directories": list(directories)})

    def made(self) -> Made:
        """The files made since the last call."""
        answer = self._ask({"do": "made"})
        return Made(tuple(answer["made"]), tuple(answer["unseen"]), answer["lost"])

    def close(self) -> None:
        """Ends the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)  # a reader that was killed has left it

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def _output(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            data = json.dumps(request).encode() + b"\n"
            while data:
                data = data[SYSTEM.write(self._process.stdin.fileno(), data) :]
            return self._answer()
        except (OSError, ValueError) as error:
            raise ReaderLostError(f"the reader process ended ({error})") from error

    def _answer(self) -> dict[str, Any]:
        while b"\n" not in self._pending:
            if not self._poll.poll(ANSWER_TIMEOUT_MS):
                self._process.kill()
                raise ReaderLostError(f"the reader process gave no answer in {ANSWER_TIMEOUT_MS // 1000} s")
            data = SYSTEM.read(self._output, 1 << 16)
            if not data:
                raise ReaderLostError(f"the reader process ended (exit status {self._process.wait()})")
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "fault" in answer:
            raise ReaderLostError(f"the reader process failed ({answer['fault']})")
        return answer
