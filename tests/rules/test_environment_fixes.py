"""What SF101 and SF102 make of blocks that are built in other ways than their own files show."""

import pytest

from statefence.model import Safety
from statefence.registry import find, rules
from statefence.rule import Bad
from statefence.testing import check_case, check_findings

ENSURED = '[env.APP]\nensure = "main"\n'
TWO = '[env.A]\nensure = "1"\n[env.B]\nensure = "2"\n'

PARTIAL = [
    Bad(
        "a helper of this module builds it",
        """
        import os
        import subprocess


        def environment() -> dict[str, str]:
            return {"PATH": os.defpath}


        subprocess.run(["helper"], env=environment())  # error
        """,
        fixed="""
        import os
        import subprocess


        def environment() -> dict[str, str]:
            return {"PATH": os.defpath, "APP": os.environ.get("APP", "main")}


        subprocess.run(["helper"], env=environment())
        """,
        policy=ENSURED,
    ),
    Bad(
        "a positional environment",
        """
        import os

        os.execve("/bin/helper", ["helper"], {"PATH": os.defpath})  # error
        """,
        fixed="""
        import os

        os.execve("/bin/helper", ["helper"], {"PATH": os.defpath, "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "both branches drop it",
        """
        import os
        import subprocess


        def start(quiet: bool) -> None:
            if quiet:
                env = {"QUIET": "1"}
            else:
                env = dict(VERBOSE="1")
            subprocess.run(["helper"], env=env)  # error
        """,
        fixed="""
        import os
        import subprocess


        def start(quiet: bool) -> None:
            if quiet:
                env = {"QUIET": "1", "APP": os.environ.get("APP", "main")}
            else:
                env = dict(VERBOSE="1", APP=os.environ.get("APP", "main"))
            subprocess.run(["helper"], env=env)
        """,
        policy=ENSURED,
    ),
    Bad(
        "two calls share a block",
        """
        import os
        import subprocess

        env = {"PATH": os.defpath}
        subprocess.run(["first"], env=env)  # error
        subprocess.run(["second"], env=env)  # error
        """,
        fixed="""
        import os
        import subprocess

        env = {"PATH": os.defpath, "APP": os.environ.get("APP", "main")}
        subprocess.run(["first"], env=env)
        subprocess.run(["second"], env=env)
        """,
        policy=ENSURED,
    ),
    Bad(
        "an empty display",
        """
        import os
        import subprocess

        subprocess.run(["helper"], env={})  # error
        """,
        fixed="""
        import os
        import subprocess

        subprocess.run(["helper"], env={"APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "a module that does not import os",
        """
        import subprocess

        subprocess.run(["helper"], env={"LANG": "C"})  # error
        """,
        fixed="""
        import subprocess
        import os

        subprocess.run(["helper"], env={"LANG": "C", "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "a block lacks two variables",
        """
        import os
        import subprocess

        subprocess.run(["helper"], env={"LANG": "C"})  # error: get A: # error: get B:
        """,
        fixed="""
        import os
        import subprocess

        subprocess.run(["helper"], env={"LANG": "C", "A": os.environ.get("A", "1"), "B": os.environ.get("B", "2")})
        """,
        policy=TWO,
    ),
    Bad(
        "MCP parameters lack two variables",
        """
        import os
        from mcp import StdioServerParameters

        server = StdioServerParameters(  # error: get A: # error: get B:
            command="notes",
            args=["--stdio"],  # no network
        )
        """,
        fixed="""
        import os
        from mcp import StdioServerParameters

        server = StdioServerParameters(
            command="notes",
            args=["--stdio"],  # no network
            env={"A": os.environ.get("A", "1"), "B": os.environ.get("B", "2")},
        )
        """,
        policy=TWO,
    ),
    Bad(
        "MCP parameters with an environment of their own",
        """
        import os
        from mcp import StdioServerParameters

        server = StdioServerParameters(command="notes", env={"TOKEN": "x"})  # error
        """,
        fixed="""
        import os
        from mcp import StdioServerParameters

        server = StdioServerParameters(command="notes", env={"TOKEN": "x", "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "a value that needs quoting",
        """
        import os
        import subprocess

        subprocess.run(["helper"], env={})  # error
        """,
        fixed=r"""
        import os
        import subprocess

        subprocess.run(["helper"], env={"APP": os.environ.get("APP", "it's \"ü\"")})
        """,
        policy="[env.APP]\nensure = '''it's \"ü\"'''\n",
    ),
    Bad(
        "a wrapper adds to what its callers give it",
        """
        import os
        import subprocess


        def launch(command: list[str], env: dict[str, str]) -> None:
            subprocess.run(command, env=dict(env, LANG="C"))


        launch(["first"], {"PATH": os.defpath})  # error
        launch(["second"], {"APP": "other"})
        """,
        fixed="""
        import os
        import subprocess


        def launch(command: list[str], env: dict[str, str]) -> None:
            subprocess.run(command, env=dict(env, LANG="C"))


        launch(["first"], {"PATH": os.defpath, "APP": os.environ.get("APP", "main")})
        launch(["second"], {"APP": "other"})
        """,
        policy=ENSURED,
    ),
    Bad(
        "another module builds it",
        {
            "app/environments.py": 'CLEAN = {"PATH": "/bin"}\n',
            "app/start.py": """
            import os
            import subprocess

            from app.environments import CLEAN

            subprocess.run(["helper"], env=CLEAN)  # error
            """,
        },
        fixed={
            "app/start.py": """
            import os
            import subprocess

            from app.environments import CLEAN

            subprocess.run(["helper"], env={**CLEAN, "APP": os.environ.get("APP", "main")})
            """,
        },
        policy=ENSURED,
    ),
    Bad(
        "None, or a block that a comprehension makes",
        """
        import os
        import subprocess


        def start(clean: bool) -> None:
            env = {k: os.environ[k] for k in ("PATH",)} if clean else None
            subprocess.run("x", env=env)  # error
        """,
        fixed="""
        import os
        import subprocess


        def start(clean: bool) -> None:
            env = {k: os.environ[k] for k in ("PATH",)} if clean else None
            subprocess.run("x", env={**(os.environ if env is None else env), "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "None, or a block, from a helper that no edit can ask twice",
        """
        import os
        import subprocess


        def environment(clean: bool) -> dict[str, str] | None:
            return {k: os.environ[k] for k in ("PATH",)} if clean else None


        def start(clean: bool) -> None:
            subprocess.run(["helper"], env=environment(clean))  # error
        """,
        policy=ENSURED,
    ),
    Bad(
        "options hold it",
        """
        import os
        import subprocess

        options = {"env": {"PATH": os.defpath}}
        subprocess.run(["helper"], **options)  # error
        """,
        fixed="""
        import os
        import subprocess

        options = {"env": {"PATH": os.defpath, "APP": os.environ.get("APP", "main")}}
        subprocess.run(["helper"], **options)
        """,
        policy=ENSURED,
    ),
    Bad(
        "a wrapper of another module adds to a block in a name",
        {
            "app/launcher.py": """
            import os
            import subprocess


            def launch(command: list[str], extra: dict[str, str]) -> None:
                subprocess.run(command, env={"PATH": os.defpath, **extra})
            """,
            "app/start.py": """
            import os

            from app.launcher import launch

            block = {"LANG": "C"}
            launch(["helper"], block)  # error: LANG, PATH
            """,
        },
        fixed={
            "app/start.py": """
            import os

            from app.launcher import launch

            block = {"LANG": "C"}
            launch(["helper"], {**block, "APP": os.environ.get("APP", "main")})
            """,
        },
        policy=ENSURED,
    ),
]

UNREPAIRED = [
    Bad(
        "a call over several lines",
        """
        import os
        import subprocess

        subprocess.run(  # error
            ["worker", "--once"],
            check=True,  # fail early
        )
        """,
        fixed="""
        import os
        import subprocess

        subprocess.run(
            ["worker", "--once"],
            check=True,  # fail early
            env={**os.environ, "APP": os.environ.get("APP", "main")},
        )
        """,
        policy=ENSURED,
    ),
    Bad(
        "None",
        """
        import os
        import subprocess

        subprocess.run(["worker"], env=None)  # error
        """,
        fixed="""
        import os
        import subprocess

        subprocess.run(["worker"], env={**os.environ, "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "invoke adds what it is given",
        """
        import invoke
        import os

        invoke.run("worker")  # error
        """,
        fixed="""
        import invoke
        import os

        invoke.run("worker", env={"APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "the parent's environment by another name",
        """
        import os
        import subprocess
        from os import environ

        subprocess.run(["worker"], env=environ)  # error
        """,
        fixed="""
        import os
        import subprocess
        from os import environ

        subprocess.run(["worker"], env={**environ, "APP": os.environ.get("APP", "main")})
        """,
        policy=ENSURED,
    ),
    Bad(
        "an operator that binds less than the stars",
        """
        import os
        import subprocess
        from os import environ


        def start(all: bool) -> None:
            subprocess.run("x", env=environ if all else environ.copy())  # error
        """,
        fixed="""
        import os
        import subprocess
        from os import environ


        def start(all: bool) -> None:
            subprocess.run("x", env={"APP": os.environ.get("APP", "main"), **(environ if all else environ.copy())})
        """,
        policy=ENSURED,
    ),
    Bad(
        "a parameter that may be None",
        """
        import os
        import subprocess


        def launch(command: list[str], env: dict[str, str] | None = None) -> None:
            subprocess.run(command, env=env)  # error


        launch(["worker"])
        """,
        fixed="""
        import os
        import subprocess


        def launch(command: list[str], env: dict[str, str] | None = None) -> None:
            subprocess.run(command, env={"APP": os.environ.get("APP", "main"), **(os.environ if env is None else env)})


        launch(["worker"])
        """,
        policy=ENSURED,
    ),
    Bad(
        "what is added may hold it, and is kept",
        """
        import os
        import subprocess


        def launch(command: list[str], **extra: str) -> None:
            subprocess.run(command, env={**os.environ, **extra})  # error
        """,
        fixed="""
        import os
        import subprocess


        def launch(command: list[str], **extra: str) -> None:
            subprocess.run(command, env={"APP": os.environ.get("APP", "main"), **{**os.environ, **extra}})
        """,
        policy=ENSURED,
    ),
    Bad(
        "options that may hold an environment",
        """
        import subprocess


        def launch(command: list[str], **options: object) -> None:
            subprocess.run(command, **options)


        launch(["worker"], check=True)  # error
        """,
        policy=ENSURED,
    ),
    Bad(
        "a wrapper that takes no environment",
        """
        import os
        import subprocess


        def launch(command: list[str]) -> None:
            subprocess.run(command)  # error


        launch(["worker"])
        """,
        fixed="""
        import os
        import subprocess


        def launch(command: list[str]) -> None:
            subprocess.run(command, env={**os.environ, "APP": os.environ.get("APP", "main")})


        launch(["worker"])
        """,
        policy=ENSURED,
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in PARTIAL])
def test_a_partial_block_is_completed(case: Bad) -> None:
    check_case(find("SF101", rules()), case)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in UNREPAIRED])
def test_an_inherited_block_is_repaired(case: Bad) -> None:
    check_case(find("SF102", rules()), case)


SAFETIES = {
    "a literal block": ("subprocess.run(['x'], env={'A': '1'})  # error", ENSURED, Safety.SAFE),
    "a name": ("env = {'A': '1'}\nsubprocess.run(['x'], env=env)  # error", ENSURED, Safety.SAFE),
    "what the program takes out itself": (
        "env = dict(os.environ)\ndel env['APP']\nsubprocess.run(['x'], env=env)  # error",
        ENSURED,
        Safety.UNSAFE,
    ),
    "a value that is not part of the call": (
        "options = {'env': {k: os.environ[k] for k in ('A',)}}\nsubprocess.run(['x'], **options)  # error",
        ENSURED,
        Safety.UNSAFE,
    ),
    "the whole parent environment": ("subprocess.run(['x'], env={'A': '1'})  # error", "", Safety.UNSAFE),
}


@pytest.mark.parametrize("title", SAFETIES)
def test_a_fix_is_safe_only_when_nothing_else_changes(title: str) -> None:
    text, policy, safety = SAFETIES[title]
    (found,) = check_findings(find("SF101", rules()), f"import os, subprocess\n{text}\n", policy)
    assert found.fix is safety
