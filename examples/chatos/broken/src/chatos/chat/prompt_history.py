"""Prompts that the user typed in a chat and kept, for the prompt picker."""

from contextlib import closing

from chatos.storage import create_db, make_tables
from chatos.storage.paths import runtime_db_path


def keep_prompt(title: str, body: str) -> None:
    """Keep a prompt under a title; an older one of that title is replaced."""
    with closing(create_db(runtime_db_path())) as connection, connection:
        make_tables(connection, "prompts")
        connection.execute("INSERT OR REPLACE INTO prompts (title, body) VALUES (?, ?)", (title, body))


def find_prompts(text: str) -> list[str]:
    """Titles of the prompts that contain `text`."""
    with closing(create_db(runtime_db_path())) as connection:
        make_tables(connection, "prompts")
        rows = connection.execute("SELECT title FROM prompts WHERE instr(body, ?) ORDER BY title", (text,)).fetchall()
    return [row["title"] for row in rows]
