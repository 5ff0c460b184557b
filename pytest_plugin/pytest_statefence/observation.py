"""The hooks of `--statefence-observe`: what the project's lines start and open, here and in Python children."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import msgspec
import pytest

from pytest_statefence import audit
from pytest_statefence.journal import Tail
from pytest_statefence.locations import own_home
from pytest_statefence.post import Post
from pytest_statefence.witness import observing
from statefence.observation.records import VERSION, Line, Observed, SeenOpen, SeenSpawn
from statefence.policy import Policy
from statefence.template import matches, resolve

if TYPE_CHECKING:
    from pytest_statefence.journal import Record

_CHANNEL = "statefence-sightings"


class Observation:
    """Observes from its making to `close`; workers send what they saw to the process that started them."""

    def __init__(self, file: Path, post: Post, root: str, policy: Policy | None, basetemp: str | None) -> None:
        self._file = file
        self._temporary = (gettempdir(), *([os.path.realpath(basetemp)] if basetemp else []))
        self._root = root
        self._policy = policy
        self._tail = Tail(post.sightings)
        self._told: list[Record] = []
        self._unheard: list[str] = []
        self._summary = ""
        self._before = audit.listen_too(observing(post.sightings, os.path.join(root, ""), own_home))  # noqa: PTH118 # keeps the slash at its end

    def close(self) -> None:
        """Stops observing."""
        audit.listen(self._before)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """Takes in what a worker saw."""
        sent = getattr(node, "workeroutput", {}).get(_CHANNEL)
        if sent is None:
            self._unheard.append(f"worker {node!r} ended without telling what it saw: {error}")
        self._told += sent or ()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Writes the file."""
        self._told += self._tail.records()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_CHANNEL] = self._told
            return
        found = observed(self._told, self._root, self._policy, self._temporary, self._unheard)
        self._summary = f"{len(found.spawns)} spawns and {len(found.opens)} opens were observed: {self._file}"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what was written, and what may be missing."""
        for line in (*self._unheard, self._summary):
            if line:
                terminalreporter.write_line(f"statefence: {line}")


def observed(
    told: Iterable[Record], root: str, policy: Policy | None, temporary: tuple[str, ...], unheard: Iterable[str]
) -> Observed:
    """What journals tell, each thing once, with the stores of the policy."""
    told = tuple(told)
    spawns = dict.fromkeys(msgspec.convert(_with_lines(r), SeenSpawn) for r in told if "program" in r)
    opens = [_open(record, root, policy) for record in told if "path" in record]
    unique = {msgspec.json.encode(seen): seen for seen in opens}
    faults = (record["fault"] for record in told if "fault" in record)
    unheard = tuple(dict.fromkeys((*unheard, *faults)))
    return Observed(VERSION, root, tuple(spawns), tuple(unique.values()), temporary, unheard)


def _open(record: Record, root: str, policy: Policy | None) -> SeenOpen:
    seen = msgspec.convert(_with_lines(record), SeenOpen)
    return msgspec.structs.replace(seen, store=next(_stores(seen, root, policy), None)) if policy else seen


def _stores(seen: SeenOpen, root: str, policy: Policy) -> Iterator[str]:
    for store in policy.stores:
        places = resolve(store.path, seen.variables, home=seen.home, cwd=seen.cwd, tmp=seen.tmp, repo=root)
        if any(matches(place, path) for place in places for path in (seen.path, seen.real)):
            yield store.name


def _with_lines(record: Record) -> Record:
    return {**record, "lines": [Line(*line) for line in record["lines"]]}
