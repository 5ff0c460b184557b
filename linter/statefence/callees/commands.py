"""Libraries whose commands are attributes and items of their modules: `sh.git("status")`, `local["ls"]("-a")`.

What a command is told before it runs (`bake`, `with_env`, `["-a"]`) is kept with it; running it is a spawn by one of
`COMMANDS`, which are spawners like any other.
"""

from __future__ import annotations

from msgspec import Struct

from statefence.callees.records import Argument, Given, Spawner

SH = "sh 2.4.0, OProc.__init__: without _env, or with None, os.execv; else os.execve(..., _env)"
PLUMBUM = "plumbum 2.0.2, LocalMachine._popen: env = {**local.env, **(env or {})}"
LOCAL_ENV = "plumbum.local.env"


class Commands(Struct, frozen=True):
    """One such library.

    Attributes:
        run: the spawner that running a command is, under the name of the method that runs it.
        homes: dotted names of which every attribute is a command, but for `others` and what begins like `errors`.
        indexes: dotted names of which every item is one.
        makers: functions that give the command which their first argument names.
        contexts: functions that give a home whose commands are told what is passed.
        tells: methods of a command that tell it arguments, and hand on what goes by the name of its environment.
        sets: methods of a command whose keywords are variables of its environment.
        runs: methods of a command that run it.
        modifiers: what runs the command to the left of `&`.
        items: an item of a command is the command told of arguments.
        subcommands: an attribute of a command is the command told of one more argument.
        begins: a keyword with which a call is no start, but the beginning of a `with`.
    """

    run: Spawner
    homes: tuple[str, ...]
    others: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ("_",)
    indexes: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    tells: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()
    items: bool = False
    subcommands: bool = False
    begins: str = ""


RUN_SH = Spawner(("sh.Command.__call__",), SH, env=Argument("_env"), program=Argument("program", 0))
RUN_PLUMBUM = Spawner(
    ("plumbum.machines.LocalCommand.__call__",),
    PLUMBUM,
    env=Argument("env"),
    program=Argument("program", 0),
    given=Given.ADDS,
    block=LOCAL_ENV,
)

_LOCALS = tuple(
    f"plumbum.{name}"
    for local in ("local", "async_local")
    for name in (local, f"machines.{local}", f"machines.local.{local}")
)
_MODIFIERS = ("BG", "FG", "NOHUP", "RETCODE", "TEE", "TF")

COMMANDS: tuple[Commands, ...] = (
    Commands(
        RUN_SH,
        homes=("sh", "sh.contrib"),
        others=frozenset(
            {
                "Command", "CommandNotFound", "DEFAULT_ENCODING", "DoneReadingForever", "ForkException",
                "NotYetReadyToRead", "RunningCommand", "StreamBufferer", "TimeoutException", "args", "bake", "cd",
                "contrib", "glob", "pushd", "which",
            }
        ),
        errors=("_", "ErrorReturnCode", "SignalException"),
        makers=("sh.Command",),
        contexts=("sh", "sh.bake"),
        tells=frozenset({"bake"}),
        subcommands=True,
        begins="_with",
    ),
    Commands(
        RUN_PLUMBUM,
        homes=("plumbum.cmd", "plumbum.async_cmd", *[f"{local}.cmd" for local in _LOCALS]),
        indexes=_LOCALS,
        makers=tuple(f"{local}.get" for local in _LOCALS),
        tells=frozenset({"bound_command", "with_cwd"}),
        sets=frozenset({"with_env", "setenv"}),
        runs=frozenset(
            {
                "bgrun", "nohup", "popen", "run", "run_bg", "run_fg", "run_nohup", "run_retcode", "run_tee", "run_tf",
            }
        ),
        modifiers=frozenset(
            f"{module}.{name}" for module in ("plumbum", "plumbum.commands", "plumbum.commands.modifiers")
            for name in _MODIFIERS
        ),
        items=True,
    ),
)  # fmt: skip
"""Sources: sh 2.4.0, `Environment.allowlist`, `Command.bake` and `SelfWrapper`; plumbum 2.0.2, `BaseCommand`."""

LOCAL_ENVS = tuple(f"{local}.env" for local in _LOCALS)
"""Names of the block that plumbum copies from `os.environ` when it is imported, and gives its children."""
