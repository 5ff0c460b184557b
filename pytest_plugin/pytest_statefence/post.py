"""What a run and its Python children tell one another: a directory with a brief for them, and their journals."""

# Paths are text here, as the audit events give them.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator

from pytest_statefence import journal
from pytest_statefence.child import BRIEF
from pytest_statefence.rendezvous import Announcement
from pytest_statefence.system import SYSTEM


class Post:
    """Open from its making to `close`; children can join in between.

    Attributes:
        notices: the journal of what children did to watched files.
        sightings: the journal of everything the project's lines did, here and in children; empty when nobody asked.
    """

    def __init__(self, root: str, *, observe: bool) -> None:
        self._pid = os.getpid()
        self._directory = tempfile.mkdtemp(prefix="statefence-run-")
        self.notices = os.path.join(self._directory, "notices")
        self.sightings = os.path.join(self._directory, "sightings") if observe else ""
        for path in filter(None, (self.notices, self.sightings)):
            journal.create(path)
        self._tail = journal.Tail(self.notices)
        self._root = os.path.join(root, "")
        self.watch(())
        self._announcement = Announcement(self._directory)

    def watch(self, prefixes: Iterable[str], variables: Iterable[str] = ()) -> None:
        """Children that start from now on tell what they do to files whose paths begin so; none after the end.

        They also tell the values that they have of `variables`.
        """
        brief = "\0".join((self._root, self.notices, self.sightings, "=".join(variables), *sorted(prefixes)))
        path = os.path.join(self._directory, BRIEF)
        try:
            descriptor = SYSTEM.open(f"{path}.new", os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            SYSTEM.write(descriptor, os.fsencode(brief))
        finally:
            SYSTEM.close(descriptor)
        SYSTEM.replace(f"{path}.new", path)

    def received(self) -> Iterator[journal.Record]:
        """What children told since the last call."""
        return self._tail.records()

    def last_words(self, worker: str) -> str:
        """Where a worker writes down what it found after its run."""
        return os.path.join(self._directory, f"last-words-{worker}")

    def withdraw(self) -> None:
        """Children that start from now on do not find it."""
        self._announcement.withdraw()

    def close(self) -> None:
        """Ends the post: children that are still there tell nobody. Does nothing in a fork of this process."""
        if os.getpid() != self._pid:
            return
        self.withdraw()
        shutil.rmtree(self._directory, ignore_errors=True)
