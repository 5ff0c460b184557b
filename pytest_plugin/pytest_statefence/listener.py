"""What the guard does on an audit event: notes who touched what, judges spawns, and learns of redirected state."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH118

from __future__ import annotations

import mmap
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING
from weakref import ref

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pytest_statefence import audit
from pytest_statefence.audit import Child
from pytest_statefence.births import await_birth
from pytest_statefence.evidence import Started, Touch, at, command_text, still_running
from pytest_statefence.frames import caller, is_our_own, module_of
from pytest_statefence.locations import home_of, own_home
from pytest_statefence.owners import Stack, project_stack, stack_of
from pytest_statefence.post import Post
from pytest_statefence.records import Violation
from pytest_statefence.spawns import judge_spawn
from pytest_statefence.system import SYSTEM, own_directory
from pytest_statefence.threads import Threads
from pytest_statefence.verdict import SPAWN
from pytest_statefence.witness import STARTING, TOUCHING, names_in_parent
from statefence.policy import Policy, Variable

if TYPE_CHECKING:
    from pytest_statefence.journal import Record

Learn = Callable[[Mapping[str, str], str, str], None]


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

    def __init__(self, policy: Policy, variables: frozenset[str], learn: Learn, post: Post) -> None:
        self.prefixes: tuple[str, ...] = ()
        self.threads = Threads()
        self.maps = False
        self._stirred = True
        self.fault = ""
        self._policy = policy
        self._root = os.path.join(policy.root, "")
        self._variables = frozenset(map(os.fsencode, variables))
        self._learn = learn
        self._post = post
        self._touches: dict[Touch, None] = {}
        self._started: list[Started] = []
        self._earlier: tuple[Started, ...] = ()
        self._violations: list[Violation] = []
        self._untold: list[str] = []
        self._unheard: list[str] = []
        self._pid = os.getpid()
        self._forked = False
        self._from_forks, self._to_parent = os.pipe()
        os.set_blocking(self._from_forks, False)
        os.set_blocking(self._to_parent, False)
        self._before = audit.listen(self._handlers())

    def is_quiet(self) -> bool:
        """Whether nothing was heard since the last `hear`, and nobody is there who could do anything unheard."""
        return not (self._stirred or self._earlier or threading.active_count() > 1)

    def hear(self) -> Heard:
        """Everything since the last call; children that still run are told again."""
        if self._forked:
            self._read_forks()
        self._receive()
        self._stirred = False
        started = (*self._earlier, *self._started)
        heard = Heard(tuple(self._touches), started, tuple(self._violations), tuple(self._untold), tuple(self._unheard))
        self._touches.clear()
        for kept in (self._started, self._violations, self._untold, self._unheard):
            kept.clear()
        self._earlier = still_running(started)
        return heard

    def seen(self) -> tuple[tuple[Touch, ...], tuple[Started, ...]]:
        """Who touched what and what was started since the last `hear`, which stays."""
        self._receive()
        return tuple(self._touches), (*self._earlier, *self._started)

    def running(self) -> tuple[Started, ...]:
        """The children that still run, of this phase and of earlier ones."""
        return still_running((*self._earlier, *self._started))

    def close(self) -> None:
        """Stops listening."""
        audit.listen(self._before)
        os.close(self._from_forks)
        os.close(self._to_parent)

    def _handlers(self) -> dict[str, audit.Handler]:
        handlers: dict[str, Callable[[str, audit.Arguments], None]] = {
            **dict.fromkeys(TOUCHING, self._on_touch),
            **dict.fromkeys(STARTING, self._on_start),
            "os.fork": self._on_fork,
            "mmap.__new__": self._on_map,
            "os.putenv": self._on_variable,
            "os.unsetenv": self._on_variable,
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
                self._touches[touch] = None

    def _on_variable(self, event: str, arguments: audit.Arguments) -> None:
        name = arguments[0]
        if name not in self._variables or os.getpid() != self._pid:
            return
        self._stirred = True
        environ = dict(os.environ)
        if event == "os.putenv":
            environ[os.fsdecode(name)] = os.fsdecode(arguments[1])
        else:
            environ.pop(os.fsdecode(name), None)
        home = home_of(environ) if name == b"HOME" else own_home()
        self._learn(environ, home, own_directory())

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
        violations = [_violation(self._policy, child, stack, variable) for variable in answer.dropped]
        if os.getpid() != self._pid:
            os.write(self._to_parent, msgspec.json.encode(violations) + b"\n")
            return
        process = _process(frame)
        birth = None if frame is None or process is None else await_birth(frame)
        began = SYSTEM.time_ns()
        self._started.append(Started(child.arguments, stack, self.threads.starter(), process, birth, began=began))
        self._violations += violations
        self._untold += [variable.name for variable in answer.untold]
        home = home_of(child.environ) if child.replaced else own_home()
        self._learn(child.environ, home, child.cwd)

    def _on_fork(self, _event: str, _arguments: audit.Arguments) -> None:
        self._forked = self._stirred = True

    def _on_map(self, _event: str, arguments: audit.Arguments) -> None:
        if arguments[0] != -1 and arguments[2] != mmap.ACCESS_READ:
            self.maps = self._stirred = True

    def _read_forks(self) -> None:
        """Takes in what copies of this process told before they became another program."""
        try:
            data = os.read(self._from_forks, 1 << 20)
        except BlockingIOError:
            return
        for line in data.splitlines():
            self._violations += msgspec.json.decode(line, type=list[Violation])

    def _receive(self) -> None:
        """Takes in what Python children told of themselves."""
        for record in self._post.received():
            if "fault" in record:
                self._unheard.append(record["fault"])
                continue
            by = f"child `{command_text(record['command'])}` (pid {record['family'][0]})"
            during = self._starter_of(record["family"])
            stack = stack_of(record["stack"])
            if "path" in record:
                self._touches[Touch(record["did"], record["path"], stack, record["cuts"], during, by)] = None
            else:
                self._started.append(Started(tuple(record["arguments"]), stack, during, by=by))
                self._violations += _dropped_by_child(self._policy, record, stack, by)

    def _starter_of(self, family: Sequence[int]) -> str:
        """What was on when the child was started that is in a family of processes: a child, its parent, and so on."""
        known = (child.during for child in (*self._earlier, *self._started) if child.pid in family)
        return next(known, self.threads.during)


def _dropped_by_child(policy: Policy, record: Record, stack: Stack, by: str) -> Iterator[Violation]:
    """What is wrong with a child that a child started: `record` is what that one told of it."""
    block = dict.fromkeys((*record["kept"], *record["changed"], *record["added"]), "")
    child = Child(tuple(record["arguments"]), block, "", replaced=record["replaced"])
    answer = judge_spawn(policy, child, dict.fromkeys(names_in_parent(record), ""), stack.modules)
    for variable in answer.dropped:
        violation = _violation(policy, child, stack, variable)
        yield replace(violation, culprits=(f"{by}{at(stack)}",))


def _violation(policy: Policy, child: Child, stack: Stack, variable: Variable) -> Violation:
    key = f"env.{variable.name}"
    return Violation(
        SPAWN,
        child.arguments[0],
        f"a child was started without {variable.name}: `{command_text(child.arguments)}`",
        f"{policy.source}:{policy.lines.get(key, 0)} env.{variable.name}: every child must carry it",
        culprits=stack.lines or ("no line of the project is on the stack",),
        places=stack.places,
    )


def _process(frame: FrameType | None) -> ref[subprocess.Popen[bytes]] | None:
    """The Popen object whose method raised the event: it learns its process's id only afterwards."""
    maker = None if frame is None or module_of(frame) != "subprocess" else frame.f_locals.get("self")
    return ref(maker) if isinstance(maker, subprocess.Popen) else None
