"""What a process writes down of itself: what it did to watched files, or everything that the project's lines did.

Names of variables are written, never their values, but for those that an opened path begins with. Light: Python
children that report to the run import it as they start.
"""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH100, PTH111, PTH119

from __future__ import annotations

import os
import sys

from pytest_statefence import audit, journal
from pytest_statefence.frames import caller, is_our_own, library, module_of, positions, told_stack
from pytest_statefence.system import SYSTEM, own_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_statefence.audit import Arguments, Child, Handler

TOUCHING = ("sqlite3.connect", "open", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate")
MOVING = ("os.chdir", "os.putenv", "os.unsetenv")
STARTING = ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system")

_DEVICES = (f"{os.sep}dev{os.sep}", f"{os.sep}proc{os.sep}", f"{os.sep}sys{os.sep}")
_SHARED_MEMORY = f"{os.sep}dev{os.sep}shm{os.sep}"
"""A directory of files in memory, as good as any for temporary ones."""

_MODES = {"os.remove": "remove", "os.rename": "create", "os.link": "create", "os.symlink": "create"}


def noticing(
    notices: str,
    root: str,
    prefixes: Callable[[], tuple[str, ...]],
    variables: tuple[str, ...],
    family: tuple[int, ...],
) -> dict[str, Handler]:
    """Handlers that write to the journal `notices` what a child does to files below `prefixes`, and what it starts.

    `family` is the child's process and its ancestors below the run. Where `variables` decide where the policy points,
    it is written too what they are, and which directory is the working one, as it is now and when that changes.
    """
    seen: set[tuple[object, ...]] = set()

    def tell(**record: object) -> None:
        known = (os.getpid(), *map(repr, record.values()))
        if known not in seen:
            seen.add(known)
            own = () if os.getpid() == family[0] else (os.getpid(),)  # a fork of the child
            told = {"family": (*own, *family), "command": sys.orig_argv, "at": SYSTEM.time_ns()}
            journal.append(notices, {**told, **record})

    def tell_place(environ: Mapping[str, str], cwd: str) -> None:
        if variables:
            tell(place=place_of(environ, cwd, variables))

    def on_move(event: str, arguments: Arguments) -> None:
        tell_place(*place_after(event, arguments))

    def on_touch(event: str, arguments: Arguments) -> None:
        for path in audit.paths_written(event, arguments):
            if path.startswith(prefixes()):
                cuts = audit.cuts_off(event, arguments, path)
                tell(did=event, path=path, cuts=cuts, stack=told_stack(root))

    def on_start(event: str, arguments: Arguments) -> None:
        child = _first_event_of(event, arguments)
        if child is not None:
            tell(did=event, **block_of(child), arguments=child.arguments, stack=told_stack(root))
            tell_place(child.environ, child.cwd)

    if variables:
        tell(place=place_of(os.environ, own_directory(), variables), is_new=True)
    return _handlers(on_touch, on_start, notices, on_move)


def observing(sightings: str, root: str, home: Callable[[], str]) -> dict[str, Handler]:
    """Handlers that write to the journal `sightings` what lines below `root` open and start; `home` as they see it."""
    seen: set[tuple[object, ...]] = set()

    def tell(**record: object) -> None:
        known = tuple(map(repr, record.values()))
        if known not in seen:
            seen.add(known)
            journal.append(sightings, record)

    def on_open(event: str, arguments: Arguments) -> None:
        paths = [path for path in _opened(event, arguments) if not _is_device(path) and path != sightings]
        lines = positions(root) if paths and not _is_import(event) else ()
        for path in paths if lines else ():
            tell(
                did=event,
                lines=lines,
                through=library(root),
                path=path,
                mode=_mode(event, arguments),
                **_bases(path, home()),
            )

    def on_start(event: str, arguments: Arguments) -> None:
        child = _first_event_of(event, arguments)
        if child is not None:
            program = os.path.basename(child.arguments[0])
            tell(did=event, lines=positions(root), through=library(root), program=program, **block_of(child))

    return _handlers(on_open, on_start, sightings)


def block_of(child: Child) -> dict[str, object]:
    """What became of each variable of the parent's environment in the child's."""
    parent, block = os.environ, child.environ
    return {
        "replaced": child.replaced,
        "kept": sorted(name for name in block if name in parent and parent[name] == block[name]),
        "changed": sorted(name for name in block if name in parent and parent[name] != block[name]),
        "added": sorted(name for name in block if name not in parent),
        "dropped": sorted(name for name in parent if name not in block),
    }


def place_of(environ: Mapping[str, str], cwd: str, variables: tuple[str, ...]) -> dict[str, object]:
    """What decides where the policy points."""
    return {"variables": {name: environ[name] for name in variables if name in environ}, "cwd": cwd}


def place_after(event: str, arguments: Arguments) -> tuple[dict[str, str], str]:
    """The environment and the working directory that this process will have after an event of MOVING."""
    environ = dict(os.environ)
    if event == "os.putenv":
        environ[os.fsdecode(arguments[0])] = os.fsdecode(arguments[1])
    elif event == "os.unsetenv":
        environ.pop(os.fsdecode(arguments[0]), None)
    return environ, audit.entered(arguments) if event == "os.chdir" else own_directory()


def _handlers(
    on_touch: Callable[[str, Arguments], None],
    on_start: Callable[[str, Arguments], None],
    told: str,
    on_move: Callable[[str, Arguments], None] | None = None,
) -> dict[str, Handler]:
    handlers = dict.fromkeys(STARTING, on_start) | dict.fromkeys(TOUCHING, on_touch)
    handlers |= dict.fromkeys(MOVING, on_move) if on_move else {}
    return {event: _guarded(event, handler, told) for event, handler in handlers.items()}


def _guarded(event: str, handler: Callable[[str, Arguments], None], told: str) -> Handler:
    def call(arguments: Arguments) -> None:
        try:
            handler(event, arguments)
        except Exception as error:  # what a hook raises would be raised in the program under test
            journal.append(told, {"fault": f"audit event {event}: {type(error).__name__}: {error}"})

    return call


def _first_event_of(event: str, arguments: Arguments) -> Child | None:
    """The child, unless this is the second event of a start that `subprocess.Popen` told of, or ours."""
    frame = caller()
    if is_our_own(frame) or (event != "subprocess.Popen" and module_of(frame) == "subprocess"):
        return None
    return audit.child_of(event, arguments)


def _opened(event: str, arguments: Arguments) -> tuple[str, ...]:
    """The paths of an event as they are on disk; SQLite's names for databases in memory stay as they are."""
    database = arguments[0]
    if event == "sqlite3.connect" and _is_in_memory(database):
        return (":memory:",)
    if event == "open":
        return tuple(audit.absolute(arguments[:1]))
    return audit.paths_written(event, arguments)


def _is_device(path: str) -> bool:
    return path.startswith(_DEVICES) and not path.startswith(_SHARED_MEMORY)


def _is_in_memory(database: object) -> bool:
    text = os.fsdecode(database) if isinstance(database, str | bytes | os.PathLike) else ""
    return text in {"", ":memory:"} or (text.startswith("file:") and (":memory:" in text or "mode=memory" in text))


def _is_import(event: str) -> bool:
    frame = caller()
    return event == "open" and frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")


def _mode(event: str, arguments: Arguments) -> str:
    if event == "sqlite3.connect":
        return "ro" if "mode=ro" in str(arguments[0]) or "immutable=1" in str(arguments[0]) else "rw"
    if event != "open":
        return _MODES.get(event, "rw")
    flags = arguments[2] if isinstance(arguments[2], int) else 0
    if flags & os.O_ACCMODE == os.O_RDONLY:
        return "ro"
    if flags & os.O_APPEND:
        return "append"
    return "create" if flags & os.O_EXCL else "rw"


def _bases(path: str, home: str) -> dict[str, object]:
    """The directories that a path may have been made from, and the variables whose values it begins with."""
    tempfile = sys.modules.get("tempfile")
    return {
        "real": path if path == ":memory:" else SYSTEM.realpath(path),
        "home": home,
        "cwd": own_directory(),
        "tmp": getattr(tempfile, "tempdir", None) or os.environ.get("TMPDIR") or "/tmp",
        "variables": {name: value for name, value in os.environ.items() if _begins_with(path, value)},
    }


def _begins_with(path: str, value: str) -> bool:
    """Whether a variable's value leads to a path: a directory above it, the path itself, or a URL of it."""
    if len(value) < 2 or "/" not in value:
        return False
    return path.startswith(os.path.abspath(os.path.expanduser(value))) or path in value


def names_in_parent(record: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The variables that the parent of a written block had."""
    return (*record["kept"], *record["changed"], *record["dropped"])
