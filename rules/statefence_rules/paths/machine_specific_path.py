r"""A file is opened by a path that exists on one person's machine only.

## What it finds
Opens whose path, or the default of whose path, is a literal in somebody's home directory: `/home/ann/...`,
`/Users/ann/...`, `C:\Users\ann\...`, also in a URL. Databases are always looked at, other files when the policy
declares stores or forbidden paths. Homes of accounts that machines and container images have by themselves (`app`,
`runner`, `vscode`, `Public`, ...) and names that are only placeholders (`user`, `username`) are not reported, nor is a
name that the program fills in.

## Why is this bad?
On every other machine the directory is missing, or belongs to another person. The open fails there, or a guard around
it turns the failure into an empty database.

## Example
The database is found by whoever wrote the line, and by nobody else.

## Fix safety
Unsafe: a path written out as one literal becomes the same path in the home directory of whoever runs the program, which
is another directory for everyone but its author.

## Options
It needs none. With `stores` in the policy, the calls that read and write other files are looked at too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from statefence.api import (
    Bad,
    Edit,
    Good,
    Hit,
    Import,
    Module,
    Open,
    Policy,
    Project,
    ReplaceExpression,
    Rule,
    Safety,
    Target,
    Template,
    Text,
)
from statefence_rules.opening import opens_decided_in
from statefence_rules.source_text import text_at

HOMES = frozenset({"/home", "/users", "/documents and settings"})
"""Directories of home directories, in lower case and without a drive."""

SERVICE_ACCOUNTS = frozenset(
    {
        *("airflow", "app", "appuser", "circleci", "codespace", "coder", "container", "deploy", "django", "docker"),
        *("ec2-user", "git", "gitpod", "jenkins", "jovyan", "linuxbrew", "node", "nonroot", "pi", "pwuser", "runner"),
        *("runneradmin", "sandbox", "superset", "ubuntu", "vagrant", "vscode", "vsts", "worker"),
        *("all users", "containeradministrator", "containeruser", "default", "public", "shared"),
    }
)
"""Accounts of machine and container images, which are the same on every machine made of them, in lower case."""

PLACEHOLDERS = frozenset({"me", "name", "someone", "somebody", "user", "username", "you", "yourname", "your-name"})
"""What documentation writes in the place of a name, in lower case."""

_LITERAL = re.compile(
    r"""(?:(?:pathlib\.)?(?:Pure)?(?:Posix|Windows)?Path\(\s*)?([rR]?(?:'[^'\n]*'|"[^"\n]*"))\s*\)?"""
)
_TAKE_PATHS = ("sqlite3.", "aiosqlite.", "io.", "os.", "shutil.", "pathlib.")


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:  # noqa: ARG001 - the same under any policy
    """Report each open that some alternative puts into the home directory of one person."""
    for opened in opens_decided_in(module, project):
        for target in opened.targets:
            whose = "" if target.template is None else person(target.template)
            if whose:
                message = f"{target.template} exists on the machine of {whose} only"
                trace = (*target.trace, *opened.way(target))
                yield Hit(opened.span, message, trace, _in_any_home(module, opened, target))
                break


def person(path: Template) -> str:
    """Whose home directory a literal path is in; empty when it is in nobody's."""
    segments = path.segments[:3]
    if len(segments) < 3 or not all(isinstance(piece, Text) for segment in segments for piece in segment):
        return ""
    drive, directory, name = (
        "".join(piece.text for piece in segment if isinstance(piece, Text)) for segment in segments
    )
    is_file = len(path.segments) == 3 and "." in name
    known = name.lower() in SERVICE_ACCOUNTS | PLACEHOLDERS or not re.match(r"\w", name)
    is_root = re.fullmatch("(?:[A-Za-z]:)?", drive) is not None
    return name if is_root and f"/{directory.lower()}" in HOMES and not (known or is_file) else ""


def _in_any_home(module: Module, opened: Open, target: Target) -> tuple[Edit, ...]:
    """The same path below the home directory of whoever runs the program, where one literal spells it."""
    if opened.argument is None or target.template is None:
        return ()
    literal = _LITERAL.fullmatch(text_at(module, opened.argument))
    rest = "/".join(str(Template((segment,))) for segment in target.template.segments[3:])
    if literal is None or not rest or not rest.isprintable() or '"' in rest:
        return ()
    spelled = str(ast.literal_eval(literal[1])).replace("\\", "/")
    if spelled != str(target.template):
        return ()
    path = f'Path.home() / "{rest}"'
    takes_path = opened.via is None and opened.api.startswith(_TAKE_PATHS)
    is_path = literal[0] != literal[1]
    source = path if takes_path or is_path else f"str({path})"
    return (ReplaceExpression(opened.argument, source, (Import("pathlib", "Path"),)),)


STORES = """
    [layers]
    storage = ["app.storage"]

    [stores.notes]
    path = "{home}/.app/notes.json"
    kind = "file"
    owners = ["storage"]
"""

RULE = Rule(
    code="SF206",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "a home directory on Linux",
            """
            import sqlite3

            connection = sqlite3.connect("/home/ann/.app/app.db")  # error: machine of ann
            """,
            fixed="""
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / ".app/app.db")
            """,
        ),
        Bad(
            "a home directory on a Mac",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path("/Users/ann/Library/app.db"), timeout=5)  # error: machine of ann
            """,
            fixed="""
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / "Library/app.db", timeout=5)
            """,
        ),
        Bad(
            "a home directory on Windows",
            r"""
            import sqlite3

            connection = sqlite3.connect(r"C:\Users\ann\app.db")  # error: C:/Users/ann/app.db
            """,
            fixed="""
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / "app.db")
            """,
        ),
        Bad(
            "another drive, with slashes",
            """
            import sqlite3

            connection = sqlite3.connect("d:/users/ann/app.db")  # error: machine of ann
            """,
            fixed="""
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / "app.db")
            """,
        ),
        Bad(
            "a library that wants a text",
            """
            import duckdb

            connection = duckdb.connect("/home/ann/facts.duckdb")  # error: machine of ann
            """,
            fixed="""
            import duckdb
            from pathlib import Path

            connection = duckdb.connect(str(Path.home() / "facts.duckdb"))
            """,
        ),
        Bad(
            "a helper that may take a text only",
            """
            import sqlite3


            def opened(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path + "?mode=rwc")


            connection = opened("/home/ann/app.db")  # error: machine of ann
            """,
        ),
        Bad(
            "handed to a helper as it is",
            """
            import sqlite3


            def opened(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path)


            connection = opened("/home/ann/app.db")  # error: machine of ann
            """,
            fixed="""
            import sqlite3
            from pathlib import Path


            def opened(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path)


            connection = opened(str(Path.home() / "app.db"))
            """,
        ),
        Bad(
            "a constant",
            """
            import sqlite3
            from pathlib import Path

            BASE = Path("/Users/ann/data")
            connection = sqlite3.connect(BASE / "app.db")  # error: /Users/ann/data/app.db
            """,
        ),
        Bad(
            "the default of an environment variable",
            """
            import os
            import sqlite3

            connection = sqlite3.connect(os.environ.get("DATABASE", "/home/ann/app.db"))  # error: machine of ann
            """,
        ),
        Bad(
            "the default of a parameter",
            """
            import sqlite3


            def connect(path: str = "/home/ann/app.db") -> sqlite3.Connection:
                return sqlite3.connect(path)  # error: machine of ann
            """,
        ),
        Bad(
            "an SQLAlchemy URL",
            """
            from sqlalchemy import create_engine

            engine = create_engine("sqlite:////home/ann/app.db")  # error: /home/ann/app.db
            """,
        ),
        Bad(
            "a file, where the policy has stores",
            {
                "app/storage.py": """
                from pathlib import Path

                text = Path("/home/ann/notes.json").read_text()  # error: machine of ann
                """
            },
            fixed={
                "app/storage.py": """
                from pathlib import Path

                text = (Path.home() / "notes.json").read_text()
                """
            },
            policy=STORES,
        ),
        Good(
            "the home directory of whoever runs it",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / ".app" / "app.db")
            """,
        ),
        Good(
            "a name that the program fills in",
            """
            import getpass
            import sqlite3

            connection = sqlite3.connect(f"/home/{getpass.getuser()}/app.db")
            """,
        ),
        Good(
            "the account of a container image",
            """
            import sqlite3

            connection = sqlite3.connect("/home/vscode/app.db")
            shared = sqlite3.connect("/Users/Shared/app.db")
            """,
        ),
        Good("a placeholder", 'import sqlite3\n\nconnection = sqlite3.connect("/home/username/app.db")\n'),
        Good(
            "places that every machine has",
            """
            import sqlite3

            connection = sqlite3.connect("/var/lib/app/app.db")
            other = sqlite3.connect("/srv/home/ann/app.db")
            """,
        ),
        Good("a file, without a policy", 'text = open("/home/ann/notes.txt").read()\n'),
    ),
)
