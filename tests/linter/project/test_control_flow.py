"""Programs whose order of events decides: aliases, returns, exceptions, loops, deletion, and names that mislead."""

import pytest

from .programs import Files, expected, spawns

PROGRAMS: dict[str, str | Files] = {
    "what another platform does": """
        import os, subprocess, sys
        def start():
            if sys.platform != "win32":
                return subprocess.run(["a"])  # inherits
            return subprocess.run(["a"], env={"A": "1"})  # partial sets=A
        def stop():
            env = dict(os.environ)
            if os.name == "posix":
                raise OSError
            env.pop("A")
            subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "what a constant keeps from running": """
        import os, subprocess
        DEBUG = False
        env = {"A": "1"}
        def start():
            if not DEBUG:
                return os.environ
            subprocess.run(["a"], env=env)  # partial sets=A
            return {}
        subprocess.run(["a"], env=start())  # full
    """,
    "a loop over what is empty so far": """
        import subprocess
        class Base:
            programs = ()
            def start(self):
                env = {}
                for program in self.programs:
                    env["A"] = program
                    subprocess.run([program], env=env)  # partial sets=A
                subprocess.run(["a"], env=env)  # empty
        [subprocess.run([name]) for name in []]  # inherits
    """,
    "an alias sees a later change": """
        import os, subprocess
        env = os.environ.copy()
        other = env
        other.pop("A", None)
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "a change of a module's block in a function": """
        import os, subprocess
        ENV = dict(os.environ)
        def start():
            ENV.pop("A", None)
            subprocess.run(["a"], env=ENV)  # filtered drops=A
    """,
    "a change of a module's block under a flag": """
        import os, subprocess
        ENV = dict(os.environ)
        def start(strict=False):
            if strict:
                ENV.pop("A", None)
            subprocess.run(["a"], env=ENV)  # full | filtered
    """,
    "a change of the outer function's block": """
        import os, subprocess
        def outer():
            env = dict(os.environ)
            def inner():
                env.pop("A", None)
                subprocess.run(["a"], env=env)  # filtered drops=A
            inner()
    """,
    "a copy does not": """
        import os, subprocess
        env = os.environ.copy()
        other = env.copy()
        other.pop("A", None)
        subprocess.run(["a"], env=env)  # full
    """,
    "a dict of a dict is a copy": """
        import os, subprocess
        base = {"A": "1"}
        env = dict(base)
        env["B"] = "2"
        subprocess.run(["a"], env=base)  # partial sets=A
    """,
    "a dict within a dict is shared": """
        import os, subprocess
        options = {"env": os.environ.copy()}
        options["env"].pop("A", None)
        subprocess.run(["a"], **options)  # filtered drops=A
    """,
    "union in place changes the alias too": """
        import os, subprocess
        env = {"A": "1"}
        other = env
        other |= os.environ
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "a union does not change its sides": """
        import os, subprocess
        env = {"A": "1"}
        other = env | os.environ
        subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "copy.copy of os.environ is os.environ": """
        import copy, os, subprocess
        env = copy.copy(os.environ)
        env["A"] = "1"
        subprocess.run(["a"])  # inherits
        subprocess.run(["a"], env=env)  # full
    """,
    "a list of blocks": """
        import os, subprocess
        blocks = [dict(os.environ), {"A": "1"}]
        subprocess.run(["a"], env=blocks[0])  # full
        subprocess.run(["a"], env=blocks[1])  # partial sets=A
        for env in blocks:
            subprocess.run(["a"], env=env)  # full | partial
    """,
    "blocks by name": """
        import os, subprocess
        BLOCKS = {"wide": dict(os.environ), "narrow": {"A": "1"}}
        subprocess.run(["a"], env=BLOCKS["wide"])  # full
        subprocess.run(["a"], env=BLOCKS["narrow"])  # partial sets=A
    """,
    "code after a return is not reached": """
        import os, subprocess
        def start():
            env = os.environ.copy()
            subprocess.run(["a"], env=env)  # full
            return
            env.clear()
    """,
    "an exception falls back to less": """
        import os, subprocess
        try:
            env = {**os.environ, "A": open("a").read()}
        except OSError:
            env = {}
        subprocess.run(["a"], env=env)  # full sets=A | empty
    """,
    "an exception after the change": """
        import os, subprocess
        env = os.environ.copy()
        try:
            env["A"] = open("a").read()
        except OSError:
            pass
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "an exception that leaves": """
        import os, subprocess
        def start():
            try:
                env = dict(os.environ)
            except OSError:
                return
            subprocess.run(["a"], env=env)  # full
    """,
    "finally changes it in any case": """
        import os, subprocess
        env = os.environ.copy()
        try:
            pass
        finally:
            env.pop("A", None)
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "else of a try": """
        import os, subprocess
        env = None
        try:
            home = open("a").read()
        except OSError:
            env = os.environ.copy()
        else:
            env = {"APP_HOME": home}
        subprocess.run(["a"], env=env)  # partial sets=APP_HOME | full
    """,
    "else of a loop": """
        import os, subprocess, sys
        for argument in sys.argv:
            if argument:
                env = {"A": "1"}
                break
        else:
            env = os.environ.copy()
        subprocess.run(["a"], env=env)  # full | partial
    """,
    "a loop that breaks at the first": """
        import os, subprocess
        for env in (dict(os.environ), {"A": "1"}):
            break
        subprocess.run(["a"], env=env)  # full
    """,
    "a loop that continues": """
        import os, subprocess
        env = dict(os.environ)
        for name in ("A", "B"):
            if name == "A":
                continue
            env.pop(name, None)
        subprocess.run(["a"], env=env)  # filtered drops=B
    """,
    "a while loop": """
        import os, subprocess
        env = os.environ.copy()
        while "A" in env:
            env.pop("A")
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "a retry loop": """
        import os, subprocess
        def start():
            env = {"A": "1"}
            while True:
                try:
                    return subprocess.run(["a"], env=env)  # partial sets=A | full
                except OSError:
                    env = dict(os.environ)
    """,
    "a name deleted and bound again": """
        import os, subprocess
        env = {"A": "1"}
        del env
        env = os.environ
        subprocess.run(["a"], env=env)  # full
    """,
    "a walrus": """
        import os, subprocess
        if env := os.environ.copy():
            env["A"] = "1"
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "a walrus within the call": """
        import os, subprocess
        subprocess.run(["a"], env=(env := {"A": "1"}))  # partial sets=A
        subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "match": """
        import os, subprocess, sys
        match sys.argv:
            case ["clean"]:
                env = {}
            case _:
                env = dict(os.environ)
        subprocess.run(["a"], env=env)  # empty | full
    """,
    "match that binds": """
        import os, subprocess
        def start(options):
            match options:
                case {"env": env}:
                    subprocess.run(["a"], env=env)  # unknown
    """,
    "nested ifs": """
        import os, subprocess
        def start(clean=False, extra=None):
            env = os.environ.copy()
            if clean:
                env = {}
                if extra:
                    env.update(extra)
            subprocess.run(["a"], env=env)  # full | empty | passthrough
    """,
    "elif": """
        import os, subprocess
        def start(mode="a"):
            if mode == "a":
                env = {"A": "1"}
            elif mode == "b":
                env = {}
            else:
                env = dict(os.environ)
            subprocess.run(["a"], env=env)  # partial sets=A | full | empty
    """,
    "a conditional chain": """
        import os, subprocess
        def start(a=None, b=None):
            subprocess.run(["a"], env=a or b or os.environ)  # full | passthrough
    """,
    "unpacking": """
        import os, subprocess
        first, *rest = {"A": "1"}, dict(os.environ), {"B": "1"}
        subprocess.run(["a"], env=first)  # partial sets=A
        subprocess.run(["a"], env=rest[0])  # full
    """,
    "swapping": """
        import os, subprocess
        wide, narrow = dict(os.environ), {"A": "1"}
        wide, narrow = narrow, wide
        subprocess.run(["a"], env=wide)  # partial sets=A
        subprocess.run(["a"], env=narrow)  # full
    """,
    "a chain of assignments": """
        import os, subprocess
        first = second = os.environ.copy()
        second.pop("A", None)
        subprocess.run(["a"], env=first)  # filtered drops=A
    """,
    "a default that is shared by all calls": """
        import subprocess
        def start(env={}):
            env["A"] = "1"
            subprocess.run(["a"], env=env)  # passthrough sets=A
    """,
    "a local function called run": """
        import os
        def run(command, env=None):
            return command, env
        run(["a"], env={"A": "1"})
    """,
    "a variable called subprocess": """
        class Recorder:
            def run(self, command, env=None):
                return command, env
        subprocess = Recorder()
        subprocess.run(["a"], env={"A": "1"})
    """,
    "a parameter called subprocess": """
        import subprocess
        def start(subprocess):
            subprocess.run(["a"], env={"A": "1"})
    """,
    "a variable called os": """
        import subprocess
        class Fake:
            environ = {"A": "1"}
        os = Fake()
        subprocess.run(["a"], env=os.environ)  # partial sets=A
    """,
    "dict is not always dict": """
        import os, subprocess
        def dict(block):
            return {"A": "1"}
        subprocess.run(["a"], env=dict(os.environ))  # partial sets=A
    """,
    "a class with a method called run": """
        class Task:
            def run(self, env):
                return env
        Task().run({"A": "1"})
    """,
    "a local name hides the global": """
        import os, subprocess
        env = {"A": "1"}
        def start():
            env = dict(os.environ)
            subprocess.run(["a"], env=env)  # full
        subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "a comprehension's variable does not leak": """
        import os, subprocess
        env = dict(os.environ)
        [env for env in ({},)]
        subprocess.run(["a"], env=env)  # full
    """,
    "two definitions of one name": """
        import os, subprocess
        def block():
            return {"A": "1"}
        def block():
            return dict(os.environ)
        subprocess.run(["a"], env=block())  # full
    """,
    "a definition by platform": """
        import os, subprocess, sys
        if sys.platform == "win32":
            def block():
                return {"A": "1"}
        else:
            def block():
                return dict(os.environ)
        subprocess.run(["a"], env=block())  # full
    """,
    "a function that never returns a block": """
        import subprocess
        def block():
            raise NotImplementedError
        subprocess.run(["a"], env=block())  # unknown
    """,
    "star-args known": """
        import subprocess
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        arguments = [["a"], {"A": "1"}]
        launch(*arguments)  # partial sets=A
    """,
    "keywords known": """
        import subprocess
        def launch(command, env):
            subprocess.run(command, env=env)  # passthrough
        launch(**{"command": ["a"], "env": {"A": "1"}})  # partial sets=A
    """,
    "a set-up of os.environ just above": """
        import os, subprocess
        os.environ["A"] = "1"
        subprocess.run(["a"])  # inherits
    """,
    "a patched os.environ": """
        import os, subprocess
        from unittest import mock
        with mock.patch.dict(os.environ, {"A": "1"}, clear=True):
            subprocess.run(["a"])  # partial sets=A
    """,
    "os.environ cleared": """
        import os, subprocess
        os.environ.clear()
        subprocess.run(["a"], env=os.environ)  # empty
    """,
    "a long chain of wrappers": """
        import subprocess
        def one(env):
            subprocess.run(["a"], env=env)  # passthrough
        def two(env):
            one(env)  # passthrough
        def three(env):
            two(env)  # passthrough
        def four(env):
            three(env)  # passthrough
        four({"A": "1"})  # partial sets=A
    """,
    "try within a loop within a function": """
        import os, subprocess
        def start(names):
            env = os.environ.copy()
            for name in names:
                try:
                    del env[name]
                except KeyError:
                    continue
            subprocess.run(["a"], env=env)  # filtered | full
    """,
    "with and a return": """
        import contextlib, os, subprocess, threading
        LOCK = threading.Lock()
        def block():
            with LOCK:
                return dict(os.environ, A="1")
        subprocess.run(["a"], env=block())  # full sets=A
    """,
    "with suppress": """
        import contextlib, os, subprocess
        env = os.environ.copy()
        with contextlib.suppress(KeyError):
            del env["A"]
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "a call within a call within a comprehension": """
        import subprocess
        [subprocess.run(["a"], env={"A": "1"}) for _ in range(3)]  # partial sets=A
    """,
    "a call in a default, a decorator and a class body": """
        import subprocess
        def start(result=subprocess.run(["a"], env={"A": "1"})):  # partial sets=A
            pass
        class Once:
            result = subprocess.run(["a"], env={"B": "1"})  # partial sets=B
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_order_of_events_decides(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
