"""A child process relies on its parent to have a variable that must be repaired when it is missing.

## What it finds
Calls that start a process whose block takes a variable over from the parent, where the policy gives that variable an
`ensure` value: when the parent lacks it, so does the child. A block that drops the variable is SF101's.

## Why is this bad?
The first process is started by a desktop, a scheduler or a test without the variable. It may repair itself, but what it
starts inherits the gap, and so does everything below: the further down, the less likely anyone set it.

## Example
The worker inherits whatever its parent has, and so works by luck.

## Fix safety
Safe: the child gets the same environment as before, and the variable with the parent's value or the policy's, or with
what its `resolver` answers; a value that the program sets itself is kept. Changing a value elsewhere that may be used
for more than this call is unsafe.

## Options
`env.NAME.ensure` gives the value, `resolver` the function that alone may read the variable; `layers` and `exempt` say
which spawns and programs do not need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Answer, Bad, Environment, Good, Hit, Module, Policy, Project, Rule, Safety
from statefence_rules.carrying import lacking_blocks, required_variables
from statefence_rules.repairs import carrying


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each variable that a child gets only if its parent happens to have it."""
    for spawn in project.spawns(module):
        repaired = [each for each in required_variables(module, spawn, policy) if each.ensure is not None]
        for variable in repaired:
            blocks = lacking_blocks(project, spawn, variable.name, takes_over)
            if blocks:
                repair = carrying(module, project, spawn, variable, repaired, takes_over)
                message = f"the child gets {variable.name} only if its parent has it: nothing repairs it on the way"
                trace = (*blocks[0].trace, *spawn.trace)
                yield Hit(spawn.span, message, trace, repair.edits, repair.safety)


def takes_over(block: Environment, name: str) -> bool:
    """Whether the child gets the variable when its parent has it, and provably not otherwise."""
    return block.carries(name) is Answer.YES and block.ensures(name) is Answer.NO


POLICY = """
    [env.APP]
    ensure = "main"
"""

RULE = Rule(
    code="SF102",
    check=check,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "nothing passed",
            """
            import os
            import subprocess

            subprocess.Popen(["worker"])  # error: APP
            """,
            fixed="""
            import os
            import subprocess

            subprocess.Popen(["worker"], env={**os.environ, "APP": os.environ.get("APP", "main")})
            """,
            policy=POLICY,
        ),
        Bad(
            "a helper that makes the block of all its callers",
            """
            import os
            import subprocess


            def run(command: list[str], more: dict[str, str] | None = None) -> None:
                env = dict(os.environ)
                env["LANG"] = "C"
                for name, value in (more or {}).items():
                    env[name] = value
                subprocess.run(command, env=env)  # error: APP


            def work() -> None:
                run(["worker"])
                run(["other"], None)
            """,
            fixed="""
            import os
            import subprocess


            def run(command: list[str], more: dict[str, str] | None = None) -> None:
                env = dict(os.environ, APP=os.environ.get("APP", "main"))
                env["LANG"] = "C"
                for name, value in (more or {}).items():
                    env[name] = value
                subprocess.run(command, env=env)


            def work() -> None:
                run(["worker"])
                run(["other"], None)
            """,
            policy=POLICY,
        ),
        Bad(
            "one function alone may read it",
            {
                "app/hosts.py": """
                import os


                def host() -> str:
                    return os.environ.get("APP") or "main"
                """,
                "app/worker.py": """
                import os
                import subprocess

                subprocess.run(["worker"])  # error
                subprocess.run(["worker"], env=os.environ | {"LANG": "C"})  # error
                """,
            },
            fixed={
                "app/worker.py": """
                import os
                import subprocess
                from app.hosts import host

                subprocess.run(["worker"], env={**os.environ, "APP": host()})
                subprocess.run(["worker"], env={"APP": host(), **os.environ | {"LANG": "C"}})
                """
            },
            policy='[env.APP]\nensure = "main"\nresolver = "app.hosts:host"\n',
        ),
        Bad(
            "merged without it",
            """
            import os
            import subprocess

            subprocess.Popen(["worker"], env={**os.environ, "LANG": "C"})  # error
            """,
            fixed="""
            import os
            import subprocess

            subprocess.Popen(["worker"], env={**os.environ, "LANG": "C", "APP": os.environ.get("APP", "main")})
            """,
            policy=POLICY,
        ),
        Bad(
            "the parent's environment itself",
            """
            import os
            import subprocess

            subprocess.Popen(["worker"], env=os.environ)  # error
            """,
            fixed="""
            import os
            import subprocess

            subprocess.Popen(["worker"], env={**os.environ, "APP": os.environ.get("APP", "main")})
            """,
            policy=POLICY,
        ),
        Bad(
            "a copy in a name",
            """
            import os
            import subprocess

            env = os.environ.copy()
            env["LANG"] = "C"
            subprocess.Popen(["worker"], env=env)  # error
            """,
            fixed="""
            import os
            import subprocess

            env = os.environ.copy()
            env["LANG"] = "C"
            subprocess.Popen(["worker"], env={"APP": os.environ.get("APP", "main"), **env})
            """,
            policy=POLICY,
        ),
        Bad(
            "a copy by dict",
            """
            import os
            import subprocess

            subprocess.Popen(["worker"], env=dict(os.environ, LANG="C"))  # error
            """,
            fixed="""
            import os
            import subprocess

            subprocess.Popen(["worker"], env=dict(os.environ, LANG="C", APP=os.environ.get("APP", "main")))
            """,
            policy=POLICY,
        ),
        Bad(
            "asyncio",
            """
            import asyncio
            import os


            async def start() -> None:
                await asyncio.create_subprocess_exec("worker")  # error
            """,
            fixed="""
            import asyncio
            import os


            async def start() -> None:
                await asyncio.create_subprocess_exec("worker", env={**os.environ, "APP": os.environ.get("APP", "main")})
            """,
            policy=POLICY,
        ),
        Bad(
            "two variables in one call",
            """
            import os
            import subprocess

            subprocess.run(["worker"])  # error: gets A  # error: gets B
            """,
            fixed="""
            import os
            import subprocess

            subprocess.run(["worker"], env={**os.environ, "A": os.environ.get("A", "1"), "B": os.environ.get("B", "2")})
            """,
            policy='[env.A]\nensure = "1"\n[env.B]\nensure = "2"\n',
        ),
        Bad(
            "a callee that takes no environment",
            """
            import os

            os.system("worker")  # error
            """,
            policy=POLICY,
        ),
        Bad(
            "a parameter that may be None is handed on: repaired where it is used",
            """
            import os


            def start(command: list[str], env: dict[str, str] | None) -> int:
                if env is None:
                    env = os.environ
                return os.posix_spawn("/bin/worker", command, env)  # error


            def restart(command: list[str], env: dict[str, str] | None = None) -> int:
                return start(command, env)  # error
            """,
            fixed="""
            import os


            def start(command: list[str], env: dict[str, str] | None) -> int:
                if env is None:
                    env = os.environ
                return os.posix_spawn("/bin/worker", command, {"APP": os.environ.get("APP", "main"), **env})


            def restart(command: list[str], env: dict[str, str] | None = None) -> int:
                return start(command, env)
            """,
            policy=POLICY,
        ),
        Bad(
            "a command of a library takes its block under another name",
            """
            import sh

            sh.git("status")  # error
            sh.git("fetch", _env={"APP": "main"})
            """,
            fixed="""
            import sh
            import os

            sh.git("status", _env={**os.environ, "APP": os.environ.get("APP", "main")})
            sh.git("fetch", _env={"APP": "main"})
            """,
            policy=POLICY,
        ),
        Bad(
            "what a command is told is added to what it inherits",
            """
            from plumbum import FG, local

            worker = local["worker"]
            worker("-v")  # error
            worker.with_env(LANG="C")["-v"] & FG  # error
            worker.with_env(APP="main")["-v"] & FG
            """,
            fixed="""
            from plumbum import FG, local
            import os

            worker = local["worker"]
            worker("-v", env={"APP": os.environ.get("APP", "main")})
            worker.with_env(LANG="C")["-v"] & FG  # error
            worker.with_env(APP="main")["-v"] & FG
            """,
            policy=POLICY,
        ),
        Bad(
            "a helper repairs it on one side only",
            """
            import os
            import subprocess


            def repair(host: str) -> None:
                if host:
                    os.environ["APP"] = host


            def start(host: str) -> None:
                repair(host)
                os.system("worker")  # error
            """,
            policy=POLICY,
        ),
        Good(
            "repaired by hand",
            """
            import os
            import subprocess

            subprocess.Popen(["worker"], env={**os.environ, "APP": os.environ.get("APP", "main")})
            """,
            policy=POLICY,
        ),
        Good(
            "repaired in the process's own environment when it is imported",
            """
            import os
            import subprocess

            os.environ.setdefault("APP", "main")


            def start() -> None:
                subprocess.run(["helper"])
            """,
            policy=POLICY,
        ),
        Good(
            "a helper repairs the process's own environment",
            {
                "app/hosts.py": """
                import os


                def repair() -> None:
                    if not os.environ.get("APP"):
                        os.environ["APP"] = "main"
                """,
                "app/worker.py": """
                import subprocess

                from app.hosts import repair


                def start() -> None:
                    repair()
                    subprocess.run(["helper"])
                    subprocess.run(["helper"], env=None)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "keywords that may hold an environment",
            """
            import subprocess


            def start(command: list[str], **options: object) -> None:
                subprocess.run(command, **options)
            """,
            policy=POLICY,
        ),
        Good(
            "repaired after the copy",
            """
            import os
            import subprocess

            env = os.environ.copy()
            env.setdefault("APP", "main")
            subprocess.Popen(["worker"], env=env)
            """,
            policy=POLICY,
        ),
        Good(
            "dropped, which is another rule's",
            'import subprocess\n\nsubprocess.run(["worker"], env={"LANG": "C"})\n',
            policy=POLICY,
        ),
        Good(
            "a variable that needs no repair",
            'import subprocess\n\nsubprocess.run(["worker"])\n',
            policy="[env.APP]",
        ),
        Good(
            "a parameter decides",
            """
            import subprocess


            def launch(command: list[str], env: dict[str, str]) -> None:
                subprocess.run(command, env=env)
            """,
            policy=POLICY,
        ),
        Good(
            "an exempt program",
            'import subprocess\n\nsubprocess.run(["git", "status"])\n',
            policy='[env.APP]\nensure = "main"\nexempt = ["git"]\n',
        ),
        Good("without a policy", 'import subprocess\n\nsubprocess.run(["worker"])\n'),
    ),
)
