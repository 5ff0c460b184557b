"""Values that are too large to follow whole: what decides is kept."""

import pytest

from .programs import expected, opens, spawns

LONG = " + ".join(f'config["{number}"]' for number in range(300))

MANY = [f"{number:02}" for number in range(28)]
SPAWNS = {
    "a large block in a large object": f"""
        import os, subprocess
        class Job:
            def __init__(self, config, key=None):
                self.a = {LONG}
                env = os.environ.copy()
                env["A"] = "1"
                env["B"] = "ssh"
                if "more" in config:
                    env = {{**env, **config["more"]}}
                if key is not None:
                    env["B"] += f" -i {{key}}"
                self.env = env
            def start(self):
                subprocess.run(["a"], env=self.env)  # full sets=A,B
    """,
    "an object with many large attributes": f"""
        import os, subprocess
        class Runner:
            def __init__(self, config):
                self.a = {LONG}
                self.b = {LONG}
                self.env = dict(os.environ, A="1")
            def start(self):
                subprocess.run(["a"], env=self.env)  # full sets=A
    """,
    "many names of many sizes": """
        import os, subprocess
        def start(config):
            env = dict(os.environ)
            NAMES
            subprocess.run(["a"], env=env)  # full SETS
    """.replace(
        "NAMES",
        "\n            ".join(f'env["A{n}"] = f"{{config.a}}:{{config.b}}:{{config.c}}:{n}"' for n in range(60)),
    ).replace("SETS", "sets=" + ",".join(f"A{n}" for n in range(60))),
    "a command to which many branches add": """
        import subprocess
        def start(flags):
            command = ["git", "log"]
            BRANCHES
            subprocess.run(command, env={"A": "1"})  # partial sets=A
    """.replace(
        "BRANCHES", "\n            ".join(f'if flags[{n}]:\n                command.append("-{n}")' for n in range(40))
    ),
    "one long text in a block": f"""
        import os, subprocess
        def start(config):
            env = dict(os.environ)
            env["A"] = {LONG}
            subprocess.run(["a"], env=env)  # full sets=A
    """,
    "a long text beside the block in the keywords": f"""
        import subprocess
        def run(cmd, **kwargs):
            subprocess.run(cmd, **kwargs)  # passthrough | inherits
        def start(config):
            run(["a"], cwd={LONG}, env={{"A": "1"}})  # partial sets=A
    """,
    "a test of a long text": f"""
        import os, subprocess
        def start(config):
            env = {{"A": "1"}}
            if {LONG}:
                env = dict(os.environ)
            subprocess.run(["a"], env=env)  # full | partial
    """,
    "names that every branch of a long loop puts": f"""
        import os, subprocess
        FIELDS = {MANY}
        def block(record):
            env = os.environ.copy()
            for field in FIELDS:
                value = getattr(record, field)
                if value is None:
                    env["APP_" + field] = ""
                elif value is True:
                    env["APP_" + field] = "1"
                elif isinstance(value, list):
                    env["APP_" + field] = ",".join(value)
                else:
                    env["APP_" + field] = str(value)
            return env
        def start(record):
            subprocess.run(["a"], env=block(record))  # full sets={",".join(f"APP_{name}" for name in MANY)}
    """,
    "a flag beside a long test still decides for a caller": f"""
        import os, subprocess
        def start(config, whole=False):
            env = {{"A": "1"}}
            if {LONG}:
                env["B"] = {LONG}
            if whole:
                env = dict(os.environ)
            subprocess.run(["a"], env=env)  # partial sets=A,B | full
        start({{}}, whole=True)  # full
    """,
}


@pytest.mark.parametrize("name", SPAWNS)
def test_a_block_is_known_by_its_names_where_its_contents_are_too_large(name: str) -> None:
    assert spawns(SPAWNS[name]) == expected(SPAWNS[name])


OPENS = {
    "a template of a parameter, finished by the caller": """
        import sqlalchemy
        class Storage:
            def __init__(self, url):
                self.url = self.filled(url)
                self.engine = sqlalchemy.create_engine(self.url)  # parameter
            @staticmethod
            def filled(template):
                return template.format(VERSION=1)
        Storage("sqlite:///{VERSION}.db")  # cwd-relative {cwd}/1.db
        Storage("sqlite:///:memory:")  # memory
    """,
}


@pytest.mark.parametrize("name", OPENS)
def test_a_format_of_a_text_that_is_not_literal_waits_for_it(name: str) -> None:
    assert opens(OPENS[name]) == expected(OPENS[name])
