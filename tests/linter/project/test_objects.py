"""Blocks that live on objects: attributes, properties, methods, fields, bases."""

import pytest

from .programs import Files, expected, opens, spawns

PROGRAMS: dict[str, str | Files] = {
    "what the class gives until the constructor replaces it": """
        import subprocess
        class Tool:
            env = None
            def __init__(self, env=None):
                if env is not None:
                    self.env = dict(env)
            def run(self):
                subprocess.run(["x"], env=self.env)  # inherits | passthrough
        Tool().run()  # inherits
        Tool({"A": "1"}).run()  # partial sets=A
    """,
    "an attribute set in the constructor": """
        import os, subprocess
        class Runner:
            def __init__(self):
                self.env = {**os.environ, "A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.env)  # full sets=A
    """,
    "an attribute that is a parameter of the constructor": """
        import subprocess
        class Runner:
            def __init__(self, env):
                self.env = env
            def run(self):
                subprocess.run(["a"], env=self.env)  # passthrough
        Runner({"A": "1"}).run()  # partial sets=A
    """,
    "an attribute changed in the constructor": """
        import os, subprocess
        class Runner:
            def __init__(self, home):
                self.env = os.environ.copy()
                self.env["APP_HOME"] = home
                self.env.pop("A", None)
            def run(self):
                subprocess.run(["a"], env=self.env)  # filtered sets=APP_HOME drops=A
    """,
    "a class attribute": """
        import subprocess
        class Runner:
            env = {"A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.env)  # partial sets=A
    """,
    "a class attribute through the class": """
        import subprocess
        class Runner:
            ENV = {"A": "1"}
            @classmethod
            def run(cls):
                subprocess.run(["a"], env=cls.ENV)  # partial sets=A
        subprocess.run(["a"], env=Runner.ENV)  # partial sets=A
    """,
    "a property": """
        import os, subprocess
        class Runner:
            @property
            def env(self):
                return {**os.environ, "A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.env)  # full sets=A
    """,
    "a cached property": """
        import functools, os, subprocess
        class Runner:
            @functools.cached_property
            def env(self):
                return {"A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.env)  # partial sets=A
        subprocess.run(["a"], env=Runner().env)  # partial sets=A
    """,
    "a method that builds": """
        import os, subprocess
        class Runner:
            def _env(self):
                env = os.environ.copy()
                env.update(self._extra())
                return env
            def _extra(self):
                return {"A": "1"}
            def run(self):
                subprocess.run(["a"], env=self._env())  # full sets=A
    """,
    "a static method": """
        import subprocess
        class Runner:
            @staticmethod
            def block():
                return {"A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.block())  # partial sets=A
        subprocess.run(["a"], env=Runner.block())  # partial sets=A
    """,
    "a method that is a sink": """
        import subprocess
        class Runner:
            def launch(self, env):
                subprocess.run(["a"], env=env)  # passthrough
            def run(self):
                self.launch({"A": "1"})  # partial sets=A
        Runner().launch({"B": "1"})  # partial sets=B
    """,
    "an attribute that is a runner": """
        import subprocess
        class Runner:
            def launch(self, env):
                subprocess.run(["a"], env=env)  # passthrough
        class App:
            def __init__(self):
                self.runner = Runner()
            def start(self):
                self.runner.launch({"A": "1"})  # partial sets=A
    """,
    "an attribute with the annotation of a runner": """
        import subprocess
        class Runner:
            def launch(self, env):
                subprocess.run(["a"], env=env)  # passthrough
        class App:
            def __init__(self, runner: Runner):
                self.runner = runner
            def start(self):
                self.runner.launch({"A": "1"})  # partial sets=A
    """,
    "a parameter with an optional annotation": """
        import subprocess
        class Runner:
            def launch(self, env):
                subprocess.run(["a"], env=env)  # passthrough
        def start(runner: "Runner | None" = None):
            if runner is not None:
                runner.launch({"A": "1"})  # partial sets=A
    """,
    "a field of a dataclass": """
        import subprocess
        from dataclasses import dataclass, field
        @dataclass
        class Job:
            command: list
            env: dict
            def run(self):
                subprocess.run(self.command, env=self.env)  # passthrough
        Job(["a"], {"A": "1"}).run()  # partial sets=A
    """,
    "a field of a dataclass with a default": """
        import subprocess
        from dataclasses import dataclass
        @dataclass
        class Job:
            env: dict | None = None
            def run(self):
                subprocess.run(["a"], env=self.env)  # passthrough | inherits
    """,
    "a field of a dataclass with a factory": """
        import os, subprocess
        from dataclasses import dataclass, field
        @dataclass
        class Job:
            env: dict = field(default_factory=lambda: dict(os.environ))
            def run(self):
                subprocess.run(["a"], env=self.env)  # passthrough | full
    """,
    "a field of a dataclass with an empty factory": """
        import os, subprocess
        from dataclasses import dataclass, field
        @dataclass
        class Job:
            extra: dict = field(default_factory=dict)
            def run(self):
                subprocess.run(["a"], env={**os.environ, **self.extra})  # full
    """,
    "a field filled after the constructor": """
        import os, subprocess
        from dataclasses import dataclass
        @dataclass
        class Job:
            home: str
            def __post_init__(self):
                self.env = {**os.environ, "APP_HOME": self.home}
            def run(self):
                subprocess.run(["a"], env=self.env)  # full sets=APP_HOME
    """,
    "a base that sets the attribute": """
        import os, subprocess
        class Base:
            def __init__(self):
                self.env = {"A": "1"}
        class Runner(Base):
            def run(self):
                subprocess.run(["a"], env=self.env)  # partial sets=A
    """,
    "a base that sets the attribute, called by super": """
        import os, subprocess
        class Base:
            def __init__(self, env):
                self.env = env
        class Runner(Base):
            def __init__(self):
                super().__init__({"A": "1"})
            def run(self):
                subprocess.run(["a"], env=self.env)  # partial sets=A
    """,
    "a method widened by super": """
        import os, subprocess
        class Base:
            def block(self):
                return dict(os.environ)
        class Runner(Base):
            def block(self):
                env = super().block()
                env["A"] = "1"
                return env
            def run(self):
                subprocess.run(["a"], env=self.block())  # full sets=A
    """,
    "a base of another module": {
        "base.py": """
            import os
            class Base:
                def block(self):
                    return {"A": "1"}
        """,
        "app.py": """
            import subprocess
            from base import Base
            class Runner(Base):
                def run(self):
                    subprocess.run(["a"], env=self.block())  # partial sets=A
        """,
    },
    "a subclass of Popen that fills in None": """
        import os, subprocess
        class Process(subprocess.Popen):
            def __init__(self, command, env=None, **kwargs):
                if env is None:
                    env = {"A": "1"}
                super().__init__(command, env=env, **kwargs)  # partial sets=A | passthrough
        Process(["a"])  # partial sets=A
        Process(["a"], env={"B": "1"})  # partial sets=B
    """,
    "a subclass of Popen that adds nothing": """
        import subprocess
        class Process(subprocess.Popen):
            pass
        Process(["a"], env={"A": "1"})  # partial sets=A
    """,
    "a callable object": """
        import subprocess
        class Launcher:
            def __call__(self, env):
                subprocess.run(["a"], env=env)  # passthrough
        launch = Launcher()
        launch({"A": "1"})  # partial sets=A
    """,
    "a named tuple": """
        import subprocess
        from typing import NamedTuple
        class Plan(NamedTuple):
            command: list
            env: dict
        def start(plan: Plan):
            subprocess.run(plan.command, env=plan.env)  # passthrough
        start(Plan(["a"], {"A": "1"}))  # partial sets=A
    """,
    "an attribute set by another method": """
        import os, subprocess
        class Runner:
            def __init__(self):
                self.env = None
            def prepare(self):
                self.env = {**os.environ, "A": "1"}
            def run(self):
                subprocess.run(["a"], env=self.env)  # full sets=A | inherits
    """,
    "an attribute set from outside": """
        import os, subprocess
        class Runner:
            env = None
            def run(self):
                subprocess.run(["a"], env=self.env)  # inherits
        runner = Runner()
        runner.env = {"A": "1"}
        subprocess.run(["a"], env=runner.env)  # partial sets=A
    """,
    "a block changed through self by a method": """
        import os, subprocess
        class Runner:
            def __init__(self):
                self.env = os.environ.copy()
            def run(self):
                self.env["A"] = "1"
                subprocess.run(["a"], env=self.env)  # full sets=A
    """,
    "a block widened through self by another method": """
        import os, subprocess
        class Runner:
            def __init__(self):
                self.env = {}
            def widen(self):
                self.env.update(os.environ)
            def run(self):
                self.widen()
                subprocess.run(["a"], env=self.env)  # full
    """,
    "a block narrowed through self under a flag": """
        import os, subprocess
        class Runner:
            def __init__(self):
                self.env = dict(os.environ)
            def run(self, strict=False):
                if strict:
                    self.env.pop("A", None)
                subprocess.run(["a"], env=self.env)  # full | filtered
    """,
    "a property is made anew each time": """
        import os, subprocess
        class Runner:
            @property
            def env(self):
                return dict(os.environ)
            def run(self):
                self.env.pop("A", None)
                subprocess.run(["a"], env=self.env)  # full
    """,
    "a module-level instance of another module": {
        "runner.py": """
            import subprocess
            class Runner:
                def launch(self, env):
                    subprocess.run(["a"], env=env)  # passthrough
            RUNNER = Runner()
        """,
        "app.py": """
            from runner import RUNNER
            RUNNER.launch({"A": "1"})  # partial sets=A
        """,
    },
    "a factory of runners": """
        import subprocess
        class Runner:
            def __init__(self, env):
                self.env = env
            @classmethod
            def narrow(cls):
                return cls({"A": "1"})  # partial sets=A
            def run(self):
                subprocess.run(["a"], env=self.env)  # passthrough
        Runner.narrow().run()
    """,
    "two instances do not share": """
        import os, subprocess
        class Runner:
            def __init__(self, env):
                self.env = env
        wide = Runner(dict(os.environ))
        narrow = Runner({"A": "1"})
        subprocess.run(["a"], env=wide.env)  # full
        subprocess.run(["a"], env=narrow.env)  # partial sets=A
    """,
    "multiple inheritance takes the first base": """
        import os, subprocess
        class Wide:
            def block(self):
                return dict(os.environ)
        class Narrow:
            def block(self):
                return {"A": "1"}
        class Runner(Narrow, Wide):
            def run(self):
                subprocess.run(["a"], env=self.block())  # partial sets=A
    """,
    "an unknown base may set it": """
        import subprocess, somewhere
        class Runner(somewhere.Base):
            def run(self):
                subprocess.run(["a"], env=self.env)  # passthrough
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_block_on_an_object_is_found_again(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])


def test_a_field_is_one_whatever_decorates_its_class() -> None:
    program = """
        import dataclasses, sqlite3
        from elsewhere import specification
        @specification
        class Store:
            path: str = dataclasses.field(default=None, init=False)
            def open(self):
                sqlite3.connect(self.path)  # parameter | unknown
    """
    assert opens(program) == expected(program)
