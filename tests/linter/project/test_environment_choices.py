"""Which answer is the main one, and which others are kept: flags and optional parameters at their defaults first."""

import pytest

from .programs import expected, spawns

PROGRAMS = {
    "a program that may be packed into one file": """
        import os, subprocess, sys
        def is_packed():
            return getattr(sys, "frozen", False)
        def start():
            env = dict(os.environ)
            if is_packed():
                env.pop("LD_LIBRARY_PATH", None)
            subprocess.run(["a"], env=env)  # full | filtered
        def stop():
            env = dict(os.environ)
            if not hasattr(sys, "_MEIPASS"):
                return subprocess.run(["a"], env=env)  # full
            env.pop("LD_LIBRARY_PATH", None)
            return subprocess.run(["a"], env=env)  # filtered drops=LD_LIBRARY_PATH
    """,
    "an optional parameter that is looked for in a list": """
        import os, subprocess
        def start(names, name=None, check=False):
            env = None
            if check or name in names["known"]:
                env = os.environ.copy()
            subprocess.run(["a"], env=env)  # inherits | full
    """,
    "a variable for which something false stands in": """
        import os, subprocess
        env = dict(os.environ)
        if env.get("A", False):
            env.pop("B", None)
        subprocess.run(["a"], env=env)  # full | filtered
    """,
    "a variable for which something true stands in": """
        import os, subprocess
        env = dict(os.environ)
        if os.environ.get("A", "1"):
            env.pop("B", None)
        subprocess.run(["a"], env=env)  # filtered drops=B | full
    """,
    "a fallback for a block that was filtered": """
        import os, subprocess
        def start():
            env = {k: v for k, v in os.environ.items() if not k.startswith("A_")}
            subprocess.run(["a"], env=env or {})  # filtered | empty
    """,
    "a fallback for a block out of which all was taken": """
        import subprocess
        def start():
            env = {"A": "1"}
            env.pop("A")
            subprocess.run(["a"], env=env or None)  # empty drops=A | inherits
    """,
    "a name removed where it is there": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            if "A" in env:
                env.pop("A")
            subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "a name removed where it is in another block": """
        import os, subprocess
        def start(other):
            env = dict(os.environ)
            if "A" in other:
                del env["A"]
            subprocess.run(["a"], env=env)  # filtered drops=A | full
    """,
    "a trait of a configurable class that is an empty mapping": """
        import os, subprocess
        from traitlets import Dict, List
        from traitlets.config import LoggingConfigurable
        class Spawner(LoggingConfigurable):
            environment = Dict(help="more").tag(config=True)
            keep = List(["PATH"], help="kept").tag(config=True)
            def start(self):
                env = {"A": "1"}
                for name in self.keep:
                    if name in os.environ:
                        env[name] = os.environ[name]
                for name, value in self.environment.items():
                    env[name] = value
                subprocess.run(["a"], env=env)  # filtered sets=A | partial | passthrough
    """,
    "a required parameter decides": """
        import subprocess
        def start(env):
            subprocess.run(["a"], env=env)  # passthrough
    """,
    "a parameter that may be None": """
        import subprocess
        def start(env=None):
            subprocess.run(["a"], env=env)  # passthrough | inherits
    """,
    "a parameter that may be None with a fallback in the body": """
        import os, subprocess
        def start(env=None):
            if env is None:
                env = os.environ.copy()
            subprocess.run(["a"], env=env)  # full | passthrough
    """,
    "a fallback by or": """
        import os, subprocess
        def start(env=None):
            subprocess.run(["a"], env=env or os.environ)  # full | passthrough
    """,
    "a fallback by or that narrows": """
        import subprocess
        def start(env=None):
            subprocess.run(["a"], env=env or {})  # empty | passthrough
    """,
    "a fallback by a conditional expression": """
        import os, subprocess
        def start(env=None):
            subprocess.run(["a"], env=dict(os.environ) if env is None else env)  # full | passthrough
    """,
    "a parameter merged over the parent is the parent whole": """
        import os, subprocess
        def start(env=None):
            subprocess.run(["a"], env={**os.environ, **(env or {})})  # full
    """,
    "a parameter that is added when it is given": """
        import os, subprocess
        def start(extra=None):
            env = os.environ.copy()
            if extra:
                env.update(extra)
            subprocess.run(["a"], env=env)  # full
    """,
    "an update in one branch and the whole in the other": """
        import os, subprocess
        def start(env=None, replace=False):
            if replace:
                block = dict(env)
            else:
                block = {**os.environ, **(env or {})}
            subprocess.run(["a"], env=block)  # full | passthrough
    """,
    "a flag that is off by default": """
        import os, subprocess
        def start(clean=False):
            env = {"A": "1"} if clean else None
            subprocess.run(["a"], env=env)  # inherits | partial
    """,
    "a flag that is on by default": """
        import os, subprocess
        def start(clean=True):
            env = {"A": "1"} if clean else None
            subprocess.run(["a"], env=env)  # partial sets=A | inherits
    """,
    "a negated flag": """
        import os, subprocess
        def start(*, inherit=True):
            env = {} if not inherit else os.environ
            subprocess.run(["a"], env=env)  # full | empty
    """,
    "a flag compared with a constant": """
        import os, subprocess
        def start(mode="full"):
            if mode == "clean":
                env = {}
            else:
                env = os.environ.copy()
            subprocess.run(["a"], env=env)  # full | empty
    """,
    "constants decide without an alternative": """
        import os, subprocess
        CLEAN = False
        def start():
            env = {} if CLEAN else None
            subprocess.run(["a"], env=env)  # inherits
    """,
    "an optional variable is unset in the main answer": """
        import os, subprocess
        env = None
        if os.environ.get("CLEAN"):
            env = {"A": "1"}
        subprocess.run(["a"], env=env)  # inherits | partial
    """,
    "a block only grown when a parameter is given": """
        import os, subprocess
        def start(home=None):
            env = None
            if home:
                env = os.environ.copy()
                env["APP_HOME"] = home
            subprocess.run(["a"], env=env)  # inherits | full
    """,
    "a default that is a block of its own": """
        import subprocess
        DEFAULT = {"A": "1"}
        def start(env=DEFAULT):
            subprocess.run(["a"], env=env)  # passthrough | partial
    """,
    "a default that is the parent": """
        import os, subprocess
        def start(env=os.environ):
            subprocess.run(["a"], env=env)  # passthrough | full
    """,
    "a known caller does not change a parameter's class": """
        import os, subprocess
        def start(env):
            subprocess.run(["a"], env=env)  # passthrough
        start({"A": "1"})  # partial sets=A
        start(dict(os.environ))  # full
        start(None)  # inherits
    """,
    "the test of a parameter decides at the call": """
        import os, subprocess
        def start(env=None):
            subprocess.run(["a"], env=os.environ if env is None else env)  # full | passthrough
        start()  # full
        start({"A": "1"})  # partial sets=A
    """,
    "both branches give the same": """
        import os, subprocess, sys
        if sys.argv:
            env = os.environ.copy()
        else:
            env = dict(os.environ)
        subprocess.run(["a"], env=env)  # full
    """,
    "a test nobody can decide keeps both": """
        import os, subprocess, sys
        env = {"A": "1"} if sys.argv else None
        subprocess.run(["a"], env=env)  # partial sets=A | inherits
    """,
    "the environment of a keyword dictionary": """
        import os, subprocess
        def start(**kwargs):
            subprocess.run(["a"], **kwargs)  # passthrough | inherits
    """,
    "an environment popped from the keywords with a fallback": """
        import os, subprocess
        def start(**kwargs):
            env = kwargs.pop("env", dict(os.environ))
            subprocess.run(["a"], env=env, **kwargs)  # full | passthrough
    """,
    "an environment got from the keywords": """
        import os, subprocess
        def start(**kwargs):
            env = kwargs.get("env", os.environ.copy())
            subprocess.run(["a"], env=env)  # full | passthrough
    """,
    "an environment put into the keywords": """
        import os, subprocess
        def start(**kwargs):
            kwargs["env"] = {"A": "1"}
            subprocess.run(["a"], **kwargs)  # partial sets=A
    """,
    "keywords made of a local dict": """
        import os, subprocess
        options = {"cwd": "/", "env": dict(os.environ, A="1")}
        subprocess.run(["a"], **options)  # full sets=A
    """,
    "keywords made of a local dict without an environment": """
        import subprocess
        options = {"cwd": "/"}
        subprocess.run(["a"], **options)  # inherits
    """,
    "keywords made of a local dict with one under a condition": """
        import subprocess
        def start(env=None):
            options = {}
            if env:
                options["env"] = env
            subprocess.run(["a"], **options)  # inherits | passthrough
    """,
    "keywords of two dicts, the last wins": """
        import os, subprocess
        first = {"env": {"A": "1"}}
        second = {**first, "env": os.environ}
        subprocess.run(["a"], **second)  # full
    """,
    "keywords from elsewhere": """
        import somewhere, subprocess
        subprocess.run(["a"], **somewhere.options())  # unknown | inherits
    """,
    "a dict with a setdefault for the environment": """
        import os, subprocess
        def start(**kwargs):
            kwargs.setdefault("env", os.environ.copy())
            subprocess.run(["a"], **kwargs)  # full | passthrough
    """,
    "a conditional alias of the callee": """
        import subprocess, sys
        if sys.platform == "win32":
            launch = subprocess.Popen
        else:
            launch = subprocess.run
        launch(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a presence test in the parent keeps the parent whole": """
        import os, subprocess
        env = os.environ.copy()
        if "A" not in env:
            env["A"] = "1"
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "a drop under a flag that is off": """
        import os, subprocess
        def start(strict=False):
            env = os.environ.copy()
            if strict:
                env.pop("A", None)
            subprocess.run(["a"], env=env)  # full | filtered
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_main_answer_comes_first_and_the_others_are_kept(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
