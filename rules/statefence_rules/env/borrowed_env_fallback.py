"""A variable that is missing is replaced by the value of another that means something else.

## What it finds
Fallback chains (`or`, the default of `get` or `getenv`, a helper that asks one variable after another) that ask a
variable of the policy and then one of its `not-from` variables; and blocks of child processes that set the variable
from a `not-from` variable. The variable's `resolver` may do what it likes.

## Why is this bad?
The two variables agree in the process that was tested and differ in the one that matters: a runtime that names itself
in `HOST` then also keeps its configuration under that name, in a database of its own.

## Example
The configuration belongs to the variable's own host, not to whichever host is running.

## Fix safety
Unsafe: the whole chain is replaced by a call of the `resolver`, which may answer differently; that is its purpose.

## Options
`env.NAME.not-from` names the variables that must not be asked, `env.NAME.resolver` the one function that may read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statefence.api import (
    Bad,
    Edit,
    Environment,
    EnvRead,
    Good,
    Hit,
    Module,
    Policy,
    Project,
    ReplaceExpression,
    Rule,
    Safety,
    Spawn,
    Variable,
)
from statefence_rules.carrying import lacking_blocks, resolver_call


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report chains that go on to a forbidden variable, and blocks that set the variable from one."""
    variables = [variable for variable in policy.variables if variable.not_from]
    for variable in variables:
        for read in project.env_reads(module):
            if not _in_resolver(read.symbol, variable):
                yield from _borrowing(module, read, variable)
        for spawn in project.spawns(module):
            if not _in_resolver(spawn.symbol, variable):
                yield from _set_from_another(project, spawn, variable)


def _borrowing(module: Module, read: EnvRead, variable: Variable) -> Iterator[Hit]:
    borrowed = after(variable.name, read.names, variable.not_from)
    if borrowed:
        message = f"{variable.name} falls back to {', '.join(borrowed)}, which means something else"
        span = read.span if read.expression else read.reads.get(borrowed[0], read.span)
        yield Hit(span, message, edits=_edits(module, read, variable) if read.expression else ())


def _set_from_another(project: Project, spawn: Spawn, variable: Variable) -> Iterator[Hit]:
    unwanted = frozenset(variable.not_from)
    for block in lacking_blocks(project, spawn, variable.name, lambda each, name: bool(before(each, name) & unwanted))[
        :1
    ]:
        borrowed = ", ".join(sorted(before(block, variable.name) & unwanted))
        message = f"the child gets {variable.name} from {borrowed}, which means something else"
        yield Hit(spawn.span, message, (*block.trace, *spawn.trace))


def before(block: Environment, name: str) -> frozenset[str]:
    """What a block's value for the variable is taken from before the variable itself is asked."""
    names = block.reads.get(name, ())
    return frozenset(names[: names.index(name)] if name in names else names)


def after(name: str, names: Sequence[str], unwanted: Sequence[str]) -> list[str]:
    """Those of `unwanted` that are asked after `name`."""
    asked_before = names.index(name) if name in names else len(names)
    return [each for each in names[asked_before + 1 :] if each in unwanted]


def _in_resolver(symbol: str, variable: Variable) -> bool:
    """Whether a place lies in the variable's resolver."""
    resolver = (variable.resolver or "").replace(":", ".")
    return bool(resolver) and f"{symbol}.".startswith(f"{resolver}.")


def _edits(module: Module, read: EnvRead, variable: Variable) -> tuple[Edit, ...]:
    if variable.resolver is None:
        return ()
    call, imports = resolver_call(variable.resolver, module)
    return (ReplaceExpression(read.span, call, imports),)


POLICY = """
    [env.CONFIG_HOST]
    not-from = ["HOST"]
    resolver = "app.hosts:config_host"
"""

RULE = Rule(
    code="SF103",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "or chain",
            {
                "app/hosts.py": 'def config_host() -> str:\n    return "main"\n',
                "app/config.py": """
                import os

                host = os.environ.get("CONFIG_HOST") or os.environ.get("HOST") or "main"  # error: falls back to HOST
                """,
            },
            fixed={
                "app/config.py": """
                import os
                from app.hosts import config_host

                host = config_host()
                """
            },
            policy=POLICY,
        ),
        Bad(
            "default of get",
            """
            import os

            host = os.environ.get("CONFIG_HOST", os.environ.get("HOST", "main"))  # error: HOST
            """,
            policy='[env.CONFIG_HOST]\nnot-from = ["HOST"]\n',
        ),
        Bad(
            "getenv",
            """
            from os import getenv

            host = getenv("CONFIG_HOST", getenv("HOST"))  # error: HOST
            """,
            policy='[env.CONFIG_HOST]\nnot-from = ["HOST"]\n',
        ),
        Bad(
            "another function inside the resolver's module",
            {
                "app/hosts.py": """
                import os


                def config_host() -> str:
                    return os.environ.get("CONFIG_HOST") or os.environ["HOST"].removesuffix("_runtime")


                def config_name() -> str:
                    return os.environ.get("CONFIG_HOST") or os.environ["HOST"]  # error
                """,
            },
            fixed={
                "app/hosts.py": """
                import os


                def config_host() -> str:
                    return os.environ.get("CONFIG_HOST") or os.environ["HOST"].removesuffix("_runtime")


                def config_name() -> str:
                    return config_host()
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a child's variable is set from it",
            """
            import os
            import subprocess

            subprocess.run(["worker"], env={**os.environ, "CONFIG_HOST": os.environ["HOST"]})  # error: from HOST
            """,
            policy='[env.CONFIG_HOST]\nnot-from = ["HOST"]\n',
        ),
        Bad(
            "through a helper",
            """
            import os


            def host() -> str | None:
                return os.environ.get("HOST")


            def config_host() -> str:
                return os.environ.get("CONFIG_HOST") or host() or "main"  # error: HOST
            """,
            policy='[env.CONFIG_HOST]\nnot-from = ["HOST"]\n',
        ),
        Bad(
            "one statement after another",
            """
            import os


            def config_host() -> str:
                value = os.environ.get("CONFIG_HOST", "").strip()
                if value:
                    return value
                return os.environ["HOST"]  # error: falls back to HOST


            def other() -> str:
                try:
                    return os.environ["CONFIG_HOST"]
                except KeyError:
                    return os.environ["HOST"]  # error: falls back to HOST
            """,
            policy=POLICY,
        ),
        Bad(
            "the process sets it for itself",
            """
            import os

            os.environ.setdefault("CONFIG_HOST", os.environ.get("HOST", "main"))  # error: falls back to HOST
            """,
            policy=POLICY,
        ),
        Bad(
            "an option of a command",
            """
            import click


            @click.command()
            @click.option("--host", envvar=["CONFIG_HOST", "HOST"])  # error: falls back to HOST
            @click.option(
                "--other",
                envvar=[
                    "CONFIG_HOST",
                    "HOST",  # error: falls back to HOST
                ],
            )
            @click.option("--name", envvar=["HOST", "CONFIG_HOST"])
            def main(host: str, other: str, name: str) -> None:
                print(host, other, name)
            """,
            policy=POLICY,
        ),
        Bad(
            "an option that falls back in the body",
            """
            import os
            from typing import Annotated

            import click
            import typer


            @click.command()
            @click.option("--host", envvar="CONFIG_HOST")
            def main(host: str | None) -> None:
                print(host or os.environ["HOST"])  # error: falls back to HOST


            def start(host: str = typer.Option(None, envvar="CONFIG_HOST")) -> None:
                print(host or os.environ["HOST"])  # error: falls back to HOST


            def stop(
                host: Annotated[str | None, typer.Option(envvar=["CONFIG_HOST", "HOST"])] = None,  # error: HOST
            ) -> None:
                print(host)
            """,
            policy='[env.CONFIG_HOST]\nnot-from = ["HOST"]\n',
        ),
        Bad(
            "a field of settings",
            """
            from typing import Annotated

            from pydantic import AliasChoices, BaseModel, Field
            from pydantic_settings import BaseSettings


            class Settings(BaseSettings):
                host: str = Field("main", validation_alias=AliasChoices("config_host", "host"))  # error: HOST
                other: Annotated[str, Field(validation_alias=AliasChoices("CONFIG_HOST", "HOST"))]  # error: HOST
                name: str = Field("main", validation_alias=AliasChoices("CONFIG_HOST", "CONFIG_NAME"))


            class Record(BaseModel):
                host: str = Field(validation_alias=AliasChoices("config_host", "host"))
            """,
            policy=POLICY,
        ),
        Bad(
            "a helper that asks the names it is handed",
            {
                "app/hosts.py": 'def config_host() -> str:\n    return "main"\n',
                "app/reading.py": """
                import os


                def first(*names: str) -> str | None:
                    for name in names:
                        value = os.environ.get(name)
                        if value:
                            return value
                    return None


                def listed(names: list[str], default: str = "") -> str:
                    for name in names:
                        if name in os.environ:
                            return os.environ[name]
                    return default


                def either(name: str, fallback: str) -> str:
                    return os.environ.get(name) or os.environ[fallback]
                """,
                "app/config.py": """
                from app.reading import either, first, listed

                HOST = first("CONFIG_HOST", "HOST")  # error: falls back to HOST
                NAME = first("CONFIG_HOST", "CONFIG_NAME") or "main"
                OTHER = first("HOST", "CONFIG_HOST")


                def host() -> str:
                    return listed(["CONFIG_HOST", "HOST"], "main")  # error: falls back to HOST


                def name() -> str:
                    return either("CONFIG_HOST", "HOST")  # error: falls back to HOST
                """,
            },
            fixed={
                "app/config.py": """
                from app.reading import either, first, listed
                from app.hosts import config_host

                HOST = config_host()
                NAME = first("CONFIG_HOST", "CONFIG_NAME") or "main"
                OTHER = first("HOST", "CONFIG_HOST")


                def host() -> str:
                    return config_host()


                def name() -> str:
                    return config_host()
                """
            },
            policy=POLICY,
        ),
        Good(
            "its own default",
            'import os\n\nhost = os.environ.get("CONFIG_HOST", "main")\n',
            policy=POLICY,
        ),
        Good(
            "the resolver may",
            {
                "app/hosts.py": """
                import os


                def config_host() -> str:
                    return os.environ.get("CONFIG_HOST") or os.environ["HOST"].removesuffix("_runtime")
                """
            },
            policy=POLICY,
        ),
        Good(
            "the other way round is another variable's chain",
            'import os\n\nhost = os.environ.get("HOST") or os.environ.get("CONFIG_HOST")\n',
            policy=POLICY,
        ),
        Good(
            "a fallback that is allowed",
            'import os\n\nhost = os.environ.get("CONFIG_HOST") or os.environ.get("CONFIG_NAME")\n',
            policy=POLICY,
        ),
        Good(
            "two separate reads",
            'import os\n\nconfig = os.environ.get("CONFIG_HOST")\nhost = os.environ.get("HOST")\n',
            policy=POLICY,
        ),
        Good("without a policy", 'import os\n\nhost = os.environ.get("CONFIG_HOST") or os.environ.get("HOST")\n'),
    ),
)
