"""A child process is started without a variable that every child must carry.

## What it finds
Calls that start a process, or hand an environment on to one through any number of functions, whose block provably lacks
a variable of the policy's `env` table although the parent may have it. MCP server parameters without `env` count: the
SDK gives the child only a short allow-list. A block that a parameter decides, or that is not known, is never reported.

Without any `env` table it finds the children that lose the parent's whole environment by mistake: blocks that are
empty, or that are made of named keys with neither `PATH` nor `HOME` among them.

## Why is this bad?
The child falls back to another variable or to a default, so it resolves another state directory than its parent did.
Configuration then lands in a database that nobody reads, and nothing fails until somebody misses it.

## Example
The helper gets a block with one key, so `APP`, which names the configuration database, is gone.

## Fix safety
Safe: the block gets exactly the variables it lacks and nothing else of the parent's environment, which may hold secrets
that were left out on purpose. A variable with a `resolver` gets the resolver's answer, one with `ensure` alone that
value when the parent lacks it, any other is copied when the parent has it. Unsafe is what may go against the intention:
adding a variable that the program itself takes out, or changing a value elsewhere that may be used for more than this
call. Without an `env` table the fix merges the block over the whole parent environment, which is unsafe because it
widens what the child sees.

## Options
`env.NAME` declares the variable; its `layers` and `exempt` say which spawns and programs do not need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    Anchor,
    Answer,
    Bad,
    Edit,
    Environment,
    EnvKind,
    Good,
    Hit,
    Import,
    Module,
    Policy,
    Project,
    ReplaceExpression,
    Rule,
    Safety,
    Spawn,
    Variable,
)
from statefence_rules.carrying import lacking_blocks, required_variables
from statefence_rules.repairs import PARENT, carrying

DELIBERATE = ("PATH", "HOME", "SYSTEMROOT", "USERPROFILE")
"""What nearly every program needs: whoever sets one of them wrote out the whole environment, and meant to."""


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each required variable that a child provably lacks, or each child that lost everything."""
    for spawn in project.spawns(module):
        if policy.variables:
            yield from _lacking(module, project, spawn, list(required_variables(module, spawn, policy)))
        else:
            yield from _bare(module, project, spawn)


def drops(block: Environment, name: str) -> bool:
    """Whether the child provably does not get the variable, though its parent may have it."""
    return block.carries(name) is Answer.NO


def is_bare(block: Environment, name: str = "") -> bool:  # noqa: ARG001 - lacking everything is lacking any name
    """Whether the block provably lacks all that a deliberate one would hold."""
    if block.kind is EnvKind.PARTIAL:
        return all(drops(block, each) for each in DELIBERATE)
    return block.kind is EnvKind.EMPTY


def _lacking(module: Module, project: Project, spawn: Spawn, required: list[Variable]) -> Iterator[Hit]:
    for variable in required:
        blocks = lacking_blocks(project, spawn, variable.name, drops)
        if blocks:
            repair = carrying(module, project, spawn, variable, required, drops)
            message = f"the child does not get {variable.name}: {_why(blocks[0], variable.name)}"
            trace = (*blocks[0].trace, *spawn.trace)
            yield Hit(spawn.span, message, trace, repair.edits, repair.safety)


def _bare(module: Module, project: Project, spawn: Spawn) -> Iterator[Hit]:
    for block in lacking_blocks(project, spawn, "", is_bare)[:1]:
        message = f"the child loses its parent's whole environment: {_why(block)}"
        yield Hit(spawn.span, message, (*block.trace, *spawn.trace), _merged(module, block), Safety.UNSAFE)


def _merged(module: Module, block: Environment) -> tuple[Edit, ...]:
    """The block merged over the whole parent environment, where the block is written out in this module."""
    if block.anchor is Anchor.ABSENT or block.anchor_span is None or block.anchor_path != module.path:
        return ()
    source = f"{{{PARENT}}}" if block.kind is EnvKind.EMPTY else f"{{{PARENT}, **{{}}}}"
    return (ReplaceExpression(block.anchor_span, source, (Import("os"),)),)


def _why(block: Environment, name: str = "") -> str:
    if block.kind is EnvKind.INHERITS and name in block.drops:
        return "it is taken out of the environment that the child inherits"
    if block.kind is EnvKind.EMPTY:
        return "its environment is empty"
    if block.kind is EnvKind.PARTIAL and block.sets:
        return f"its environment holds only {', '.join(sorted(block.sets))}"
    if block.anchor is Anchor.ABSENT:
        return "without an environment of its own it gets only a short allow-list"
    return "its environment is filtered"


ENSURED = """
    [env.APP]
    ensure = "main"
"""
COPIED = "[env.APP]"
RESOLVED = """
    [env.APP]
    resolver = "app.config:config_name"
"""

RULE = Rule(
    code="SF101",
    check=check,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "literal block",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={"PATH": os.environ["PATH"]})  # error: holds only PATH
            """,
            fixed="""
            import os
            import subprocess

            subprocess.run(["helper"], env={"PATH": os.environ["PATH"], "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "block in a name, over several lines",
            """
            import os
            import subprocess

            env = {
                "PATH": os.environ["PATH"],
                "LANG": "C",  # the output is parsed
            }
            subprocess.Popen(["helper"], env=env)  # error: APP
            """,
            fixed="""
            import os
            import subprocess

            env = {
                "PATH": os.environ["PATH"],
                "LANG": "C",  # the output is parsed
                "APP": os.environ.get("APP", "main"),
            }
            subprocess.Popen(["helper"], env=env)
            """,
            policy=ENSURED,
        ),
        Bad(
            "a variable that is only copied",
            """
            import os
            import subprocess

            block = {"LANG": "C"}
            subprocess.run(["helper"], env=block)  # error: holds only LANG
            """,
            fixed="""
            import os
            import subprocess

            block = {"LANG": "C", **{name: os.environ[name] for name in ("APP",) if name in os.environ}}
            subprocess.run(["helper"], env=block)
            """,
            policy=COPIED,
        ),
        Bad(
            "a variable with a resolver",
            {
                "app/config.py": 'def config_name() -> str:\n    return "main"\n',
                "app/worker.py": """
                import subprocess

                subprocess.run(["helper"], env={"LANG": "C"})  # error
                """,
            },
            fixed={
                "app/worker.py": """
                import subprocess
                from app.config import config_name

                subprocess.run(["helper"], env={"LANG": "C", "APP": config_name()})
                """
            },
            policy=RESOLVED,
        ),
        Bad(
            "MCP parameters without an environment",
            """
            import os
            from mcp import StdioServerParameters

            server = StdioServerParameters(command="notes")  # error: only a short allow-list
            """,
            fixed="""
            import os
            from mcp import StdioServerParameters

            server = StdioServerParameters(command="notes", env={"APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "two variables are missing",
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
            policy='[env.A]\nensure = "1"\n[env.B]\nensure = "2"\n',
        ),
        Bad(
            "a helper hands the block on",
            """
            import os
            import subprocess


            def launch(command: list[str], env: dict[str, str]) -> None:
                subprocess.run(command, env=env)


            launch(["helper"], {"LANG": "C"})  # error: holds only LANG
            """,
            fixed="""
            import os
            import subprocess


            def launch(command: list[str], env: dict[str, str]) -> None:
                subprocess.run(command, env=env)


            launch(["helper"], {"LANG": "C", "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "an allow-list lets it fall",
            """
            import os
            import subprocess

            parent, kept = os.environ, ("PATH", "HOME")
            subprocess.run(["helper"], env={k: parent[k] for k in kept})  # error: filtered
            """,
            fixed="""
            import os
            import subprocess

            parent, kept = os.environ, ("PATH", "HOME")
            subprocess.run(["helper"], env={**{k: parent[k] for k in kept}, "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "it is taken out, perhaps on purpose",
            """
            import os
            import subprocess

            env = os.environ.copy()
            env.pop("APP", None)
            subprocess.run(["helper"], env=env)  # error
            """,
            fixed="""
            import os
            import subprocess

            env = os.environ.copy()
            env.pop("APP", None)
            subprocess.run(["helper"], env={**env, "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "only names that begin otherwise are kept",
            """
            import os
            import subprocess

            kept = {k: v for k, v in os.environ.items() if k.startswith(("LC_", "X"))}
            subprocess.run(["helper"], env=kept)  # error: filtered
            """,
            fixed="""
            import os
            import subprocess

            kept = {k: v for k, v in os.environ.items() if k.startswith(("LC_", "X"))}
            subprocess.run(["helper"], env={**kept, "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "the process cleared its own environment",
            """
            import os
            import subprocess


            def isolate() -> None:
                os.environ.clear()


            def start() -> None:
                isolate()
                subprocess.run(["worker"])  # error
            """,
            policy="[env.APP]",
        ),
        Bad(
            "a block baked into a command",
            """
            import sh

            tool = sh.Command("worker")
            run = tool.bake(_env={"LANG": "C"})


            def start() -> None:
                run("-v")  # error
            """,
            fixed="""
            import sh
            import os

            tool = sh.Command("worker")
            run = tool.bake(_env={"LANG": "C", **{name: os.environ[name] for name in ("APP",) if name in os.environ}})


            def start() -> None:
                run("-v")
            """,
            policy="[env.APP]",
        ),
        Good(
            "cleared for a while, and put back",
            """
            import os
            import subprocess
            from contextlib import contextmanager
            from collections.abc import Iterator


            @contextmanager
            def isolated() -> Iterator[None]:
                before = dict(os.environ)
                os.environ.clear()
                yield
                os.environ.update(before)


            def start() -> None:
                with isolated():
                    print(os.environ)
                subprocess.run(["worker"])
            """,
            policy="[env.APP]",
        ),
        Good(
            "names that may be kept",
            """
            import os
            import subprocess


            def start(extra: dict[str, str]) -> None:
                kept = {k: v for k, v in os.environ.items() if k.startswith("APP")}
                subprocess.run(["helper"], env=kept)
                other = {k: v for k, v in os.environ.items() if k.startswith("LC_")}
                subprocess.run(["helper"], env={**other, **extra})
                subprocess.run(["helper"], env={**other, **kept})
                subprocess.run(["helper"], env={**other, **os.environ})
            """,
            policy=COPIED,
        ),
        Bad(
            "a loop takes out what is not on a list",
            """
            import os
            import subprocess

            env = dict(os.environ)
            for name in list(env):
                if name not in ("PATH", "HOME"):
                    env.pop(name)
            subprocess.run(["helper"], env=env)  # error: filtered
            """,
            fixed="""
            import os
            import subprocess

            env = dict(os.environ)
            for name in list(env):
                if name not in ("PATH", "HOME"):
                    env.pop(name)
            subprocess.run(["helper"], env={**env, "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "it is taken out of the process's own environment",
            """
            import os
            import subprocess

            os.environ.pop("APP", None)
            subprocess.run(["helper"])  # error: taken out of the environment that the child inherits
            """,
            fixed="""
            import os
            import subprocess

            os.environ.pop("APP", None)
            subprocess.run(["helper"], env={**os.environ, "APP": os.environ.get("APP", "main")})
            """,
            policy=ENSURED,
        ),
        Bad(
            "a callable that was made with a block",
            """
            import functools
            import os
            import subprocess

            quiet = functools.partial(subprocess.run, env={"LANG": "C"})


            class Tool:
                start = staticmethod(subprocess.Popen)

                def run(self) -> None:
                    self.start(["helper"], env={"LANG": "C"})  # error: holds only LANG


            def run() -> None:
                quiet(["helper"])  # error: holds only LANG
            """,
            fixed="""
            import functools
            import os
            import subprocess

            quiet = functools.partial(subprocess.run, env={"LANG": "C", "APP": os.environ.get("APP", "main")})


            class Tool:
                start = staticmethod(subprocess.Popen)

                def run(self) -> None:
                    self.start(["helper"], env={"LANG": "C", "APP": os.environ.get("APP", "main")})


            def run() -> None:
                quiet(["helper"])
            """,
            policy=ENSURED,
        ),
        Bad(
            "one branch drops it",
            """
            import os
            import subprocess


            def start(clean: bool) -> None:
                env = {"PATH": os.defpath} if clean else None
                subprocess.run(["helper"], env=env)  # error: holds only PATH
            """,
            fixed="""
            import os
            import subprocess


            def start(clean: bool) -> None:
                env = {"PATH": os.defpath, "APP": os.environ.get("APP", "main")} if clean else None
                subprocess.run(["helper"], env=env)
            """,
            policy=ENSURED,
        ),
        Bad(
            "without a policy, an update taken for an addition",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={"LANG": "C"})  # error: whole environment
            """,
            fixed="""
            import os
            import subprocess

            subprocess.run(["helper"], env={**os.environ, **{"LANG": "C"}})
            """,
        ),
        Bad(
            "without a policy, a block that was never filled",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={})  # error: its environment is empty
            """,
            fixed="""
            import os
            import subprocess

            subprocess.run(["helper"], env={**os.environ})
            """,
        ),
        Good(
            "the parent's environment with an addition",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={**os.environ, "LANG": "C"})
            """,
            policy=ENSURED,
        ),
        Good("nothing passed", 'import subprocess\n\nsubprocess.run(["helper"])\n', policy=ENSURED),
        Good(
            "carried by hand",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={"PATH": os.defpath, "APP": os.environ["APP"]})
            """,
            policy=ENSURED,
        ),
        Good(
            "a parameter decides",
            """
            import subprocess


            def launch(command: list[str], env: dict[str, str]) -> None:
                subprocess.run(command, env=env)
            """,
            policy=ENSURED,
        ),
        Good(
            "a block that is not known",
            """
            import subprocess

            from elsewhere import environment

            subprocess.run(["helper"], env=environment())
            """,
            policy=ENSURED,
        ),
        Good(
            "an exempt program",
            'import subprocess\n\nsubprocess.run(["git", "status"], env={"LANG": "C"})\n',
            policy='[env.APP]\nexempt = ["git", "*/ffmpeg"]\n',
        ),
        Good(
            "exempt programs, however they are found",
            """
            import shutil
            import subprocess
            from pathlib import Path


            def status(place: str) -> None:
                git = shutil.which("git")
                if git is not None:
                    subprocess.run([git, "status"], env={"LANG": "C"})
                subprocess.run([Path("/opt") / "bin" / "ffmpeg"], env={"LANG": "C"})
                subprocess.run(f"git -C {place} status", shell=True, env={"LANG": "C"})
            """,
            policy='[env.APP]\nexempt = ["git", "*/ffmpeg"]\n',
        ),
        Good(
            "a layer that does not need it",
            {"app/tools.py": 'import subprocess\n\nsubprocess.run(["helper"], env={"LANG": "C"})\n', "app/chat.py": ""},
            policy='[layers]\nruntime = ["app.chat"]\n[env.APP]\nlayers = ["runtime"]\n',
        ),
        Good(
            "without a policy, a deliberate block",
            """
            import os
            import subprocess

            subprocess.run(["helper"], env={"PATH": os.defpath, "LANG": "C"})
            """,
        ),
        Good(
            "without a policy, MCP parameters",
            'from mcp import StdioServerParameters\n\nserver = StdioServerParameters(command="notes")\n',
        ),
    ),
)
