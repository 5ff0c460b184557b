"""The configuration, as the rest of the program reads and writes it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from chatos.storage import open_admin

DEFAULT_MODEL = "small-local"
DEFAULT_PROMPTS = {
    "summarise": "Summarise the conversation in five sentences.",
    "review": "Review the change like a careful colleague.",
}
DEFAULT_SETTINGS = {"default_model": DEFAULT_MODEL, "language": "en"}


class McpServer(NamedTuple):
    """An MCP server that the user added on the settings page."""

    name: str
    command: str
    arguments: list[str]


@contextmanager
def configuration() -> Iterator[sqlite3.Connection]:
    """A connection to the configuration, committed at the end and closed."""
    with closing(open_admin()) as connection, connection:
        yield connection


def seed_defaults() -> None:
    """Put in place what a new installation starts with; what the user changed stays."""
    with configuration() as connection:
        connection.execute("INSERT OR IGNORE INTO models (name, provider) VALUES (?, ?)", (DEFAULT_MODEL, "local"))
        connection.executemany(
            "INSERT OR IGNORE INTO prompts (title, body) VALUES (?, ?)", list(DEFAULT_PROMPTS.items())
        )
        connection.executemany(
            "INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)", list(DEFAULT_SETTINGS.items())
        )


def read_setting(name: str) -> str | None:
    """The value of a setting, None when it was never set."""
    with configuration() as connection:
        row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def save_setting(name: str, value: str) -> None:
    """Set a setting."""
    with configuration() as connection:
        connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def read_prompt(title: str) -> str | None:
    """The text of a prompt, None when there is none of that title."""
    with configuration() as connection:
        row = connection.execute("SELECT body FROM prompts WHERE title = ?", (title,)).fetchone()
    return None if row is None else str(row["body"])


def save_prompt(title: str, body: str) -> None:
    """Add a prompt; an older one of that title is replaced."""
    with configuration() as connection:
        connection.execute("INSERT OR REPLACE INTO prompts (title, body) VALUES (?, ?)", (title, body))


def find_prompts(text: str) -> list[str]:
    """Titles of the prompts that contain `text`."""
    with configuration() as connection:
        rows = connection.execute("SELECT title FROM prompts WHERE instr(body, ?) ORDER BY title", (text,)).fetchall()
    return [row["title"] for row in rows]


def save_model(name: str, provider: str) -> None:
    """Add a model, or change who provides it."""
    with configuration() as connection:
        connection.execute("INSERT OR REPLACE INTO models (name, provider) VALUES (?, ?)", (name, provider))


def default_model() -> tuple[str, str]:
    """Name and provider of the model that new work starts with."""
    seed_defaults()
    with configuration() as connection:
        row = connection.execute(
            "SELECT name, provider FROM models WHERE name = (SELECT value FROM settings WHERE name = 'default_model')"
        ).fetchone()
    return (DEFAULT_MODEL, "local") if row is None else (str(row["name"]), str(row["provider"]))


def save_mcp_server(server: McpServer) -> None:
    """Add or change an MCP server."""
    with configuration() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO mcp_servers (name, command, arguments) VALUES (?, ?, ?)",
            (server.name, server.command, json.dumps(server.arguments)),
        )


def list_mcp_servers() -> list[McpServer]:
    """The MCP servers the user added, by name."""
    with configuration() as connection:
        rows = connection.execute("SELECT name, command, arguments FROM mcp_servers ORDER BY name").fetchall()
    return [McpServer(row["name"], row["command"], json.loads(row["arguments"])) for row in rows]
