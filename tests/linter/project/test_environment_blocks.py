"""How the block of a child is put together in one place, and what is left of the parent's in it."""

import pytest

from .programs import expected, spawns

PROGRAMS = {
    "nothing handed over": """
        import subprocess
        subprocess.run(["a"])  # inherits
    """,
    "None handed over": """
        import subprocess
        subprocess.run(["a"], env=None)  # inherits
    """,
    "os.environ itself": """
        import os, subprocess
        subprocess.run(["a"], env=os.environ)  # full
    """,
    "os.environ from os": """
        import subprocess
        from os import environ as E
        subprocess.run(["a"], env={**E, "A": "1"})  # full sets=A
    """,
    "os.environ through subprocess": """
        import subprocess as sp
        sp.run(["a"], env=dict(sp.os.environ, A="1"))  # full sets=A
    """,
    "os under another name": """
        import os as operating_system, subprocess
        subprocess.run(["a"], env=operating_system.environ.copy())  # full
    """,
    "os.environ under a name of its own": """
        import os, subprocess
        parent = os.environ
        subprocess.run(["a"], env=dict(parent))  # full
    """,
    "a copy with one more": """
        import os, subprocess
        env = os.environ.copy()
        env["A"] = "1"
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "dict of the items": """
        import os, subprocess
        subprocess.run(["a"], env=dict(os.environ.items()))  # full
    """,
    "dict of a list of the items": """
        import os, subprocess
        subprocess.run(["a"], env=dict(list(os.environ.items())))  # full
    """,
    "dict of the parent with spreads": """
        import os, subprocess
        extra = {"A": "1"}
        subprocess.run(["a"], env=dict(os.environ, **extra))  # full sets=A
    """,
    "a deep copy of a dict": """
        import copy, os, subprocess
        subprocess.run(["a"], env=copy.deepcopy(dict(os.environ)))  # full
    """,
    "union": """
        import os, subprocess
        subprocess.run(["a"], env=os.environ | {"A": "1"})  # full sets=A
    """,
    "union in place": """
        import os, subprocess
        env = dict(os.environ)
        env |= {"A": "1"}
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "the parent merged in last": """
        import os, subprocess
        env = {"A": "1"} | dict(os.environ)
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "the parent spread last may win over an item, which is there all the same": """
        import os, subprocess
        subprocess.run(["a"], env={"A": "1", **os.environ})  # full sets=A
    """,
    "update with the parent": """
        import os, subprocess
        env = {}
        env.update(os.environ)
        env.update(A="1", B="2")
        subprocess.run(["a"], env=env)  # full sets=A,B
    """,
    "update with pairs": """
        import os, subprocess
        env = os.environ.copy()
        env.update([("A", "1"), ("B", "2")])
        subprocess.run(["a"], env=env)  # full sets=A,B
    """,
    "setdefault keeps what the parent has": """
        import os, subprocess
        env = os.environ.copy()
        env.setdefault("A", "1")
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "pop drops": """
        import os, subprocess
        env = os.environ.copy()
        env.pop("A", None)
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "del drops": """
        import os, subprocess
        env = os.environ.copy()
        del env["A"]
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "what is dropped and put again is there": """
        import os, subprocess
        env = os.environ.copy()
        env.pop("A", None)
        env["A"] = "1"
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "what is put and dropped again is gone": """
        import os, subprocess
        env = {**os.environ, "A": "1"}
        del env["A"]
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "clear leaves nothing": """
        import os, subprocess
        env = os.environ.copy()
        env.clear()
        subprocess.run(["a"], env=env)  # empty
    """,
    "clear and fill again": """
        import os, subprocess
        env = os.environ.copy()
        env.clear()
        env["A"] = "1"
        subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "a literal block": """
        import subprocess
        subprocess.run(["a"], env={"A": "1", "B": "2"})  # partial sets=A,B
    """,
    "an empty block": """
        import subprocess
        subprocess.run(["a"], env={})  # empty
    """,
    "dict() that is never filled": """
        import subprocess
        env = dict()
        subprocess.run(["a"], env=env)  # empty
    """,
    "one variable carried over by name is still only a name": """
        import os, subprocess
        subprocess.run(["a"], env={"PATH": os.environ["PATH"]})  # partial sets=PATH
    """,
    "variables carried over by get": """
        import os, subprocess
        subprocess.run(["a"], env={"PATH": os.environ.get("PATH", ""), "A": "1"})  # partial sets=PATH,A
    """,
    "two literal blocks joined": """
        import subprocess
        base = {"A": "1"}
        subprocess.run(["a"], env={**base, **{"B": "2"}})  # partial sets=A,B
    """,
    "a comprehension that drops nothing": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items()}
        subprocess.run(["a"], env=env)  # full
    """,
    "a comprehension that looks at values only": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items() if v is not None}
        subprocess.run(["a"], env=env)  # full
    """,
    "a comprehension that recodes": """
        import os, subprocess
        env = {str(k): str(v) for k, v in os.environ.items()}
        subprocess.run(["a"], env=env)  # full
    """,
    "a comprehension that renames": """
        import os, subprocess
        def renamed(name):
            return "X_" + name
        env = {renamed(k): v for k, v in os.environ.items()}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a comprehension over keys": """
        import os, subprocess
        env = {k: os.environ[k] for k in os.environ}
        subprocess.run(["a"], env=env)  # full
    """,
    "an allow-list comprehension": """
        import os, subprocess
        KEEP = ("PATH", "HOME")
        env = {k: v for k, v in os.environ.items() if k in KEEP}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a deny-list comprehension": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items() if k not in ("A", "B")}
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "a comprehension without one name": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items() if k != "A"}
        subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "a comprehension without a prefix": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items() if not k.startswith("A_")}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a comprehension that keeps a prefix": """
        import os, subprocess
        env = {k: v for k, v in os.environ.items() if k.startswith("A_")}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a comprehension over the names to keep": """
        import os, subprocess
        env = {name: os.environ[name] for name in ("PATH", "HOME")}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a comprehension over the names to keep, where they are there": """
        import os, subprocess
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        subprocess.run(["a"], env=env)  # filtered
    """,
    "the spread of a comprehension": """
        import os, subprocess
        env = {**{k: v for k, v in os.environ.items() if k != "A"}, "B": "1"}
        subprocess.run(["a"], env=env)  # filtered sets=B drops=A
    """,
    "dict of a generator of pairs": """
        import os, subprocess
        env = dict((k, v) for k, v in os.environ.items())
        subprocess.run(["a"], env=env)  # full
    """,
    "a loop that pops literal names": """
        import os, subprocess
        env = os.environ.copy()
        for name in ("A", "B"):
            env.pop(name, None)
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "a loop that pops by prefix": """
        import os, subprocess
        env = os.environ.copy()
        for name in list(env):
            if name.startswith("A_"):
                del env[name]
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a loop that copies literal names": """
        import os, subprocess
        env = {}
        for name in ("PATH", "HOME"):
            if name in os.environ:
                env[name] = os.environ[name]
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a loop that puts literal pairs": """
        import os, subprocess
        env = dict(os.environ)
        for name, value in (("A", "1"), ("B", "2")):
            env[name] = value
        subprocess.run(["a"], env=env)  # full sets=A,B
    """,
    "a loop over a literal mapping": """
        import os, subprocess
        env = dict(os.environ)
        for name, value in {"A": "1", "B": "2"}.items():
            env[name] = value
        subprocess.run(["a"], env=env)  # full sets=A,B
    """,
    "a chain of maps": """
        import collections, os, subprocess
        env = collections.ChainMap({"A": "1"}, os.environ)
        subprocess.run(["a"], env=env)  # full sets=A
    """,
    "dict.fromkeys": """
        import subprocess
        subprocess.run(["a"], env=dict.fromkeys(["A", "B"], "1"))  # partial sets=A,B
    """,
    "zip of literals": """
        import subprocess
        subprocess.run(["a"], env=dict(zip(["A", "B"], ["1", "2"])))  # partial sets=A,B
    """,
    "a key that is put together from constants": """
        import os, subprocess
        PREFIX = "APP"
        subprocess.run(["a"], env={**os.environ, PREFIX + "_HOME": "1", f"{PREFIX}_B": "2"})  # full sets=APP_HOME,APP_B
    """,
    "the values of an enumeration as keys": """
        import enum, os, subprocess
        class Name(str, enum.Enum):
            HOME = "APP_HOME"
        subprocess.run(["a"], env={**os.environ, Name.HOME.value: "1"})  # full sets=APP_HOME
    """,
    "a key nobody knows does not narrow": """
        import os, subprocess, sys
        env = os.environ.copy()
        env[sys.argv[1]] = "1"
        subprocess.run(["a"], env=env)  # full
    """,
    "a key nobody knows alone": """
        import subprocess, sys
        subprocess.run(["a"], env={sys.argv[1]: "1"})  # partial
    """,
    "dropping a name nobody knows": """
        import os, subprocess, sys
        env = os.environ.copy()
        env.pop(sys.argv[1], None)
        subprocess.run(["a"], env=env)  # filtered
    """,
    "a mapping that cannot be followed": """
        import subprocess, somewhere
        subprocess.run(["a"], env=somewhere.environment())  # unknown
    """,
    "a mapping that cannot be followed over the parent": """
        import os, subprocess, somewhere
        subprocess.run(["a"], env={**os.environ, **somewhere.environment()})  # full
    """,
    "a mapping that cannot be followed with a name": """
        import subprocess, somewhere
        subprocess.run(["a"], env={**somewhere.environment(), "A": "1"})  # unknown sets=A
    """,
    "a file of variables": """
        import subprocess
        from dotenv import dotenv_values
        subprocess.run(["a"], env=dotenv_values(".env"))  # unknown
    """,
    "a file of variables over the parent": """
        import os, subprocess
        from dotenv import dotenv_values
        subprocess.run(["a"], env={**os.environ, **dotenv_values(".env")})  # full
    """,
    "a mapping read from JSON": """
        import json, subprocess
        subprocess.run(["a"], env=json.loads("{}"))  # unknown
    """,
    "a wrapper around the mapping": """
        import os, subprocess, types
        subprocess.run(["a"], env=types.MappingProxyType(dict(os.environ)))  # full
    """,
    "popitem": """
        import os, subprocess
        env = os.environ.copy()
        env.popitem()
        subprocess.run(["a"], env=env)  # filtered
    """,
    "bytes of the environment": """
        import os, subprocess
        subprocess.run(["a"], env=dict(os.environb))  # full
    """,
    "a positional environment": """
        import os
        os.execvpe("a", ["a"], {"A": "1"})  # partial sets=A
    """,
    "the last of many arguments": """
        import os
        os.execle("/bin/a", "a", "-x", dict(os.environ, A="1"))  # full sets=A
    """,
    "an environment through a star": """
        import os
        arguments = ("a", ["a"], {"A": "1"})
        os.execvpe(*arguments)  # partial sets=A
    """,
    "arguments of unknown number": """
        import os, sys
        os.execle("/bin/a", *sys.argv, {"A": "1"})  # unknown
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block_is_what_was_put_into_it(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
