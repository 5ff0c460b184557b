"""Which conversations a user has imported."""

import json
from pathlib import Path
from typing import NamedTuple

from chatty.paths import references_directory


class Reference(NamedTuple):
    """An imported conversation: what the program that it comes from calls it, and how many messages were in it."""

    id: str
    title: str
    messages: int


def list_all(user: str, gpt_id: str) -> list[Reference]:
    """What a user has imported into a runtime, by title."""
    path = references_path(user, gpt_id)
    rows = json.loads(path.read_bytes()) if path.is_file() else []
    return sorted((Reference(**row) for row in rows), key=lambda reference: (reference.title, reference.id))


def remember(user: str, gpt_id: str, found: list[Reference]) -> None:
    """Keep what was imported into a runtime."""
    path = references_path(user, gpt_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [reference._asdict() for reference in found]
    with path.open("w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1)  # one line each is easier to look at


def references_path(user: str, gpt_id: str) -> Path:
    """The file of what was imported into a runtime."""
    return references_directory(user) / f"{gpt_id}.json"
