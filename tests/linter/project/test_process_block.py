"""What a program does to its own environment, before and around the children that inherit it."""

from __future__ import annotations

import pytest

from statefence.model import Answer
from statefence.project.sites import Environment

from .programs import Files, analysed, expected, spawns

PROGRAMS: dict[str, str | Files] = {
    "what is left of it after it was cleared": """
        import os, subprocess
        os.environ.clear()
        subprocess.run(["a"])  # empty
        os.environ["A"] = "1"
        subprocess.run(["a"])  # partial sets=A
        subprocess.run(["a"], env={**os.environ, "B": "1"})  # partial sets=A,B
    """,
    "a copy was made before it was cleared": """
        import os, subprocess
        env = os.environ.copy()
        os.environ.clear()
        subprocess.run(["a"], env=env)  # full
        os.environ.update(env)
        subprocess.run(["a"])  # inherits
    """,
    "single variables are taken out": """
        import os, subprocess
        os.environ.pop("A", None)
        subprocess.run(["a"])  # inherits drops=A
        del os.environ["B"]
        subprocess.run(["a"], env=os.environ.copy())  # full drops=A,B
        subprocess.run(["a"], env={"A": "1", **os.environ})  # full sets=A drops=B
        os.environ["A"] = "2"
        subprocess.run(["a"])  # inherits drops=B
    """,
    "a name of its own sees what is done later": """
        import os, subprocess
        own = os.environ
        os.environ.clear()
        subprocess.run(["a"], env=dict(own))  # empty
    """,
    "helpers clear and fill it": """
        import os, subprocess
        def clear():
            os.environ.clear()
        def put(name, value):
            os.environ[name] = value
        clear()
        subprocess.run(["a"])  # empty
        put("A", "1")
        subprocess.run(["a"])  # partial sets=A
    """,
    "helpers of other modules, helpers of helpers, methods and constructors": {
        "setup.py": """
            import os
            def drop(name):
                os.environ.pop(name, None)
            def prepare():
                drop("A")
            class Sandbox:
                def __init__(self):
                    os.environ.pop("B", None)
                def close(self):
                    os.environ.pop("C", None)
        """,
        "app.py": """
            import subprocess
            from setup import Sandbox, prepare
            def main():
                prepare()
                subprocess.run(["a"])  # inherits drops=A
                sandbox = Sandbox()
                subprocess.run(["a"])  # inherits drops=A,B
                sandbox.close()
                subprocess.run(["a"])  # inherits drops=A,B,C
        """,
    },
    "helpers are handed it": """
        import os, subprocess
        def scrub(env, *names):
            for name in ("A", "B"):
                env.pop(name, None)
            return env
        def put(env, name):
            if name:
                env[name] = "1"
        scrub(os.environ)
        subprocess.run(["a"])  # inherits drops=A,B
        put(os.environ, "A")
        subprocess.run(["a"], env=scrub(dict(os.environ)))  # filtered drops=A,B
        subprocess.run(["a"])  # inherits drops=B
    """,
    "a helper copies it after its caller cleared it": """
        import os, subprocess
        def block():
            return {**os.environ, "A": "1"}
        os.environ.clear()
        subprocess.run(["a"], env=block())  # partial sets=A
    """,
    "cleared on one side of a branch": """
        import os, subprocess
        def main(isolated=False):
            if isolated:
                os.environ.clear()
            subprocess.run(["a"])  # inherits | empty
    """,
    "cleared when it is imported": """
        import os, subprocess
        os.environ.clear()
        def main():
            os.environ["A"] = "1"
            subprocess.run(["a"])  # partial sets=A
            subprocess.run(["a"], env=os.environ.copy())  # partial sets=A
    """,
    "a manager that puts it back": """
        import contextlib, os, subprocess
        @contextlib.contextmanager
        def isolated(**block):
            before = os.environ.copy()
            os.environ.clear()
            os.environ.update(block)
            try:
                yield
            finally:
                os.environ.clear()
                os.environ.update(before)
        with isolated():
            subprocess.run(["a"])  # empty
        subprocess.run(["a"])  # inherits
        with isolated(A="1"):
            subprocess.run(["a"])  # partial sets=A
    """,
    "a function that puts it back": """
        import os, subprocess
        def run(command, **block):
            before = {name: os.environ.get(name) for name in block}
            os.environ.update(block)
            try:
                subprocess.run(command)  # inherits
            finally:
                for name, value in before.items():
                    if value is None:
                        os.environ.pop(name, None)
                    else:
                        os.environ[name] = value
        run(["a"], A="1")
        subprocess.run(["a"])  # inherits
    """,
    "one variable is put back": """
        import os, subprocess
        def run(command):
            before = os.environ.get("A")
            os.environ["A"] = "1"
            subprocess.run(command)  # inherits
            if before is None:
                del os.environ["A"]
            else:
                os.environ["A"] = before
        run(["a"])
        subprocess.run(["a"])  # inherits
    """,
    "a class that is a manager": """
        import os, subprocess
        class Isolated:
            def __enter__(self):
                self.before = dict(os.environ)
                os.environ.clear()
            def __exit__(self, *error):
                os.environ.update(self.before)
        with Isolated():
            subprocess.run(["a"])  # empty
        subprocess.run(["a"])  # inherits
    """,
    "mock's": """
        import os, subprocess
        from unittest import mock
        from unittest.mock import patch
        with mock.patch.dict(os.environ, {"A": "1"}, clear=True):
            subprocess.run(["a"])  # partial sets=A
        with patch.dict("os.environ", A="1", clear=True), open("x"):
            subprocess.run(["a"])  # partial sets=A
        with patch.dict(os.environ, {"A": "1"}):
            subprocess.run(["a"])  # inherits
        patch.dict(os.environ, clear=True)
        subprocess.run(["a"])  # inherits
    """,
    "pytest's, and a fixture": {
        "test_app.py": """
            import os, subprocess
            import pytest
            @pytest.fixture
            def isolated():
                before = os.environ.copy()
                os.environ.clear()
                yield
                os.environ.update(before)
            @pytest.fixture
            def without(monkeypatch):
                monkeypatch.delenv("A", raising=False)
            def test_isolated(isolated):
                subprocess.run(["a"])  # empty
            def test_without(without, monkeypatch):
                subprocess.run(["a"])  # inherits drops=A
                monkeypatch.delenv("B")
                subprocess.run(["a"])  # inherits drops=A,B
                monkeypatch.setenv("A", "1")
                subprocess.run(["a"])  # inherits drops=B
            def test_whole():
                subprocess.run(["a"])  # inherits
        """,
    },
    "a loop that keeps some": """
        import os, subprocess
        for name in list(os.environ):
            if name not in ("PATH", "HOME"):
                del os.environ[name]
        subprocess.run(["a"])  # filtered
    """,
    "MCP's list is taken from it": """
        import os
        from mcp import StdioServerParameters
        os.environ.clear()
        StdioServerParameters(command="a")  # filtered
    """,
    "what is added to it": """
        import os
        from invoke import run
        os.environ.clear()
        run("a", env={"A": "1"})  # partial sets=A
        os.environ["B"] = "1"
        run("a", env={"A": "1"})  # partial sets=B,A
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_child_inherits_what_is_left(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])


ENSURED = {
    "set": 'os.environ["A"] = "1"',
    "set unless it is there": 'os.environ.setdefault("A", "1")',
    "asked for before": 'if "A" not in os.environ:\n    os.environ["A"] = "1"',
    "asked for as a value": 'if not os.environ.get("A"):\n    os.environ["A"] = "1"',
    "by update": 'os.environ.update({"A": "1"}, B="2")',
    "by a union": 'os.environ |= {"A": "1"}',
    "on both sides": 'if input():\n    os.environ["A"] = "1"\nelse:\n    os.environ["A"] = "2"',
    "by a helper": 'def put(name, value):\n    os.environ.setdefault(name, value)\nput("A", "1")',
    "for one of many": 'for name in ("B", "A"):\n    os.environ.setdefault(name, "1")',
}
OPEN = {
    "on one side": 'if input():\n    os.environ["A"] = "1"',
    "another variable": 'os.environ["B"] = "1"',
    "put back": 'was = os.environ.get("A")\nos.environ["A"] = "1"\n'
    'if was is None:\n    del os.environ["A"]\nelse:\n    os.environ["A"] = was',
    "from what may be missing": 'os.environ["A"] = os.environ.get("B")',
}


@pytest.mark.parametrize("env", ["", ", env=os.environ.copy()", ", env={**os.environ}"])
@pytest.mark.parametrize("name", ENSURED)
def test_what_a_process_sets_its_children_have(name: str, env: str) -> None:
    assert child(f"{ENSURED[name]}\nsubprocess.run(['a']{env})").ensures("A") is Answer.YES


@pytest.mark.parametrize("name", OPEN)
def test_what_a_process_may_not_have_set_its_children_may_lack(name: str) -> None:
    found = child(f"{OPEN[name]}\nsubprocess.run(['a'])")
    assert (found.carries("A"), found.ensures("A")) == (Answer.YES, Answer.NO)


def child(program: str) -> Environment:
    """The main answer of the last spawn of a program."""
    return analysed(f"import os, subprocess\n{program}\n").spawns_by_path["app.py"][-1].environments[0]
