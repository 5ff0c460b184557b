"""Small real databases and policies for the tests of state directories."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from statefence.policy import Policy
from statefence.policy.load import load_text

POLICY = """
state = "{env:APP_STATE|{home}/.app}"
[layers]
core = ["app.**"]
[stores.admin]
path = "{state}/admin.db"
owners = ["core"]
tables = ["models", "prompts", "notes"]
[stores.runtime]
path = "{state}/runtime/runtime.db"
owners = ["core"]
tables = ["chats"]
[[forbidden]]
path = "{state}/*/stray.db"
belongs-to = "admin"
reason = "configuration belongs in one place"
"""


def policy(text: str = POLICY, root: str = "/app") -> Policy:
    return load_text(text, root=root, source="statefence.toml")


def make(path: Path, *statements: str) -> Path:
    """A database made by these statements."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def dump(path: Path) -> list[str]:
    """Everything in a database, as SQL in an order of its own."""
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.iterdump())


def state_environment(directory: Path) -> dict[str, str]:
    """An environment in which `directory` is the state directory and records of scans stay beside it."""
    kept = {name: value for name, value in os.environ.items() if name != "APP_STATE"}
    return {**kept, "APP_STATE": str(directory), "XDG_STATE_HOME": str(directory.parent / "records")}


def python(program: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """A running child with its output in a pipe."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)


def names(directory: Path, but: Iterable[str] = (".statefence",)) -> list[str]:
    """The files below a directory, without those of repairs."""
    return sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file() and not set(path.relative_to(directory).parts) & set(but)
    )
