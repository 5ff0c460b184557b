"""Which conversations a user has imported, and in which archive each of them is. What was said in them is not here."""

import json
from pathlib import Path
from typing import NamedTuple

from chatty.paths import references_directory
from chatty.storage.atomic import exclusive, write_whole


class Reference(NamedTuple):
    """An imported conversation.

    Attributes:
        id: what the program that it comes from calls it.
        messages: how many there were in it.
        archive: the name of the upload that holds it; earlier versions had one name for all.
    """

    id: str
    title: str
    messages: int
    archive: str = "export.zip"


def list_all(user: str, gpt_id: str) -> list[Reference]:
    """What a user has imported into a runtime, by title."""
    return sorted(_read(_path(user, gpt_id)).values(), key=lambda reference: (reference.title, reference.id))


def remember(user: str, gpt_id: str, found: list[Reference]) -> int:
    """Add what is new, or has gone on since; returns how many that are."""
    path = _path(user, gpt_id)
    with exclusive(path):
        known = _read(path)
        new = {each.id: each for each in found if each.id not in known or known[each.id].messages < each.messages}
        if new:
            rows = [reference._asdict() for reference in (known | new).values()]
            write_whole(path, json.dumps(rows, indent=1).encode())
        return len(new)


def _path(user: str, gpt_id: str) -> Path:
    return references_directory(user) / f"{gpt_id}.json"


def _read(path: Path) -> dict[str, Reference]:
    """What a file holds, by id; nothing where there is none."""
    rows = json.loads(path.read_bytes()) if path.is_file() else []
    return {row["id"]: Reference(**row) for row in rows}
