"""Loops over names: what is copied one by one, chosen from a list, or left out by a test."""

import pytest

from .programs import expected, spawns

PROGRAMS = {
    "names removed where they are there": """
        import os, subprocess
        def clean(env, deep=True):
            names = ["A"]
            if deep:
                names.extend(("B", "C"))
            for name in names:
                if name in env:
                    del env[name]
        def start():
            env = os.environ.copy()
            clean(env)
            subprocess.run(["a"], env=env)  # filtered drops=A,B,C
    """,
    "a name taken off the list of names that are removed": """
        import os, subprocess
        def start():
            names = ["A", "B"]
            names.remove("A")
            env = os.environ.copy()
            for name in names:
                env.pop(name, None)
            subprocess.run(["a"], env=env)  # filtered
    """,
    "a name put before those that are removed": """
        import os, subprocess
        def start():
            names = ["B"]
            names.insert(0, "A")
            env = os.environ.copy()
            for name in names:
                env.pop(name, None)
            subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "the items of an optional mapping": """
        import subprocess
        def start(extra=None):
            env = {"A": "1"}
            for name, value in (extra or {}).items():
                env[name] = value
            subprocess.run(["a"], env=env)  # partial sets=A | passthrough
    """,
    "the items of a mapping that is empty by default": """
        import subprocess
        def start(extra={}):
            env = {"A": "1"}
            for name, value in extra.items():
                env[name] = value
            subprocess.run(["a"], env=env)  # partial sets=A | passthrough
    """,
    "every item copied": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            env[k] = v
        subprocess.run(["a"], env=env)  # full
    """,
    "every name copied": """
        import os, subprocess
        env = {}
        for k in os.environ:
            env[k] = os.environ[k]
        subprocess.run(["a"], env=env)  # full
    """,
    "every key copied": """
        import os, subprocess
        env = {}
        for k in os.environ.keys():
            env[k] = os.environ.get(k, "")
        subprocess.run(["a"], env=env)  # full
    """,
    "every item that has a value": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            if v:
                env[k] = v
        subprocess.run(["a"], env=env)  # full
    """,
    "every item but those with a prefix": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            if not k.startswith(("A_", "B_")):
                env[k] = v
        subprocess.run(["a"], env=env)  # filtered
    """,
    "every item with a prefix": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            if k.startswith("A_"):
                env[k] = v
        subprocess.run(["a"], env=env)  # filtered
    """,
    "every item but two, passed over": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            if k in {"A", "B"}:
                continue
            env[k] = v
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "every item but one or another": """
        import os, subprocess
        env = {}
        for k, v in os.environ.items():
            if k == "A" or k == "B":
                continue
            env[k] = v
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "only listed items": """
        import os, subprocess
        KEEP = frozenset(["PATH", "HOME"])
        env = {}
        for k, v in os.environ.items():
            if k in KEEP:
                env[k] = v
        subprocess.run(["a"], env=env)  # filtered
    """,
    "items by a test that is not followed": """
        import os, re, subprocess
        env = {}
        for k, v in os.environ.items():
            if re.match("A_", k):
                env[k] = v
        subprocess.run(["a"], env=env)  # filtered
    """,
    "items under a flag": """
        import os, subprocess
        def start(clean=False):
            env = {}
            for k, v in os.environ.items():
                if not clean:
                    env[k] = v
            subprocess.run(["a"], env=env)  # full | empty
    """,
    "two names removed from a copy": """
        import os, subprocess
        env = dict(os.environ)
        for k in list(env):
            if k in ("A", "B"):
                del env[k]
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "all but two names removed from a copy": """
        import os, subprocess
        env = dict(os.environ)
        for k in list(env):
            if k not in ("A", "B"):
                del env[k]
        subprocess.run(["a"], env=env)  # filtered
    """,
    "listed names copied where the parent has them": """
        import os, subprocess
        env = {}
        for name in ("PATH", "HOME"):
            if name in os.environ:
                env[name] = os.environ[name]
        subprocess.run(["a"], env=env)  # filtered
    """,
    "listed names copied where they have a value, beside an item": """
        import os, subprocess
        KEEP = ["PATH", "HOME"]
        env = {"A": "1"}
        for name in KEEP:
            value = os.environ.get(name)
            if value is not None:
                env[name] = value
        subprocess.run(["a"], env=env)  # filtered sets=A
    """,
    "listed names copied with a default": """
        import os, subprocess
        env = {}
        for name in ("PATH", "HOME"):
            env[name] = os.environ.get(name, "")
        subprocess.run(["a"], env=env)  # filtered sets=PATH,HOME
    """,
    "listed names copied over the parent": """
        import os, subprocess
        env = dict(os.environ)
        for name in ("PATH", "HOME"):
            env[name] = os.environ.get(name, "")
        subprocess.run(["a"], env=env)  # full sets=PATH,HOME
    """,
    "a list of items with one more": """
        import os, subprocess
        subprocess.run(["a"], env=dict(list(os.environ.items()) + [("A", "1")]))  # full sets=A
        subprocess.run(["a"], env=dict([*os.environ.items(), ("A", "1")]))  # full sets=A
    """,
    "the items of two mappings in a chain": """
        import itertools, os, subprocess
        extra = {"A": "1"}
        subprocess.run(["a"], env=dict(itertools.chain(os.environ.items(), extra.items())))  # full sets=A
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_over_names_is_seen_as_a_whole(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
