"""Values that travel: through functions, modules, closures, decorators and whatever else hands them on."""

import pytest

from .programs import Files, expected, spawns

PROGRAMS: dict[str, str | Files] = {
    "what a module passes on from the one library that is there": {
        "compat.py": """
            import sys
            try:
                from subprocess32 import Popen
            except ImportError:
                from subprocess import Popen
            if sys.version_info >= (3, 11):
                from subprocess import run as launch
            else:
                from subprocess import call as launch
        """,
        "app.py": """
            import compat
            from compat import Popen
            Popen(["a"])  # inherits
            compat.launch(["a"], env={})  # empty
        """,
    },
    "what a decorator hands to a function first": """
        import nox
        from invoke import task
        @nox.session
        def tests(session):
            session.run("pytest", env={"A": "1"})  # full sets=A
        @task
        def build(c):
            c.run("make")  # inherits
    """,
    "what an annotation says a function is called with": """
        import nox
        from invoke import Context
        def tests(session: nox.Session):
            session.run_install("pip", env={"A": "1"})  # full sets=A
        def build(c: "Context"):
            c.run("make")  # inherits
    """,
    "a part of an object under a name": """
        import os, subprocess
        def start(hub, user):
            env = {**os.environ, "HOST": hub.host, "A": user}
            subprocess.run(["a"], env=env)  # full sets=HOST,A
        def by_user(user):
            start(None, user)  # full sets=HOST,A
        def by_hub(hub):
            other(hub)
        def other(hub):
            subprocess.run(["a"], env={"HOST": hub.host})  # partial sets=HOST
    """,
    "a helper that builds and returns": """
        import os, subprocess
        def block():
            env = os.environ.copy()
            env["A"] = "1"
            return env
        subprocess.run(["a"], env=block())  # full sets=A
    """,
    "a helper that narrows": """
        import os, subprocess
        def block():
            return {"PATH": os.environ["PATH"]}
        subprocess.run(["a"], env=block())  # partial sets=PATH
    """,
    "a helper that changes its argument and returns it": """
        import os, subprocess
        def cleaned(env):
            env.pop("A", None)
            return env
        subprocess.run(["a"], env=cleaned(os.environ.copy()))  # filtered drops=A
    """,
    "a helper that changes its argument in place": """
        import os, subprocess
        def add(env):
            env["A"] = "1"
        env = os.environ.copy()
        add(env)
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "a helper that copies does not change its argument": """
        import os, subprocess
        def cleaned(env):
            env = dict(env)
            env.pop("A", None)
            return env
        env = os.environ.copy()
        cleaned(env)
        subprocess.run(["a"], env=env)  # full
    """,
    "a helper with a parameter for the base": """
        import os, subprocess
        def block(base=None):
            env = dict(os.environ if base is None else base)
            env["A"] = "1"
            return env
        subprocess.run(["a"], env=block())  # full sets=A
        subprocess.run(["a"], env=block({"B": "2"}))  # partial sets=B,A
    """,
    "a helper that returns early": """
        import os, subprocess
        def block(clean=False):
            if clean:
                return {}
            return dict(os.environ)
        subprocess.run(["a"], env=block())  # full
        subprocess.run(["a"], env=block(clean=True))  # empty
    """,
    "a helper that returns a pair": """
        import os, subprocess
        def plan():
            return ["a"], {"A": "1"}
        command, env = plan()
        subprocess.run(command, env=env)  # partial sets=A
    """,
    "an async helper that returns a pair": """
        import asyncio, os
        async def plan():
            return ["a"], {**os.environ, "A": "1"}
        async def main():
            command, env = await plan()
            await asyncio.create_subprocess_exec(*command, env=env)  # full sets=A
    """,
    "a wrapper is a sink": """
        import subprocess
        def launch(command, env):
            subprocess.Popen(command, env=env)  # passthrough
        launch(["a"], {"A": "1"})  # partial sets=A
    """,
    "a wrapper of a wrapper": """
        import os, subprocess
        def inner(command, env):
            subprocess.Popen(command, env=env)  # passthrough
        def middle(command, extra):
            inner(command, {**os.environ, **extra})  # full
        def outer(block):
            inner(["a"], block)  # passthrough
        outer({"A": "1"})  # partial sets=A
        middle(["a"], {"A": "1"})  # full sets=A
    """,
    "a wrapper that merges undoes a narrow block": """
        import os, subprocess
        def launch(command, env=None):
            merged = {**os.environ, **(env or {})}
            subprocess.Popen(command, env=merged)  # full
        launch(["a"], {"A": "1"})  # full sets=A
    """,
    "a wrapper with its own words": """
        import os, subprocess
        def launch(command, extra_environ, unset_environ):
            env = os.environ.copy()
            env.update(extra_environ)
            for name in unset_environ:
                env.pop(name, None)
            subprocess.Popen(command, env=env)  # filtered
        launch(["a"], {"A": "1"}, ["B"])  # filtered sets=A drops=B
    """,
    "a wrapper with a positional environment": """
        import subprocess
        def launch(program, arguments, cwd, env):
            subprocess.Popen([program, *arguments], cwd=cwd, env=env)  # passthrough
        launch("a", [], "/", {"A": "1"})  # partial sets=A
    """,
    "a wrapper that hands on its arguments": """
        import subprocess
        def launch(*args, **kwargs):
            subprocess.run(*args, **kwargs)  # passthrough | inherits
        launch(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a recursive wrapper": """
        import subprocess
        def launch(command, env, tries=3):
            if tries:
                launch(command, env, tries - 1)  # passthrough
            subprocess.run(command, env=env)  # passthrough
        launch(["a"], {"A": "1"})  # partial sets=A
    """,
    "two functions that call each other": """
        import subprocess
        def even(env, n):
            if n:
                odd(env, n - 1)  # passthrough
            subprocess.run(["a"], env=env)  # passthrough
        def odd(env, n):
            even(env, n - 1)  # passthrough
        odd({"A": "1"}, 3)  # partial sets=A
    """,
    "a closure": """
        import os, subprocess
        def outer():
            env = {**os.environ, "A": "1"}
            def inner():
                subprocess.run(["a"], env=env)  # full sets=A
            inner()
    """,
    "a closure over a parameter": """
        import subprocess
        def outer(env):
            def inner():
                subprocess.run(["a"], env=env)  # passthrough
            inner()
        outer({"A": "1"})  # partial sets=A
    """,
    "a closure over what is changed later": """
        import os, subprocess
        def outer():
            env = os.environ.copy()
            def inner():
                subprocess.run(["a"], env=env)  # filtered drops=A
            env.pop("A", None)
            inner()
    """,
    "a partial": """
        import functools, subprocess
        launch = functools.partial(subprocess.run, env={"A": "1"})
        launch(["a"])  # partial sets=A
    """,
    "a partial that is overruled": """
        import functools, os, subprocess
        launch = functools.partial(subprocess.run, env={"A": "1"})
        launch(["a"], env=os.environ)  # full
    """,
    "a partial of a project function": """
        import functools, subprocess
        def launch(env, command):
            subprocess.run(command, env=env)  # passthrough
        narrow = functools.partial(launch, {"A": "1"})
        narrow(["a"])  # partial sets=A
    """,
    "a lambda": """
        import subprocess
        launch = lambda command: subprocess.run(command, env={"A": "1"})  # partial sets=A
        launch(["a"])
    """,
    "a decorated wrapper": """
        import functools, subprocess
        def retried(function):
            @functools.wraps(function)
            def again(*args, **kwargs):
                return function(*args, **kwargs)
            return again
        @retried
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        launch(["a"], {"A": "1"})  # partial sets=A
    """,
    "a decorator from outside": """
        import subprocess, tenacity
        @tenacity.retry
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        launch(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a cached helper": """
        import functools, os, subprocess
        @functools.lru_cache(maxsize=1)
        def block():
            return {**os.environ, "A": "1"}
        subprocess.run(["a"], env=block())  # full sets=A
    """,
    "a context manager that gives the block": """
        import contextlib, os, subprocess
        @contextlib.contextmanager
        def block():
            yield {**os.environ, "A": "1"}
        with block() as env:
            subprocess.run(["a"], env=env)  # full sets=A
    """,
    "an asynchronous context manager": """
        import asyncio, contextlib
        @contextlib.asynccontextmanager
        async def block():
            yield {"A": "1"}
        async def main():
            async with block() as env:
                await asyncio.create_subprocess_exec("a", env=env)  # partial sets=A
    """,
    "a class that is a context manager": """
        import os, subprocess
        class Block:
            def __enter__(self):
                return {"A": "1"}
            def __exit__(self, *exception):
                pass
        with Block() as env:
            subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "a generator": """
        import os, subprocess
        def blocks():
            yield {"A": "1"}
        for env in blocks():
            subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "a function handed to a thread": """
        import asyncio, subprocess
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        async def main():
            await asyncio.to_thread(launch, ["a"], {"A": "1"})  # partial sets=A
    """,
    "a function handed to a pool": """
        import subprocess
        from concurrent.futures import ThreadPoolExecutor
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        with ThreadPoolExecutor() as pool:
            pool.submit(launch, ["a"], env={"A": "1"})  # partial sets=A
    """,
    "a spawner handed to a thread": """
        import asyncio, subprocess
        async def main():
            await asyncio.to_thread(subprocess.run, ["a"], env={"A": "1"})  # partial sets=A
    """,
    "a constant of another module": {
        "pkg/__init__.py": "",
        "pkg/settings.py": 'BLOCK = {"A": "1"}\n',
        "pkg/run.py": """
            import subprocess
            from pkg.settings import BLOCK
            subprocess.run(["a"], env=BLOCK)  # partial sets=A
        """,
    },
    "a helper of another module under its dotted name": {
        "pkg/__init__.py": "",
        "pkg/blocks.py": """
            import os
            def block():
                return {**os.environ, "A": "1"}
        """,
        "pkg/run.py": """
            import subprocess
            import pkg.blocks
            subprocess.run(["a"], env=pkg.blocks.block())  # full sets=A
        """,
    },
    "a relative import": {
        "pkg/__init__.py": "",
        "pkg/blocks.py": 'BLOCK = {"A": "1"}\n',
        "pkg/deep/__init__.py": "",
        "pkg/deep/run.py": """
            import subprocess
            from ..blocks import BLOCK
            from .. import blocks
            subprocess.run(["a"], env=BLOCK)  # partial sets=A
            subprocess.run(["a"], env=blocks.BLOCK)  # partial sets=A
        """,
    },
    "a re-export": {
        "pkg/__init__.py": "from .blocks import block as environment\n",
        "pkg/blocks.py": """
            import os
            def block():
                return dict(os.environ)
        """,
        "run.py": """
            import subprocess
            from pkg import environment
            subprocess.run(["a"], env=environment())  # full
        """,
    },
    "a star import with __all__": {
        "pkg/__init__.py": "from .blocks import *\n",
        "pkg/blocks.py": """
            __all__ = ["block"]
            HIDDEN = {"A": "1"}
            def block():
                return {"B": "1"}
        """,
        "run.py": """
            import subprocess
            from pkg import *
            subprocess.run(["a"], env=block())  # partial sets=B
        """,
    },
    "a star import without __all__": {
        "blocks.py": 'BLOCK = {"A": "1"}\n_HIDDEN = {"B": "1"}\n',
        "run.py": """
            import subprocess
            from blocks import *
            subprocess.run(["a"], env=BLOCK)  # partial sets=A
        """,
    },
    "a conditional import": {
        "app.py": """
            import subprocess
            try:
                from fast import block
            except ImportError:
                from slow import block
            subprocess.run(["a"], env=block())  # partial sets=B
        """,
        "slow.py": 'def block():\n    return {"B": "1"}\n',
        "fast.py": 'def block():\n    return {"B": "2"}\n',
    },
    "an import within a function": {
        "app.py": """
            def start():
                import subprocess
                from blocks import block
                subprocess.run(["a"], env=block())  # partial sets=B
        """,
        "blocks.py": 'def block():\n    return {"B": "1"}\n',
    },
    "an import for type checking only": {
        "app.py": """
            from __future__ import annotations
            from typing import TYPE_CHECKING
            import subprocess
            if TYPE_CHECKING:
                from launcher import Launcher
            def start(launcher: Launcher):
                launcher.launch({"A": "1"})  # partial sets=A
        """,
        "launcher.py": """
            import subprocess
            class Launcher:
                def launch(self, env):
                    subprocess.run(["a"], env=env)  # passthrough
        """,
    },
    "modules that import each other": {
        "a.py": """
            import b
            BLOCK = {"A": "1"}
            def start():
                b.launch(BLOCK)  # partial sets=A
        """,
        "b.py": """
            import subprocess
            import a
            def launch(env):
                subprocess.run(["a"], env=env)  # passthrough
            def again():
                subprocess.run(["a"], env=a.BLOCK)  # partial sets=A
        """,
    },
    "a src layout": {
        "src/pkg/__init__.py": "",
        "src/pkg/blocks.py": 'BLOCK = {"A": "1"}\n',
        "tests/test_pkg.py": """
            import subprocess
            from pkg.blocks import BLOCK
            subprocess.run(["a"], env=BLOCK)  # partial sets=A
        """,
    },
    "a namespace package": {
        "space/one/blocks.py": 'BLOCK = {"A": "1"}\n',
        "space/two/run.py": """
            import subprocess
            from space.one import blocks
            subprocess.run(["a"], env=blocks.BLOCK)  # partial sets=A
        """,
    },
    "a script beside its helper": {
        "scripts/helper.py": 'BLOCK = {"A": "1"}\n',
        "scripts/run.py": """
            import subprocess
            from helper import BLOCK
            subprocess.run(["a"], env=BLOCK)  # partial sets=A
        """,
    },
    "a sink of another module, called through an alias": {
        "procs.py": """
            import subprocess
            def launch(command, env=None):
                subprocess.run(command, env=env)  # passthrough | inherits
        """,
        "app.py": """
            import procs as p
            start = p.launch
            start(["a"], {"A": "1"})  # partial sets=A
            start(["a"])  # inherits
        """,
    },
    "the module under a name of the standard library": {
        "pkg/__init__.py": "",
        "pkg/subprocess.py": """
            def run(command, env=None):
                return command, env
        """,
        "pkg/app.py": """
            from pkg import subprocess
            subprocess.run(["a"], env={"A": "1"})
        """,
    },
    "the standard library itself": {
        "subprocess.py": """
            class Popen:
                def __init__(self, args, env=None):
                    self.args = args
            def run(*args, **kwargs):
                return Popen(*args, **kwargs)
        """,
        "os.py": """
            environ = dict()
            def system(command):
                return 0
        """,
        "antigravity.py": """
            import os, subprocess
            from subprocess import Popen as start
            subprocess.run(["a"], env={**os.environ, "A": "1"})  # full sets=A
            start(["a"], env={"A": "1"})  # partial sets=A
            os.system("a")  # inherits
        """,
    },
    "a constant changed at module level later": """
        import os, subprocess
        BLOCK = {}
        def start():
            subprocess.run(["a"], env=BLOCK)  # full sets=A
        BLOCK.update(os.environ)
        BLOCK["A"] = "1"
    """,
    "a default taken from another module": {
        "settings.py": 'BLOCK = {"A": "1"}\n',
        "app.py": """
            import settings, subprocess
            def start(env=settings.BLOCK):
                subprocess.run(["a"], env=env)  # passthrough | partial
        """,
    },
    "a callable for a parameter with a default": """
        import os, subprocess
        def run(*cmd, env=None, **kwargs):
            return subprocess.run(cmd, env=env, **kwargs)  # passthrough | inherits
        def homely(*cmd, home, env=None, **kwargs):
            env = dict(env if env is not None else os.environ, HOME=home)
            return run(*cmd, env=env, **kwargs)  # full sets=HOME | passthrough
        def commit(*args, fn=run, **kwargs):
            kwargs.setdefault("stderr", None)
            return fn("git", *args, **kwargs)  # passthrough | inherits
        def by_default():
            commit("a")  # inherits
        def by_another():
            commit("a", fn=homely, home="/srv")  # full sets=HOME
        def through(*args, fn=run, **kwargs):
            commit(*args, fn=fn, **kwargs)  # passthrough | inherits
        def from_afar():
            through("a", fn=homely, home="/srv")  # full sets=HOME
    """,
    "callables that hand each other on": """
        import subprocess
        def run(fn=None, env=None):
            subprocess.run(["a"], env=env)  # passthrough | inherits
        def first(fn=run, env=None):
            fn(env=env)  # passthrough | inherits
        def second(fn=run, env=None):
            fn(fn=first, env=env)  # passthrough | inherits
        def main():
            first(fn=second, env={"A": "1"})  # partial sets=A
        def endless(fn=run, env=None):
            fn(fn=fn, env=env)  # passthrough | inherits
        endless(fn=endless, env={"A": "1"})
    """,
    "a dispatch table": """
        import subprocess
        def narrow(command):
            subprocess.run(command, env={"A": "1"})  # partial sets=A
        ACTIONS = {"narrow": narrow}
        ACTIONS["narrow"](["a"])
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block_is_followed_to_where_it_is_used(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
