"""What the audit hook saw of one phase: who touched a watched file, and which children were started."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from weakref import ReferenceType

from msgspec import Struct

from pytest_statefence.births import Birth
from pytest_statefence.locations import Location
from pytest_statefence.owners import Stack

_MOST_CULPRITS = 4
_MOST_COMMAND = 200
_THIS_PROCESS = "this process"


class Touch(Struct, frozen=True):
    """Code that opened, replaced or removed `path`, in this process or in a child that says so itself.

    Attributes:
        cuts: whether what the file held is lost by it.
        during: the test, fixture or moment whose code it was; that which started the thread or the child.
        by: the process.
    """

    event: str
    path: str
    stack: Stack
    cuts: bool = False
    during: str = ""
    by: str = _THIS_PROCESS

    @property
    def is_told(self) -> bool:
        """Whether another process said so."""
        return self.by != _THIS_PROCESS


class Started(Struct, frozen=True):
    """A child that was started, in the test or moment `during`. `process` is None where no Popen object was made.

    Attributes:
        birth: its process's id, which outlives the Popen object.
        by: which other child started it; empty for this process.
        began: when this process started it, in nanoseconds since the epoch; 0 where another child did.
        locations: where the policy points in its environment.
    """

    arguments: tuple[str, ...]
    stack: Stack
    during: str
    process: ReferenceType[subprocess.Popen[bytes]] | None = None
    birth: Birth | None = None
    by: str = ""
    began: int = 0
    locations: frozenset[Location] = frozenset()

    @property
    def pid(self) -> int | None:
        """Its process's id, where it could be learned."""
        if self.birth is not None and self.birth.pid:
            return self.birth.pid
        return getattr(self.process() if self.process else None, "pid", None)


def culprits(path: str, touches: Iterable[Touch], started: Iterable[Started], during: str) -> tuple[str, ...]:
    """One line for everything that may have changed `path` while `during` was on, the likeliest first."""
    lines = [*_touch_lines(path, touches, during), *(started_line(child, during) for child in started)]
    unique = list(dict.fromkeys(lines))
    if len(unique) > _MOST_CULPRITS:
        return (*unique[:_MOST_CULPRITS], f"and {len(unique) - _MOST_CULPRITS} more")
    return tuple(unique) or ("nobody was seen at it: SQL such as ATTACH, a C library, or a process started elsewhere",)


def stacks(path: str, touches: Iterable[Touch], started: Iterable[Started]) -> tuple[Stack, ...]:
    """The calls that may have led to a change of `path`, the likeliest first."""
    return tuple(dict.fromkeys((*(t.stack for t in touches if _is_at(t, path)), *(child.stack for child in started))))


class Scene(Struct, frozen=True):
    """What is known of a change besides who was there.

    Attributes:
        during: what is on.
        began: when the time began in which the file changed, in nanoseconds since the epoch.
        moved_since: whether the file may have changed after a moment.
        may_be_held: whether a process, or a descendant of it, may have the file open.
    """

    during: str
    began: int
    moved_since: Callable[[int], bool]
    may_be_held: Callable[[int], bool]


def candidates(path: str, touches: Iterable[Touch], started: Iterable[Started], scene: Scene) -> tuple[str, ...]:
    """Who may have changed `path` where that is not surely what is on; empty where it is.

    A thread or a child that outlived what started it may do its work for that, or for what is on now. One that only
    was there gives way to a child of what is on.
    """
    touching = [touch.during for touch in touches if _is_at(touch, path)]
    if scene.during in touching:
        return ()
    earlier = touching or [child.during for child in _suspects(tuple(started), scene)]
    return tuple(dict.fromkeys((*earlier, scene.during))) if earlier else ()


def _suspects(started: tuple[Started, ...], scene: Scene) -> Iterator[Started]:
    """The children of what was on before that may have done it, when nobody was seen at the file."""
    has_own = any(child.during == scene.during and scene.moved_since(child.began) for child in started)
    for child in started:
        if child.during == scene.during:
            continue
        is_new = child.by or child.began >= scene.began
        if is_new or (_is_running(child) and not (has_own and _only_stands_by(child, scene))):
            yield child


def _only_stands_by(child: Started, scene: Scene) -> bool:
    return child.pid is not None and not scene.may_be_held(child.pid)


def still_running(started: Iterable[Started]) -> tuple[Started, ...]:
    """Those children that may still be at work."""
    return tuple(child for child in started if _is_running(child))


def command_text(arguments: Iterable[str]) -> str:
    """A command as a shell would take it, its program without directories, cut to a readable length."""
    program, *others = arguments
    words = (PurePath(program).name if program.startswith("/") else program, *others)
    text = " ".join(" ".join(map(_quoted, words)).split())
    return text if len(text) <= _MOST_COMMAND else text[: _MOST_COMMAND - 3] + "..."


def at(stack: Stack) -> str:
    """Where it was, as a part of a sentence."""
    return f" at {' < '.join(stack.lines)}" if stack.lines else " outside the project's own code"


def _quoted(word: str) -> str:
    """A word as a shell would take it, in the quotes that are easier to read."""
    is_plain_in_double_quotes = "'" in word and not any(character in word for character in '"$`\\!')
    return f'"{word}"' if is_plain_in_double_quotes else shlex.quote(word)


def _touch_lines(path: str, touches: Iterable[Touch], during: str) -> Iterator[str]:
    for touch in touches:
        if _is_at(touch, path):
            yield f"{touch.event} by {touch.by}{at(touch.stack)}{_unless(during, touch.during)}"


def _unless(during: str, then: str) -> str:
    return "" if then == during else f", during {then}"


def _is_at(touch: Touch, path: str) -> bool:
    return touch.path == path or touch.path.startswith(path + "-")


def started_line(child: Started, during: str = "") -> str:
    """A child, with its command, its process's id and who started it, if not what is on, which is `during`."""
    pid = "" if child.pid is None else f" (pid {child.pid})"
    by = f" by {child.by}" if child.by else ""
    when = _unless(during, child.during)
    return f"child `{command_text(child.arguments)}`{pid}, started{by}{at(child.stack)}{when}"


def _is_running(child: Started) -> bool:
    process = child.process() if child.process else None
    return process is not None and getattr(process, "returncode", None) is None
