"""Who starts a child, and what the child's environment is when none, None or a mapping is handed over."""

from __future__ import annotations

from statefence.callees.commands import COMMANDS
from statefence.callees.records import Argument, Given, Spawner

ENV = Argument("env")
SUBPROCESS = "docs.python.org/3/library/subprocess.html#subprocess.Popen"
ASYNCIO = "docs.python.org/3/library/asyncio-subprocess.html: keyword arguments go to Popen"
LOOP = "docs.python.org/3/library/asyncio-eventloop.html#running-subprocesses: keyword arguments go to Popen"
LOOPS = ("get_running_loop", "get_event_loop", "new_event_loop")
OS = "docs.python.org/3/library/os.html#process-management"
MCP = "modelcontextprotocol/python-sdk src/mcp/client/stdio: get_default_environment() | (server.env or {})"
MCP_KEEPS = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
FASTMCP = "jlowin/fastmcp src/fastmcp/client/transports/stdio.py: env goes to StdioServerParameters"

NOX = ("run", "run_install", "run_always")


def mcp(*names: str, env: Argument = ENV, source: str = MCP) -> Spawner:
    """Parameters of an MCP server over stdio: the SDK merges what is given over its allow-list."""
    return Spawner(
        names,
        source,
        env=env,
        program=Argument("command", 0),
        absent="filtered",
        none="filtered",
        given=Given.ADDS_TO_LIST,
        keeps=MCP_KEEPS,
    )


def inheriting(*names: str, source: str, program: Argument | None = None) -> Spawner:
    """A callee to which no environment can be handed over."""
    return Spawner(names, source, program=program)


def popen(*names: str, source: str = SUBPROCESS, program: Argument | None = None) -> Spawner:
    """Popen and those that hand their arguments on to it: `env` is its eleventh parameter."""
    return Spawner(names, source, env=Argument("env", 10), program=program or Argument("args", 0))


def positional(name: str, position: int, program: int = 0) -> Spawner:
    """A function of `os` that takes the whole environment by position."""
    return Spawner((name,), OS, env=Argument("env", position), program=Argument("file", program))


SPAWNERS: tuple[Spawner, ...] = (
    popen("subprocess.Popen"),
    popen("subprocess.run"),
    popen("subprocess.call"),
    popen("subprocess.check_call"),
    popen("subprocess.check_output"),
    inheriting("subprocess.getoutput", source=SUBPROCESS),
    inheriting("subprocess.getstatusoutput", source=SUBPROCESS),
    Spawner(
        ("asyncio.create_subprocess_exec", "asyncio.subprocess.create_subprocess_exec"),
        ASYNCIO,
        env=ENV,
        program=Argument("program", 0),
    ),
    Spawner(("asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell"), ASYNCIO, env=ENV),
    Spawner(
        tuple(f"asyncio.{loop}.subprocess_exec" for loop in LOOPS),
        LOOP,
        env=ENV,
        program=Argument("program", 1),
    ),
    Spawner(tuple(f"asyncio.{loop}.subprocess_shell" for loop in LOOPS), LOOP, env=ENV),
    inheriting("os.system", source=OS),
    inheriting("os.popen", source=OS),
    inheriting("os.startfile", source=OS),
    *[
        inheriting(f"os.{name}", source=OS, program=Argument("file", 0))
        for name in ("execl", "execlp", "execv", "execvp")
    ],
    *[
        inheriting(f"os.{name}", source=OS, program=Argument("file", 1))
        for name in ("spawnl", "spawnlp", "spawnv", "spawnvp")
    ],
    positional("os.execve", 2),
    positional("os.execvpe", 2),
    Spawner(("os.execle", "os.execlpe"), OS, env=Argument("env", -1), program=Argument("file", 0)),
    Spawner(("os.spawnle", "os.spawnlpe"), OS, env=Argument("env", -1), program=Argument("file", 1)),
    positional("os.spawnve", 3, program=1),
    positional("os.spawnvpe", 3, program=1),
    positional("os.posix_spawn", 2),
    positional("os.posix_spawnp", 2),
    inheriting("pty.spawn", source="docs.python.org/3/library/pty.html", program=Argument("argv", 0)),
    Spawner(
        ("pexpect.spawn", "pexpect.pty_spawn.spawn", "pexpect.spawnu"),
        "pexpect.readthedocs.io: spawn(command, args, timeout, maxread, searchwindowsize, logfile, cwd, env, ...)",
        env=Argument("env", 7),
        program=Argument("command", 0),
    ),
    Spawner(
        ("pexpect.run", "pexpect.runu"),
        "pexpect.readthedocs.io: run(command, timeout, withexitstatus, events, extra_args, logfile, cwd, env)",
        env=Argument("env", 7),
        program=Argument("command", 0),
    ),
    Spawner(
        ("pexpect.popen_spawn.PopenSpawn",),
        "pexpect.readthedocs.io: PopenSpawn(cmd, timeout, maxread, searchwindowsize, logfile, cwd, env, ...)",
        env=Argument("env", 6),
        program=Argument("cmd", 0),
    ),
    Spawner(
        ("pexpect.replwrap.REPLWrapper",),
        "pexpect/replwrap.py: a command is spawned without env",
        program=Argument("cmd_or_spawn", 0),
    ),
    Spawner(
        ("ptyprocess.PtyProcess.spawn", "ptyprocess.PtyProcessUnicode.spawn", "winpty.PtyProcess.spawn"),
        "ptyprocess/ptyprocess.py: spawn(argv, cwd, env, ...)",
        env=Argument("env", 2),
        program=Argument("argv", 0),
    ),
    Spawner(
        ("anyio.run_process", "anyio.open_process"),
        "anyio.readthedocs.io/en/stable/subprocesses.html",
        env=ENV,
        program=Argument("command", 0),
    ),
    Spawner(
        ("trio.run_process", "trio.lowlevel.open_process", "trio.open_process"),
        "trio.readthedocs.io/en/stable/reference-io.html: options go to Popen",
        env=ENV,
        program=Argument("command", 0),
    ),
    Spawner(
        ("twisted.internet.reactor.spawnProcess",),
        "docs.twisted.org: spawnProcess(processProtocol, executable, args=(), env={}, ...), None inherits",
        env=Argument("env", 3),
        program=Argument("executable", 1),
        absent="empty",
    ),
    Spawner(
        (
            "twisted.internet.utils.getProcessOutput",
            "twisted.internet.utils.getProcessOutputAndValue",
            "twisted.internet.utils.getProcessValue",
        ),
        "docs.twisted.org: getProcessOutput(executable, args=(), env={}, ...)",
        env=Argument("env", 2),
        program=Argument("executable", 0),
        absent="empty",
    ),
    mcp("mcp.StdioServerParameters", "mcp.client.stdio.StdioServerParameters"),
    mcp("autogen_ext.tools.mcp.StdioServerParams", source="autogen_ext StdioServerParams derives from the SDK's class"),
    mcp("llama_index.tools.mcp.BasicMCPClient", source="llama_index: env goes to StdioServerParameters"),
    mcp("agents.mcp.MCPServerStdioParams", source="openai-agents: a TypedDict handed to StdioServerParameters"),
    mcp("pydantic_ai.mcp.MCPServerStdio", env=Argument("env"), source="pydantic-ai: env goes to StdioServerParameters"),
    *[
        mcp(f"fastmcp.client.transports.{name}", f"fastmcp.client.transports.stdio.{name}", source=FASTMCP)
        for name in ("StdioTransport", "PythonStdioTransport", "FastMCPStdioTransport", "NodeStdioTransport")
    ],
    Spawner(
        ("acp.spawn_agent_process", "acp.stdio.spawn_agent_process"),
        "agent-client-protocol python-sdk: without env a default allow-list, like MCP's",
        env=ENV,
        absent="filtered",
        none="filtered",
        given=Given.ADDS_TO_LIST,
        keeps=MCP_KEEPS,
    ),
    Spawner(
        ("invoke.run", "invoke.context.Context.run", "invoke.Context.run"),
        "docs.pyinvoke.org: env is merged over os.environ unless replace_env",
        env=ENV,
        given=Given.ADDS,
        replacing="replace_env",
    ),
    Spawner(
        ("fabric.Connection.run", "fabric.Connection.local"),
        "docs.fabfile.org: local() is invoke's run; run() is a remote shell with the given variables",
        env=ENV,
        given=Given.ADDS,
    ),
    Spawner(
        tuple([f"nox.{cls}.{name}" for name in NOX for cls in ("sessions.Session", "Session")]),
        "nox.thea.codes: env is merged over the session's",
        env=ENV,
        given=Given.ADDS,
    ),
    *[library.run for library in COMMANDS],
)
