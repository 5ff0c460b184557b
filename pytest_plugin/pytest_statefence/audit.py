"""The one audit hook: what this process opens, replaces, removes and starts. It explains; the disk decides.

A hook can never be removed, so there is one for the life of the process, and all it does for an event nobody listens
to is one dictionary lookup.
"""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH100, PTH109

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from pytest_statefence.system import SYSTEM

Arguments = tuple[Any, ...]
Handler = Callable[[Arguments], None]

_handlers: dict[str, Handler] = {}


class Child(Struct, frozen=True):
    """A child process about to start. `environ` is what it will get; `replaced` when the caller passed one."""

    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    cwd: str
    replaced: bool


def listen(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Calls `handlers` by event name from now on, instead of those before, which are returned."""
    before = dict(_handlers)
    _handlers.clear()
    _handlers.update(handlers)
    if handlers:
        _install()
    return before


def paths_written(event: str, arguments: Arguments) -> tuple[str, ...]:
    """The absolute paths that an event may create, write, replace or remove."""
    if event == "open":
        flags = arguments[2]
        written = isinstance(flags, int) and flags & os.O_ACCMODE != os.O_RDONLY
        return _absolute(arguments[:1]) if written else ()
    return _absolute(arguments[:2] if event in {"os.rename", "os.link", "os.symlink"} else arguments[:1])


def cuts_off(event: str, arguments: Arguments, path: str) -> bool:
    """Whether an event is about to cut off something of what the file at `path` holds."""
    if event == "open":
        flags = arguments[2]
        kept = 0 if isinstance(flags, int) and flags & os.O_TRUNC else None
    else:
        kept = arguments[1] if event == "os.truncate" else None
    if kept is None:
        return False
    try:
        return SYSTEM.stat(path).st_size > kept
    except OSError:
        return False


def child_of(event: str, arguments: Arguments) -> Child:
    """The child that `subprocess.Popen`, `os.posix_spawn` or `os.exec` is about to start."""
    if event == "subprocess.Popen":
        executable, command, cwd, environ = arguments
        words = (command,) if isinstance(command, str | bytes | os.PathLike) else tuple(command)
        words = words or (executable,)
    else:
        executable, command, environ = arguments
        words, cwd = tuple(command) or (executable,), None
    return Child(
        tuple(map(_text, words)),
        os.environ if environ is None else {_text(name): _text(value) for name, value in environ.items()},
        os.getcwd() if cwd is None else os.path.abspath(_text(cwd)),
        environ is not None and environ is not os.environ,
    )


@cache
def _install() -> None:
    sys.addaudithook(_hook)


def _hook(event: str, arguments: Arguments, lookup: Callable[[str], Handler | None] = _handlers.get) -> None:
    handler = lookup(event)
    if handler is not None:
        handler(arguments)


def _absolute(paths: Sequence[object]) -> tuple[str, ...]:
    return tuple(_path(path) for path in paths if isinstance(path, str | bytes | os.PathLike))


def _path(path: str | bytes | os.PathLike[Any]) -> str:
    text = _text(path)
    if text.startswith("file:"):
        text = text[5:].partition("?")[0]
    return os.path.abspath(text)


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else str(value)
