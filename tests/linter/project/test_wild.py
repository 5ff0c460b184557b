"""Programs as they are met in the wild: wrappers, configurations, containers and helpers put together."""

import pytest

from .programs import Files, expected, spawns

PROGRAMS: dict[str, str | Files] = {
    "functions of one name, each with its own call": """
        import os, subprocess, app
        @app.cell
        def _():
            subprocess.run(["a"], env={"A": "1"})  # partial sets=A
        @app.cell
        def _():
            subprocess.run(["a"], env=os.environ)  # full
    """,
    "a wrapper defined on both sides of a branch": """
        import os, subprocess, app
        if app.FAST:
            def launch(cmd, env=None):
                subprocess.run(cmd, env=env)  # passthrough | inherits
        else:
            def launch(cmd, env=None):
                subprocess.run(cmd, env={**os.environ, **(env or {})})  # full
        launch(["a"], env={"A": "1"})  # partial sets=A | full
    """,
    "a wrapper under overloads": """
        import subprocess
        from typing import overload
        class Runner:
            @overload
            def go(self, cmd: str): ...
            @overload
            def go(self, cmd: list, env: dict): ...
            def go(self, cmd, env=None):
                subprocess.run(cmd, env=env)  # passthrough | inherits
        Runner().go(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a property with a setter": """
        import os, subprocess
        class Runner:
            @property
            def env(self):
                return {**os.environ, "A": "1"}
            @env.setter
            def env(self, value):
                self.other = value
            def go(self):
                subprocess.run(["a"], env=self.env)  # full sets=A
    """,
    "modules that an object imports by name when they are asked for": """
        from importlib import import_module
        class Modules:
            def __getattr__(self, name):
                module = import_module(name)
                setattr(self, name, module)
                return module
        class Platform:
            def __init__(self):
                self.__modules = Modules()
            @property
            def modules(self):
                return self.__modules
            def run(self, cmd, **kwargs):
                return self.modules.subprocess.run(cmd, **kwargs)  # passthrough | inherits
        Platform().run(["a"], env={"A": "1"})  # partial sets=A
    """,
    "names that are None are left out by whoever gets them": """
        import os, subprocess
        DENIED = frozenset(["A", "B"])
        def run(cmd, env):
            env = {name: value for name, value in env.items() if value is not None}
            subprocess.run(cmd, env=env)  # passthrough
        run(["a"], {**os.environ, **dict.fromkeys(DENIED)})  # filtered drops=A,B
        run(["a"], {"A": None})  # empty drops=A
    """,
    "a block from either side of a branch, recoded": """
        import os, subprocess
        def text(value):
            if isinstance(value, bytes):
                value = value.decode()
            return value
        def start(config):
            if config.container:
                env = os.environ.copy()
                env.update(config.env)
            else:
                env = config.env
            env = {text(name): text(value) for name, value in env.items()}
            subprocess.run(["a"], env=env)  # full | passthrough
        def other(names):
            env = {"X_" + name: value for name, value in os.environ.items()}
            subprocess.run(["a"], env=env)  # filtered
    """,
    "keywords that a fixture fills up": """
        import os, subprocess
        def run(cmd, **kw):
            kw.setdefault("env", os.environ.copy()).update({"LANG": "C"})
            subprocess.run(cmd, **kw)  # full | passthrough
        run(["a"])  # full
    """,
    "a module imported from its package in the package itself": {
        "kit/__init__.py": "from kit import start\n",
        "kit/start.py": "import subprocess\ndef go(env):\n    subprocess.run(['a'], env=env)  # passthrough\n",
        "app.py": "import kit\nkit.start.go({'A': '1'})  # partial sets=A\n",
    },
    "a library of the same name as a module beside": {
        "kit/__init__.py": "",
        "kit/pexpect.py": "def go(env):\n    import pexpect\n    pexpect.spawn('a', env=env)  # passthrough\n",
    },
    "a partial with a block": """
        import os, subprocess, functools
        run = functools.partial(subprocess.run, env={"A": "1"}, check=True)
        run(["a"])  # partial sets=A
        run(["a"], env=os.environ)  # full
    """,
    "a data class with an optional block": """
        import os, subprocess
        from dataclasses import dataclass
        @dataclass(frozen=True)
        class Job:
            cmd: list
            env: dict | None = None
            def start(self):
                return subprocess.Popen(self.cmd, env=self.env)  # passthrough | inherits
        Job(["a"])  # inherits
        Job(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a wrapper under a decorator of the project": """
        import os, subprocess, functools
        def retry(f):
            @functools.wraps(f)
            def inner(*args, **kwargs):
                return f(*args, **kwargs)
            return inner
        @retry
        def launch(cmd, env=None):
            subprocess.run(cmd, env=env)  # passthrough | inherits
        launch(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a context manager that yields the block": """
        import os, subprocess, contextlib
        @contextlib.contextmanager
        def clean():
            env = dict(os.environ)
            env.pop("A", None)
            yield env
        with clean() as env:
            subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "attributes of a settings object and of its class": """
        import os, subprocess
        class Settings:
            base_env = {"A": "1"}
            def __init__(self):
                self.child_env = {**os.environ, **self.base_env}
        settings = Settings()
        subprocess.run(["a"], env=settings.child_env)  # full sets=A
        subprocess.run(["a"], env=Settings.base_env)  # partial sets=A
    """,
    "a star import with __all__": {
        "a.py": """
            import os
            __all__ = ["ENV"]
            ENV = {**os.environ, "A": "1"}
        """,
        "app.py": """
            import subprocess
            from a import *
            subprocess.run(["a"], env=ENV)  # full sets=A
        """,
    },
    "a conditional import": {
        "app.py": """
            try:
                from subprocess32 import Popen
            except ImportError:
                from subprocess import Popen
            Popen(["a"], env={"A": "1"})  # partial sets=A
        """,
    },
    "a wrapper that a package passes on": {
        "pkg/__init__.py": """
            from .proc import launch as start
        """,
        "pkg/proc.py": """
            import subprocess
            def launch(cmd, *, env):
                return subprocess.Popen(cmd, env=env)  # passthrough
        """,
        "app.py": """
            import pkg
            pkg.start(["a"], env={})  # empty
        """,
    },
    "parameters of an MCP server from a literal configuration": """
        from mcp import StdioServerParameters
        CONFIG = {"command": "x", "args": [], "env": {"A": "1"}}
        StdioServerParameters(**CONFIG)  # partial sets=A
        StdioServerParameters(command=CONFIG["command"], env=CONFIG["env"])  # partial sets=A
    """,
    "a class attribute that a derived class sets": """
        import os, subprocess
        class Base:
            env = None
            def start(self):
                subprocess.Popen(["a"], env=self.env)  # inherits | partial
        class Narrow(Base):
            env = {"A": "1"}
    """,
    "filter over the items": """
        import os, subprocess
        subprocess.run(["a"], env=dict(filter(lambda kv: kv[0] != "A", os.environ.items())))  # filtered drops=A
    """,
    "a function by its name": """
        import os, subprocess
        run = getattr(subprocess, "run")
        run(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a table of functions": """
        import os, subprocess
        def a(env): subprocess.run(["a"], env=env)  # passthrough
        def b(env): subprocess.Popen(["a"], env=env)  # passthrough
        TABLE = {"a": a, "b": b}
        TABLE["a"]({"A": "1"})  # partial sets=A
    """,
    "a named tuple, unpacked and asked": """
        import subprocess
        from typing import NamedTuple
        class Plan(NamedTuple):
            cmd: list
            env: dict
        def plan(): return Plan(["a"], {"A": "1"})
        cmd, env = plan()
        subprocess.run(cmd, env=env)  # partial sets=A
        subprocess.run(["a"], env=plan().env)  # partial sets=A
    """,
    "a typed dictionary handed over": """
        import os
        from typing import TypedDict
        from mcp import StdioServerParameters
        class Conf(TypedDict, total=False):
            command: str
            env: dict
        def make(conf: Conf):
            return StdioServerParameters(command=conf["command"], env=conf.get("env"))  # passthrough | filtered
        make({"command": "a"})  # filtered
        make({"command": "a", "env": {"A": "1"}})  # partial sets=A
    """,
    "three helpers in a row": """
        import os, subprocess
        def base(): return os.environ.copy()
        def with_path(env, p): return {**env, "PATH": p}
        def without(env, *names): return {k: v for k, v in env.items() if k not in names}
        subprocess.run(["a"], env=without(with_path(base(), "x"), "A", "B"))  # filtered
    """,
    "a generator of pairs": """
        import os, subprocess
        def pairs():
            for k, v in os.environ.items():
                if k != "A":
                    yield k, v
        subprocess.run(["a"], env=dict(pairs()))  # filtered
    """,
    "a match statement": """
        import os, subprocess
        def go(mode):
            match mode:
                case "clean":
                    env = {}
                case _:
                    env = dict(os.environ)
            subprocess.run(["a"], env=env)  # empty | full
    """,
    "a subclass of Popen with a block of its own": """
        import os, subprocess
        class Popen(subprocess.Popen):
            def __init__(self, args, env=None, **kw):
                if env is None:
                    env = {"A": "1"}
                super().__init__(args, env=env, **kw)  # partial sets=A | passthrough
        Popen(["a"])  # partial sets=A
        Popen(["a"], env=None)  # partial sets=A
    """,
    "a while loop that pops names": """
        import os, subprocess
        env = os.environ.copy()
        names = ["A", "B"]
        while names:
            env.pop(names.pop(), None)
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a thread": """
        import threading, subprocess
        def work(env):
            subprocess.run(["a"], env=env)  # passthrough
        threading.Thread(target=work, args=({"A": "1"},)).start()  # partial sets=A
    """,
    "sets of names": """
        import os, subprocess
        SAFE = {"PATH", "HOME"}
        subprocess.run(["a"], env={k: os.environ[k] for k in SAFE & os.environ.keys()})  # filtered
        subprocess.run(["a"], env={k: os.environ[k] for k in set(os.environ) - SAFE})  # filtered drops=PATH,HOME
    """,
    "a union in place with an option": """
        import os, subprocess
        def go(extra: dict | None = None, clean: bool = False):
            env = {} if clean else dict(os.environ)
            env |= extra or {}
            subprocess.run(["a"], env=env)  # full | empty | passthrough
        go(clean=True)  # empty
        go({"A": "1"}, True)  # partial sets=A
    """,
    "a cached helper": """
        import os, subprocess, functools
        @functools.lru_cache(maxsize=None)
        def env():
            return {**os.environ, "A": "1"}
        subprocess.run(["a"], env=dict(env()))  # full sets=A
    """,
    "a simple namespace": """
        import os, subprocess
        from types import SimpleNamespace
        cfg = SimpleNamespace(env={"A": "1"})
        subprocess.run(["a"], env=cfg.env)  # partial sets=A
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_met_in_the_wild_is_understood(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
