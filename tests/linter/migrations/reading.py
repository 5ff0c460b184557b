"""A project of a few files with one sequence of migrations, read as `check` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from statefence.migrations.model import History, Migration
from statefence.migrations.read import histories
from statefence.policy.load import load_text
from statefence.source import Source

POLICY = """
[layers]
storage = ["app.**"]

[stores.main]
path = "{{home}}/.app/main.db"
owners = ["storage"]
migrations = {migrations}
"""


def read(files: Mapping[str, str], migrations: str = '"app/migrations"') -> tuple[History, ...]:
    """Every sequence of the files, by path; `migrations` is the policy's value as TOML."""
    policy = load_text(POLICY.format(migrations=migrations), root="/case", source="statefence.toml")
    sources = {path: Source(path, dedent(text).removeprefix("\n").encode()) for path, text in files.items()}
    return histories(policy, sources)


def only(files: Mapping[str, str], migrations: str = '"app/migrations"') -> History:
    """The only sequence of the files."""
    (history,) = read(files, migrations)
    return history


def of_module(text: str) -> Migration:
    """The migration in a module of that text."""
    (migration,) = only({"app/migrations/m001_first.py": text}).migrations
    return migration


def up(migration: Migration) -> list[str]:
    """The statements that apply it."""
    return [sql.text for sql in migration.up]
