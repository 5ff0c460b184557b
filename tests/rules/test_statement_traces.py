"""A finding in a statement says where the connection was opened that it runs on."""

from __future__ import annotations

import textwrap

import pytest

from statefence.policy.load import load_text
from statefence.project.project import analyse
from statefence.registry import find, rules
from statefence.source import Source

POLICY = """
[layers]
app = ["app.**"]

[stores.admin]
path = "{home}/.app/admin.db"
owners = ["app"]
tables = ["models"]

[stores.chats]
path = "{home}/.app/chats.db"
owners = ["app"]
tables = ["messages"]
migrations = "migrations"
tenant = { messages = "user_id" }

[namespaces]
"app.keeper" = ["messages"]
"""
FILES = {
    "app/storage.py": """
        import sqlite3
        from pathlib import Path
        HOME = Path.home() / ".app"
        def open_chats():
            return sqlite3.connect(HOME / "chats.db")
    """,
    "app/helpers.py": """
        def run(connection, text):
            connection.execute(text)
    """,
    "migrations/0001_first.sql": "CREATE TABLE messages (user_id TEXT, text TEXT);\n",
}
STATEMENTS = {
    "SF301": '"DELETE FROM models"',
    "SF302": "\"INSERT INTO messages (user_id) VALUES ('ann')\"",
    "SF303": '"CREATE TABLE more (x)"',
    "SF304": "f\"SELECT * FROM messages WHERE text = '{name}'\"",
    "SF305": '"SELECT * FROM messages"',
}


def told(code: str, program: str) -> list[list[tuple[str, str, str]]]:
    """The steps of each finding's trace: the file, the line's text, and what is said of it."""
    files = {path: textwrap.dedent(text) for path, text in {**FILES, "app/cli.py": program}.items()}
    policy = load_text(POLICY, root="/case", source="statefence.toml")
    project = analyse([Source(path, text.encode()) for path, text in files.items()], policy)
    rule = find(code, rules()).rule
    assert rule.check is not None
    hits = [hit for module in project.modules for hit in rule.check(module, project, policy)]
    return [
        [(s.place.path, files[s.place.path].splitlines()[s.place.span.line - 1].strip(), s.message) for s in hit.trace]
        for hit in hits
    ]


OPENED = ("app/storage.py", 'return sqlite3.connect(HOME / "chats.db")', "the connection is opened here")


@pytest.mark.parametrize("code", STATEMENTS)
def test_the_trace_leads_to_the_open_in_another_module(code: str) -> None:
    program = f"""
        from app.storage import open_chats
        def main(name):
            with open_chats() as connection:
                cursor = connection.cursor()
                cursor.execute({STATEMENTS[code]})
    """
    assert told(code, program) == [[OPENED]]


def test_the_trace_leads_to_the_open_and_to_where_the_statement_is_run() -> None:
    program = """
        from app.helpers import run
        from app.storage import open_chats
        connection = open_chats()
        run(connection, "DELETE FROM models")
    """
    run_there = ("app/helpers.py", "connection.execute(text)", "execute runs it")
    assert told("SF301", program) == [[OPENED, run_there]]


def test_every_open_is_told_that_a_branch_may_have_taken() -> None:
    program = """
        import sqlite3
        from app.storage import HOME, open_chats
        def main(other):
            connection = sqlite3.connect(HOME / "chats.db") if other else open_chats()
            connection.execute("DELETE FROM models")
    """
    ((first, second),) = told("SF301", program)
    assert {first[0], second[0]} == {"app/cli.py", "app/storage.py"}


def test_an_open_on_the_same_line_needs_no_telling() -> None:
    program = """
        import sqlite3
        from app.storage import HOME
        sqlite3.connect(HOME / "chats.db").execute("DELETE FROM models")
    """
    assert told("SF301", program) == [[]]
