"""What the guard does on an audit event: notes who touched what, judges spawns, and learns of redirected state."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH118

from __future__ import annotations

import mmap
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from weakref import ref

from msgspec import Struct

from pytest_statefence import audit, journal
from pytest_statefence.births import await_birth
from pytest_statefence.evidence import Started, Touch, still_running
from pytest_statefence.frames import caller, is_our_own, module_of, told_stack
from pytest_statefence.hearsay import Place, dropped_by_teller, place_told, spawn_violation, start_told, touch_told
from pytest_statefence.locations import Location, home_is_replaced, home_of, own_home
from pytest_statefence.owners import project_stack
from pytest_statefence.post import Post
from pytest_statefence.records import Violation
from pytest_statefence.spawns import judge_spawn
from pytest_statefence.system import SYSTEM, own_directory
from pytest_statefence.threads import Threads
from pytest_statefence.witness import MOVING, STARTING, TOUCHING, block_of, place_after, place_of
from statefence.policy import Policy

if TYPE_CHECKING:
    from pytest_statefence.journal import Record

Learn = Callable[[Mapping[str, str], str, str], frozenset[Location]]


class Heard(Struct, frozen=True):
    """What the hook heard since it was last asked; `unheard` is why a child could not tell something."""

    touches: tuple[Touch, ...]
    started: tuple[Started, ...]
    violations: tuple[Violation, ...]
    untold: tuple[str, ...]
    unheard: tuple[str, ...]


class Listener:
    """Listens from its making to `close`.

    Attributes:
        prefixes: touches are noted for paths that begin with one of these.
        threads: says what is on; children are said to be started during it.
        maps: whether this process has mapped a file to write it since this was last set to False.
        fault: the first failure of a handler; events must never raise into the program under test.
    """

    def __init__(self, policy: Policy, variables: Sequence[str], learn: Learn, post: Post) -> None:
        self.prefixes: tuple[str, ...] = ()
        self.threads = Threads()
        self.maps = False
        self._stirred = True
        self.fault = ""
        self._policy = policy
        self._root = os.path.join(policy.root, "")
        self._variables = tuple(variables)
        self._home: object = None
        self._learn = learn
        self._post = post
        self._touches: dict[Touch, None] = {}
        self._started: list[Started] = []
        self._earlier: tuple[Started, ...] = ()
        self._told_before: tuple[Touch, ...] = ()
        self._violations: list[Violation] = []
        self._untold: list[str] = []
        self._unheard: list[str] = []
        self._places: list[Place] = []
        self._starters: dict[int, str] = {}
        self._pid = os.getpid()
        self._before = audit.listen(self._handlers())

    def is_quiet(self) -> bool:
        """Whether nothing was heard since the last `hear`, and nobody is there who could do anything unheard."""
        return not (self._stirred or self._earlier or threading.active_count() > 1)

    def hear(self) -> Heard:
        """Everything since the last call; children that still run are told again.

        What another process said it was about to do may come true only now, so it is told once more.
        """
        self._receive()
        self._stirred = False
        started = (*self._earlier, *self._started)
        touches = (*self._touches, *self._told_before)
        heard = Heard(touches, started, tuple(self._violations), tuple(self._untold), tuple(self._unheard))
        self._told_before = tuple(touch for touch in self._touches if touch.is_told)
        self._touches.clear()
        for kept in (self._started, self._violations, self._untold, self._unheard):
            kept.clear()
        self._earlier = still_running(started)
        return heard

    def seen(self) -> tuple[tuple[Touch, ...], tuple[Started, ...]]:
        """Who touched what and what was started since the last `hear`, which stays."""
        self._receive()
        return (*self._touches, *self._told_before), (*self._earlier, *self._started)

    def places(self) -> tuple[Place, ...]:
        """Where children said they were since the last call, by themselves and not by who started them."""
        self._receive()
        told = tuple(self._places)
        self._places.clear()
        return told

    def running(self) -> tuple[Started, ...]:
        """The children that still run, of this phase and of earlier ones."""
        return still_running((*self._earlier, *self._started))

    def close(self) -> None:
        """Stops listening."""
        audit.listen(self._before)

    def _handlers(self) -> dict[str, audit.Handler]:
        handlers: dict[str, Callable[[str, audit.Arguments], None]] = {
            **dict.fromkeys(TOUCHING, self._on_touch),
            **dict.fromkeys(STARTING, self._on_start),
            "os.fork": self._on_fork,
            "mmap.__new__": self._on_map,
            **dict.fromkeys(MOVING, self._on_move),
        }
        return {event: self._guarded(event, handler) for event, handler in handlers.items()}

    def _guarded(self, event: str, handler: Callable[[str, audit.Arguments], None]) -> audit.Handler:
        def call(arguments: audit.Arguments) -> None:
            try:
                handler(event, arguments)
            except Exception as error:  # what a hook raises would be raised in the program under test
                self.fault = self.fault or f"audit event {event}: {type(error).__name__}: {error}"

        return call

    def _on_touch(self, event: str, arguments: audit.Arguments) -> None:
        for path in audit.paths_written(event, arguments):
            if path.startswith(self.prefixes):
                self._stirred = True
                cuts = audit.cuts_off(event, arguments, path)
                touch = Touch(event, path, project_stack(self._root), cuts, self.threads.starter())
                if touch not in self._touches and os.getpid() != self._pid:
                    self._tell_from_fork(did=event, path=path, cuts=cuts, stack=told_stack(self._root))
                self._touches[touch] = None
        if home_is_replaced() and Path.__dict__.get("home") is not self._home and os.getpid() == self._pid:
            self._home = Path.__dict__.get("home")
            self._learn(os.environ, own_home(), own_directory())

    def _on_move(self, event: str, arguments: audit.Arguments) -> None:
        if event != "os.chdir" and os.fsdecode(arguments[0]) not in self._variables:
            return
        self._stirred = True
        environ, cwd = place_after(event, arguments)
        if os.getpid() != self._pid:
            self._tell_from_fork(place=place_of(environ, cwd, self._variables))
            return
        sets_home = event != "os.chdir" and arguments[0] == b"HOME"
        self._learn(environ, home_of(environ) if sets_home else own_home(), cwd)

    def _on_start(self, event: str, arguments: audit.Arguments) -> None:
        self._stirred = True
        frame = caller()
        if event != "subprocess.Popen" and module_of(frame) == "subprocess":
            return  # the second event of a start that Popen told of
        if is_our_own(frame):
            return
        child = audit.child_of(event, arguments)
        stack = project_stack(self._root)
        answer = judge_spawn(self._policy, child, os.environ, stack.modules)
        violations = [spawn_violation(self._policy, child, stack, variable) for variable in answer.dropped]
        if os.getpid() != self._pid:
            told = block_of(child)
            self._tell_from_fork(did=event, **told, arguments=child.arguments, stack=told_stack(self._root))
            self._tell_from_fork(place=place_of(child.environ, child.cwd, self._variables))
            return
        process = _process(frame)
        birth = None if frame is None or process is None else await_birth(frame)
        began = SYSTEM.time_ns()
        self._violations += violations
        self._untold += [variable.name for variable in answer.untold]
        home = home_of(child.environ) if child.replaced else own_home()
        there = self._learn(child.environ, home, child.cwd)
        during = self.threads.starter()
        started = Started(child.arguments, stack, during, process, birth, began=began, locations=there)
        self._started.append(started)

    def _on_fork(self, _event: str, _arguments: audit.Arguments) -> None:
        self._stirred = True

    def _on_map(self, _event: str, arguments: audit.Arguments) -> None:
        if arguments[0] != -1 and arguments[2] != mmap.ACCESS_READ:
            self.maps = self._stirred = True

    def _tell_from_fork(self, **record: object) -> None:
        """A copy of this process, which no longer shares its memory, tells it what it does."""
        told = {"family": (os.getpid(),), "command": (), "at": SYSTEM.time_ns(), "during": self.threads.starter()}
        journal.append(self._post.notices, {**told, **record})

    def _receive(self) -> None:
        """Takes in what Python children and forks told of themselves."""
        for record in self._post.received():
            if "fault" in record:
                self._unheard.append(record["fault"])
                continue
            during = self._starter_of(record)
            if "place" in record:
                self._places.append(place_told(record))
            elif "path" in record:
                self._touches[touch_told(record, during)] = None
            else:
                self._started.append(start_told(record, during))
                self._violations += dropped_by_teller(self._policy, record)

    def _starter_of(self, record: Record) -> str:
        """What was on when the process that tells something was started, or one of the family it comes from."""
        family = record["family"]
        if record.get("is_new"):
            self._starters.pop(family[0], None)
        told = (self._starters[pid] for pid in family if pid in self._starters)
        known = (child.during for child in (*self._earlier, *self._started) if child.pid in family)
        during = record.get("during") or next(chain(told, known), self.threads.during)
        return self._starters.setdefault(family[0], during)


def _process(frame: FrameType | None) -> ref[subprocess.Popen[bytes]] | None:
    """The Popen object whose method raised the event: it learns its process's id only afterwards."""
    maker = None if frame is None or module_of(frame) != "subprocess" else frame.f_locals.get("self")
    return ref(maker) if isinstance(maker, subprocess.Popen) else None
