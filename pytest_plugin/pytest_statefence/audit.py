"""The one audit hook: what this process opens, replaces, removes and starts. It explains; the disk decides.

A hook can never be removed, so there is one for the life of the process, and all it does for an event nobody listens
to is one dictionary lookup. Light: Python children that report to the run import it as they start.
"""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH115, PTH118

from __future__ import annotations

import os
import sys

from pytest_statefence.system import SYSTEM, own_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Arguments = tuple[Any, ...]
    Handler = Callable[[Arguments], None]

_handlers: dict[str, Handler] = {}
_installed: list[str] = []


class Child:
    """A child process about to start. `environ` is what it will get; `replaced` when the caller passed one."""

    __slots__ = ("arguments", "cwd", "environ", "replaced")

    def __init__(self, arguments: tuple[str, ...], environ: Mapping[str, str], cwd: str, *, replaced: bool) -> None:
        self.arguments = arguments
        self.environ = environ
        self.cwd = cwd
        self.replaced = replaced


def listen(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Calls `handlers` by event name from now on, instead of those before, which are returned."""
    before = dict(_handlers)
    _handlers.clear()
    _handlers.update(handlers)
    if handlers:
        _install()
    return before


def listen_too(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """As `listen`, but those before are still called, after the new ones."""
    both = dict(_handlers)
    for event, handler in handlers.items():
        both[event] = _one_after_the_other(handler, both[event]) if event in both else handler
    return listen(both)


def paths_written(event: str, arguments: Arguments) -> tuple[str, ...]:
    """The absolute paths that an event may create, write, replace or remove."""
    if event == "open":
        flags = arguments[2]
        written = isinstance(flags, int) and flags & os.O_ACCMODE != os.O_RDONLY
        return absolute(arguments[:1]) if written else ()
    return absolute(arguments[:2] if event in {"os.rename", "os.link", "os.symlink"} else arguments[:1])


def absolute(paths: Sequence[object]) -> tuple[str, ...]:
    """Those of an event's arguments that are paths, from the file system's root; the path of a `file:` URI."""
    return tuple(_path(path) for path in paths if isinstance(path, str | bytes | os.PathLike))


def entered(arguments: Arguments) -> str:
    """The directory that `os.chdir` is about to make the working one; the one that is, where that is not told."""
    directory = arguments[0]
    if not isinstance(directory, int):
        return _path(directory)
    try:
        return os.readlink(f"/proc/self/fd/{directory}")
    except OSError:
        return own_directory()


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
    """The child that `subprocess.Popen`, `os.posix_spawn`, `os.exec` or `os.system` is about to start."""
    if event == "os.system":
        return Child((_text(arguments[0]),), os.environ, own_directory(), replaced=False)
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
        own_directory() if cwd is None else _path(_text(cwd)),
        replaced=environ is not None and environ is not os.environ,
    )


def _one_after_the_other(first: Handler, second: Handler) -> Handler:
    def call(arguments: Arguments) -> None:
        first(arguments)
        second(arguments)

    return call


def _install() -> None:
    if not _installed:
        _installed.append("for the life of the process")
        sys.addaudithook(_hook)


def _hook(event: str, arguments: Arguments, lookup: Callable[[str], Handler | None] = _handlers.get) -> None:
    handler = lookup(event)
    if handler is not None:
        handler(arguments)


def _path(path: str | bytes | os.PathLike[Any]) -> str:
    text = _text(path)
    if text.startswith("file:"):
        text = text[5:].partition("?")[0]
    return os.path.normpath(os.path.join(own_directory(), text))


def _text(value: object) -> str:
    text = os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else str(value)
    return str.__getitem__(text, slice(None))  # a text of a class of its own may be shown as it likes
