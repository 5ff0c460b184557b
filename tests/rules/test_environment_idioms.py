"""How programs really build the environment of a child, and what SF101 must say of each way."""

import pytest

from statefence.registry import find, rules
from statefence.testing import check_findings

RULE = find("SF101", rules())
UNREPAIRED = find("SF102", rules())
POLICY = "[env.APP]"
ENSURED = '[env.APP]\nensure = "main"\n'

DROPS = {
    "one of two objects": """
        import os, subprocess
        class Runner:
            def __init__(self, base):
                self.base = base
            def run(self, more):
                subprocess.run(["helper"], env={**self.base, **more})
        class Service:
            def __init__(self):
                self.runner = Runner(os.environ.copy())
            def go(self):
                self.runner.run({"A": "1"})
        def good():
            Runner(dict(os.environ)).run({"B": "1"})
        def bad():
            runner = Runner({"PATH": "/bin"})
            runner.run({"C": "1"})  # error
    """,
    "names less some": """
        import os, subprocess
        subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() - {"APP"}})  # error
        subprocess.run(["helper"], env={k: os.environ[k] for k in set(os.environ).difference(["APP"])})  # error
    """,
    "some of the names": """
        import os, subprocess
        KEEP = {"PATH", "HOME"}
        subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() & KEEP})  # error
        subprocess.run(["helper"], env={k: os.environ[k] for k in KEEP & os.environ.keys()})  # error
        subprocess.run(["helper"], env={k: os.environ[k] for k in KEEP.intersection(os.environ)})  # error
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k in os.environ.keys() & KEEP})  # error
    """,
    "all but some are removed": """
        import os, subprocess
        env = dict(os.environ)
        for name in env.keys() - {"PATH", "HOME"}:
            del env[name]
        subprocess.run(["helper"], env=env)  # error
    """,
    "some are removed, if they are there": """
        import os, subprocess
        env = dict(os.environ)
        for name in env.keys() & {"APP"}:
            del env[name]
        subprocess.run(["helper"], env=env)  # error
    """,
    "a fold of blocks": """
        import functools, operator, subprocess
        subprocess.run(["helper"], env=functools.reduce(operator.or_, [{"PATH": "/bin"}, {"LANG": "C"}]))  # error
    """,
    "taken from the process, not from os.environ": """
        import os, subprocess
        os.unsetenv("APP")
        subprocess.run(["helper"])  # error
        subprocess.run(["helper"], env=dict(os.environ))
    """,
    "a function under a patch": """
        import os, subprocess
        from unittest import mock
        @mock.patch.dict("os.environ", {"LANG": "C"}, clear=True)
        def start():
            subprocess.run(["helper"])  # error
        def other():
            start()
            subprocess.run(["helper"])
    """,
    "a class of tests under a patch": """
        import os, subprocess
        from unittest.mock import patch
        @patch.dict(os.environ, clear=True)
        class Start:
            def test_start(self):
                subprocess.run(["helper"])  # error
            def helper(self):
                subprocess.run(["helper"])
    """,
    "a literal block": """
        import subprocess
        subprocess.run(["helper"], env={"PATH": "/bin"})  # error
    """,
    "dict with keywords": """
        import subprocess
        subprocess.run(["helper"], env=dict(PATH="/bin"))  # error
    """,
    "a dict that is never filled": """
        import subprocess
        env = dict()
        subprocess.run(["helper"], env=env)  # error: empty
    """,
    "a dict filled item by item": """
        import subprocess
        env = {}
        env["PATH"] = "/bin"
        subprocess.run(["helper"], env=env)  # error: only PATH
    """,
    "update": """
        import subprocess
        env = {}
        env.update({"PATH": "/bin"}, LANG="C")
        subprocess.run(["helper"], env=env)  # error: LANG, PATH
    """,
    "union": """
        import subprocess
        base = {"PATH": "/bin"}
        subprocess.run(["helper"], env=base | {"LANG": "C"})  # error: LANG, PATH
    """,
    "union in place": """
        import subprocess
        env = {"PATH": "/bin"}
        env |= {"LANG": "C"}
        subprocess.run(["helper"], env=env)  # error: LANG, PATH
    """,
    "setdefault": """
        import subprocess
        env = {"PATH": "/bin"}
        env.setdefault("LANG", "C")
        subprocess.run(["helper"], env=env)  # error
    """,
    "a copy of a constant of the module": """
        import subprocess
        BASE = {"PATH": "/bin"}
        def start():
            env = BASE.copy()
            env["LANG"] = "C"
            subprocess.run(["helper"], env=env)  # error
    """,
    "keyword arguments from a dict": """
        import subprocess
        options = {"env": {"PATH": "/bin"}, "check": True}
        subprocess.run(["helper"], **options)  # error
    """,
    "keyword arguments set later": """
        import subprocess
        options = dict(check=True)
        options["env"] = {"PATH": "/bin"}
        subprocess.run(["helper"], **options)  # error
    """,
    "pop": """
        import os, subprocess
        env = os.environ.copy()
        env.pop("APP", None)
        subprocess.run(["helper"], env=env)  # error
    """,
    "del": """
        import os, subprocess
        env = dict(os.environ)
        del env["APP"]
        subprocess.run(["helper"], env=env)  # error
    """,
    "pop in a loop over a literal tuple": """
        import os, subprocess
        env = os.environ.copy()
        for name in ("HOST", "APP"):
            env.pop(name, None)
        subprocess.run(["helper"], env=env)  # error
    """,
    "clear": """
        import os, subprocess
        env = os.environ.copy()
        env.clear()
        env["PATH"] = "/bin"
        subprocess.run(["helper"], env=env)  # error
    """,
    "an allow-list": """
        import os, subprocess
        KEPT = ("PATH", "HOME")
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k in KEPT})  # error
    """,
    "an allow-list asked of the parent": """
        import os, subprocess
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        subprocess.run(["helper"], env=env)  # error
    """,
    "a deny-list": """
        import os, subprocess
        DENIED = {"APP", "SECRET"}
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k not in DENIED})  # error
    """,
    "a denied prefix": """
        import os, subprocess
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if not k.startswith("AP")})  # error
    """,
    "one name denied": """
        import os, subprocess
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k != "APP"})  # error
    """,
    "None or a block": """
        import subprocess
        def start(clean):
            env = None
            if clean:
                env = {"PATH": "/bin"}
            subprocess.run(["helper"], env=env)  # error
    """,
    "a conditional expression": """
        import os, subprocess
        def start(clean):
            subprocess.run(["helper"], env={"PATH": "/bin"} if clean else os.environ)  # error
    """,
    "an update in one branch, everything in the other": """
        import os, subprocess
        def start(merge):
            env = {"PATH": "/bin"}
            if merge:
                env = {**os.environ, **env}
            subprocess.run(["helper"], env=env)  # error
    """,
    "a helper builds it": """
        import subprocess
        def environment():
            env = {"PATH": "/bin"}
            env["LANG"] = "C"
            return env
        subprocess.run(["helper"], env=environment())  # error
    """,
    "a helper takes it out of its argument and returns it": """
        import os, subprocess
        def cleaned(env):
            env.pop("APP", None)
            return env
        subprocess.run(["helper"], env=cleaned(os.environ.copy()))  # error
    """,
    "a helper changes its argument": """
        import os, subprocess
        def clean(env):
            del env["APP"]
        env = dict(os.environ)
        clean(env)
        subprocess.run(["helper"], env=env)  # error
    """,
    "a method builds it": """
        import subprocess
        class Runner:
            def environment(self):
                return {"PATH": "/bin"}
            def start(self):
                subprocess.run(["helper"], env=self.environment())  # error
    """,
    "a property": """
        import subprocess
        class Runner:
            @property
            def environment(self):
                return {"PATH": "/bin"}
            def start(self):
                subprocess.run(["helper"], env=self.environment)  # error
    """,
    "an attribute set in the constructor": """
        import subprocess
        class Runner:
            def __init__(self):
                self.env = {"PATH": "/bin"}
            def start(self):
                subprocess.run(["helper"], env=self.env)  # error
    """,
    "the closure of an outer function": """
        import subprocess
        def outer():
            env = {"PATH": "/bin"}
            def start():
                subprocess.run(["helper"], env=env)  # error
            return start
    """,
    "an async function that returns a tuple": """
        import subprocess
        async def prepared():
            return ["helper"], {"PATH": "/bin"}
        async def start():
            command, env = await prepared()
            subprocess.run(command, env=env)  # error
    """,
    "a wrapper that replaces": """
        import subprocess
        def launch(command, cwd, environment):
            return subprocess.Popen(command, cwd=cwd, env=environment)
        launch(["helper"], "/", {"PATH": "/bin"})  # error
    """,
    "two wrappers deep": """
        import subprocess
        def inner(command, env):
            return subprocess.Popen(command, env=env)
        def outer(command, block):
            return inner(command, env=block)
        outer(["helper"], {"PATH": "/bin"})  # error
    """,
    "a wrapper that copies what it is given": """
        import subprocess
        def launch(command, env):
            return subprocess.Popen(command, env=dict(env))
        launch(["helper"], {"PATH": "/bin"})  # error
    """,
    "a partial function": """
        import functools, subprocess
        run = functools.partial(subprocess.run, env={"PATH": "/bin"})
        run(["helper"])  # error
    """,
    "an alias of the module": """
        import subprocess as sp
        sp.Popen(["helper"], env={"PATH": "/bin"})  # error
    """,
    "an alias of the function": """
        from subprocess import Popen as start
        start(["helper"], env={"PATH": "/bin"})  # error
    """,
    "a conditional import": """
        try:
            from subprocess import run
        except ImportError:
            run = None
        run(["helper"], env={"PATH": "/bin"})  # error
    """,
    "check_output": """
        import subprocess
        subprocess.check_output("helper", shell=True, env={"PATH": "/bin"})  # error
    """,
    "asyncio exec": """
        import asyncio
        async def start():
            await asyncio.create_subprocess_exec("helper", env={"PATH": "/bin"})  # error
    """,
    "asyncio shell": """
        import asyncio
        async def start():
            await asyncio.create_subprocess_shell("helper", env={"PATH": "/bin"})  # error
    """,
    "exec with a positional environment": """
        import os
        os.execve("/bin/helper", ["helper"], {"PATH": "/bin"})  # error
    """,
    "exec on the path": """
        import os
        os.execvpe("helper", ["helper"], {"PATH": "/bin"})  # error
    """,
    "spawn": """
        import os
        os.spawnve(os.P_NOWAIT, "/bin/helper", ["helper"], {"PATH": "/bin"})  # error
    """,
    "posix_spawn": """
        import os
        os.posix_spawn("/bin/helper", ["helper"], {"PATH": "/bin"})  # error
    """,
    "the environment as the last argument of execle": """
        import os
        os.execle("/bin/helper", "helper", "--once", {"PATH": "/bin"})  # error
    """,
    "pexpect": """
        import pexpect
        pexpect.spawn("helper", env={"PATH": "/bin"})  # error
    """,
    "anyio": """
        import anyio
        async def start():
            await anyio.run_process(["helper"], env={"PATH": "/bin"})  # error
    """,
    "trio": """
        import trio
        async def start():
            await trio.run_process(["helper"], env={"PATH": "/bin"})  # error
    """,
    "twisted without an environment": """
        from twisted.internet import reactor
        reactor.spawnProcess(None, "helper", ["helper"])  # error: empty
    """,
    "MCP parameters without an environment": """
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper")  # error
    """,
    "MCP parameters with None": """
        from mcp.client.stdio import StdioServerParameters
        StdioServerParameters(command="helper", env=None)  # error
    """,
    "MCP parameters with an empty block": """
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper", env={})  # error
    """,
    "MCP parameters with another variable": """
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper", env={"TOKEN": "x"})  # error
    """,
    "an MCP transport of fastmcp": """
        from fastmcp.client.transports import StdioTransport
        StdioTransport("helper", [])  # error
    """,
}

KEEPS = {
    "names less others": """
        import os, subprocess
        subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() - {"OTHER"}})
        subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() & {"APP", "PATH"}})
    """,
    "names less what is not known": """
        import os, subprocess
        def start(drop):
            subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() - drop})
            subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() & drop})
    """,
    "a set that more is added to": """
        import os, subprocess
        KEEP = {"PATH"}
        KEEP.add("APP")
        subprocess.run(["helper"], env={k: os.environ[k] for k in os.environ.keys() & KEEP})
    """,
    "others are removed": """
        import os, subprocess
        env = dict(os.environ)
        for name in env.keys() - {"PATH", "APP"}:
            del env[name]
        for name in env.keys() & {"OTHER"}:
            del env[name]
        subprocess.run(["helper"], env=env)
    """,
    "a fold of blocks with the parent's": """
        import functools, operator, os, subprocess
        subprocess.run(["helper"], env=functools.reduce(operator.or_, [{"PATH": "/bin"}], dict(os.environ)))
        subprocess.run(["helper"], env=operator.or_(dict(os.environ), {"LANG": "C"}))
    """,
    "nothing passed": """
        import subprocess
        subprocess.run(["helper"])
    """,
    "None": """
        import subprocess
        subprocess.run(["helper"], env=None)
    """,
    "the parent's": """
        import os, subprocess
        subprocess.run(["helper"], env=os.environ)
    """,
    "an alias of the parent's": """
        import subprocess
        from os import environ as parent
        subprocess.run(["helper"], env={**parent, "LANG": "C"})
    """,
    "the parent's through another module": """
        import subprocess
        subprocess.run(["helper"], env=subprocess.os.environ.copy())
    """,
    "dict of it": """
        import os, subprocess
        subprocess.run(["helper"], env=dict(os.environ, LANG="C"))
    """,
    "dict of its items": """
        import os, subprocess
        subprocess.run(["helper"], env=dict(os.environ.items()))
    """,
    "copy.copy": """
        import copy, os, subprocess
        env = copy.copy(os.environ)
        env["LANG"] = "C"
        subprocess.run(["helper"], env=env)
    """,
    "the parent wins": """
        import os, subprocess
        subprocess.run(["helper"], env={"APP": "x", **os.environ})
    """,
    "union with the parent on the right": """
        import os, subprocess
        subprocess.run(["helper"], env={"LANG": "C"} | os.environ)
    """,
    "updated by the parent": """
        import os, subprocess
        env = {"LANG": "C"}
        env.update(os.environ)
        subprocess.run(["helper"], env=env)
    """,
    "a comprehension that drops nothing": """
        import os, subprocess
        subprocess.run(["helper"], env={k: str(v) for k, v in os.environ.items() if v is not None})
    """,
    "an allow-list that has it": """
        import os, subprocess
        KEPT = ("PATH", "APP")
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k in KEPT})
    """,
    "a deny-list without it": """
        import os, subprocess
        DENIED = {"SECRET"}
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k not in DENIED})
    """,
    "another variable is taken out": """
        import os, subprocess
        env = os.environ.copy()
        env.pop("SECRET", None)
        subprocess.run(["helper"], env=env)
    """,
    "taken out and put back": """
        import os, subprocess
        env = os.environ.copy()
        value = env.pop("APP", "x")
        env["APP"] = value
        subprocess.run(["helper"], env=env)
    """,
    "carried if the parent has it": """
        import os, subprocess
        env = {"PATH": "/bin"}
        if "APP" in os.environ:
            env["APP"] = os.environ["APP"]
        subprocess.run(["helper"], env=env)
    """,
    "spread if the parent has it": """
        import os, subprocess
        names = ("APP",)
        env = {"PATH": "/bin", **{name: os.environ[name] for name in names if name in os.environ}}
        subprocess.run(["helper"], env=env)
    """,
    "a wrapper that merges": """
        import os, subprocess
        def launch(command, extra_environ=None):
            return subprocess.Popen(command, env={**os.environ, **(extra_environ or {})})
        launch(["helper"], {"PATH": "/bin"})
    """,
    "a wrapper that merges in place": """
        import os, subprocess
        def launch(command, extra):
            env = os.environ.copy()
            env.update(extra)
            return subprocess.Popen(command, env=env)
        launch(["helper"], {"PATH": "/bin"})
    """,
    "keyword arguments without one": """
        import subprocess
        def launch(command, **options):
            return subprocess.Popen(command, **options)
        launch(["helper"], cwd="/")
    """,
    "the caller's, or the parent's": """
        import os, subprocess
        def launch(command, **options):
            env = options.pop("env", dict(os.environ))
            return subprocess.Popen(command, env=env, **options)
        launch(["helper"])
    """,
    "a parameter that is not known": """
        import subprocess
        def launch(command, env):
            return subprocess.Popen(command, env=env)
    """,
    "a parameter, else the parent's": """
        import os, subprocess
        def launch(command, env=None):
            if env is None:
                env = os.environ.copy()
            return subprocess.Popen(command, env=env)
        launch(["helper"])
    """,
    "names that are not known": """
        import json, os, subprocess
        kept = json.loads(os.environ["KEPT"])
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k in kept})
    """,
    "a key that is not known": """
        import subprocess, sys
        subprocess.run(["helper"], env={sys.argv[1]: "x"})
    """,
    "a loop over names that are not known": """
        import subprocess, sys
        env = {}
        for name in sys.argv[1:]:
            env[name] = "x"
        subprocess.run(["helper"], env=env)
    """,
    "a library builds it": """
        import subprocess
        from library import environment
        subprocess.run(["helper"], env=environment({"PATH": "/bin"}))
    """,
    "a name of the same spelling that is not subprocess": """
        class Runner:
            def run(self, command, env): ...
        subprocess = Runner()
        subprocess.run(["helper"], env={"PATH": "/bin"})
    """,
    "invoke adds": """
        import invoke
        invoke.run("helper", env={"PATH": "/bin"})
    """,
    "twisted with None": """
        from twisted.internet import reactor
        reactor.spawnProcess(None, "helper", ["helper"], env=None)
    """,
    "MCP parameters that carry it": """
        import os
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper", env={"APP": os.environ["APP"]})
    """,
    "MCP parameters with everything": """
        import os
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper", env=dict(os.environ))
    """,
    "anyio without an environment": """
        import anyio
        async def start():
            await anyio.run_process(["helper"])
    """,
    "execv inherits": """
        import os
        os.execv("/bin/helper", ["helper"])
    """,
    "execve with the parent's": """
        import os
        os.execve("/bin/helper", ["helper"], os.environ)
    """,
}

BARE = {
    "an empty block": """
        import subprocess
        subprocess.run(["helper"], env={})  # error: empty
    """,
    "a block that was meant to be added": """
        import subprocess
        subprocess.Popen(["helper"], env={"DEBUG": "1"})  # error: holds only DEBUG
    """,
    "through a wrapper": """
        import subprocess
        def launch(command, env):
            subprocess.run(command, env=env)
        launch(["helper"], {"DEBUG": "1"})  # error
    """,
    "in one branch": """
        import subprocess
        def start(debug):
            subprocess.run(["helper"], env={"DEBUG": "1"} if debug else None)  # error
    """,
    "with a path": """
        import os, subprocess
        subprocess.run(["helper"], env={"PATH": os.environ["PATH"], "DEBUG": "1"})
    """,
    "with a home": """
        import os, subprocess
        subprocess.run(["/bin/helper"], env={"HOME": os.environ["HOME"]})
    """,
    "filtered on purpose": """
        import os, subprocess
        subprocess.run(["helper"], env={k: v for k, v in os.environ.items() if k.startswith("APP_")})
    """,
    "MCP parameters": """
        from mcp import StdioServerParameters
        StdioServerParameters(command="helper")
        StdioServerParameters(command="helper", env={"TOKEN": "x"})
    """,
    "a parameter": """
        import subprocess
        def launch(command, env):
            subprocess.run(command, env=env)
    """,
}


REPAIRED = {
    "put into the process": """
        import os, subprocess
        os.putenv("APP", "main")
        subprocess.run(["x"])
    """,
    "under a patch": """
        import os, subprocess
        from unittest.mock import patch
        @patch.dict(os.environ, {"APP": "main"})
        def start():
            subprocess.run(["x"])
    """,
    "with the parent's value or the default": """
        import os, subprocess
        subprocess.run(["x"], env={**os.environ, "APP": os.environ.get("APP", "main")})
    """,
    "the default first, then the parent's": """
        import os, subprocess
        subprocess.run(["x"], env={"APP": "main", **os.environ})
    """,
    "by union": """
        import os, subprocess
        subprocess.run(["x"], env=os.environ | {"APP": "main"})
    """,
    "by item": """
        import os, subprocess
        env = os.environ.copy()
        env["APP"] = "main"
        subprocess.run(["x"], env=env)
    """,
    "by setdefault": """
        import os, subprocess
        env = dict(os.environ)
        env.setdefault("APP", "main")
        subprocess.run(["x"], env=env)
    """,
    "if it is missing": """
        import os, subprocess
        env = os.environ.copy()
        if "APP" not in env:
            env["APP"] = "main"
        subprocess.run(["x"], env=env)
    """,
    "if it is missing or empty": """
        import os, subprocess
        env = os.environ.copy()
        if not env.get("APP"):
            env["APP"] = "main"
        subprocess.run(["x"], env=env)
    """,
    "by a helper": """
        import os, subprocess
        def environment():
            return {**os.environ, "APP": os.environ.get("APP") or "main"}
        subprocess.run(["x"], env=environment())
    """,
    "in a wrapper, where the caller gives none": """
        import os, subprocess
        def launch(command, env=None):
            if env is None:
                env = {**os.environ, "APP": "main"}
            subprocess.run(command, env=env)
        launch(["x"])
    """,
    "in a wrapper, by a conditional expression": """
        import os, subprocess
        def launch(command, env=None):
            block = {"APP": "main", **(os.environ if env is None else env)}
            subprocess.run(command, env=block)
        launch(["x"])
    """,
    "in the constructor": """
        import os, subprocess
        class Runner:
            def __init__(self, env=None):
                self.env = env or {**os.environ, "APP": "main"}
            def start(self):
                subprocess.run(["x"], env=self.env)
        Runner().start()
    """,
    "in the parent itself": """
        import os, subprocess
        os.environ.setdefault("APP", "main")
        subprocess.run(["x"])
    """,
}


@pytest.mark.parametrize("idiom", REPAIRED)
def test_a_variable_that_is_repaired_on_the_way_is_not_found(idiom: str) -> None:
    assert not check_findings(UNREPAIRED, REPAIRED[idiom], ENSURED)


@pytest.mark.parametrize("idiom", DROPS)
def test_a_block_that_drops_the_variable_is_found(idiom: str) -> None:
    assert check_findings(RULE, DROPS[idiom], POLICY)


@pytest.mark.parametrize("idiom", KEEPS)
def test_a_block_that_keeps_or_may_keep_the_variable_is_not(idiom: str) -> None:
    assert not check_findings(RULE, KEEPS[idiom], POLICY)


@pytest.mark.parametrize("idiom", BARE)
def test_without_a_policy_only_what_lost_everything_is_found(idiom: str) -> None:
    check_findings(RULE, BARE[idiom])
