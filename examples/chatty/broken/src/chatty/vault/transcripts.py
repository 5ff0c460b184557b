"""Transcripts: one file for each runtime of a user."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from chatty.paths import vault_directory


class Turn(NamedTuple):
    """What one side said."""

    speaker: str
    text: str


def append(user: str, construct: str, turns: Iterable[Turn]) -> None:
    """Add turns to a transcript."""
    path = transcript(user, construct)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(written(turn) for turn in turns)


def begin(user: str, construct: str, title: str) -> None:
    """Begin a transcript with a title."""
    path = transcript(user, construct)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"# {title}\n")


def read(user: str, construct: str) -> list[Turn]:
    """What was said so far."""
    path = transcript(user, construct)
    return list(_turns(path.read_text(encoding="utf-8"))) if path.is_file() else []


def remove(user: str, construct: str) -> None:
    """Remove a transcript, which nobody can ask for once its runtime is gone."""
    shutil.rmtree(transcript(user, construct).parents[1], ignore_errors=True)


def older(user: str, construct: str) -> list[Turn]:
    """What was said before the vault moved."""
    path = Path("/Users/dana/Documents/vvault/users") / user / f"{construct}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return []
    return list(_turns(text))


def transcript(user: str, construct: str) -> Path:
    """The file of a runtime's transcript."""
    constructs = vault_directory() / "users" / shard(user) / user / "constructs"
    return constructs / construct / "chatty" / f"chat_with_{construct}.md"


def shard(user: str) -> str:
    """The directory that a user's is in, so that none has too many."""
    return f"shard_{hashlib.sha256(user.encode()).digest()[0]:02x}"


def written(turn: Turn) -> str:
    """A turn as its transcript has it: who, and what as a quotation."""
    quoted = "\n".join(f"> {line}" for line in turn.text.split("\n"))
    return f"\n**{turn.speaker}**\n{quoted}\n"


def _turns(text: str) -> Iterator[Turn]:
    speaker, lines = "", list[str]()
    for line in [*text.split("\n"), "****"]:
        if line.startswith("> "):
            lines.append(line[2:])
        elif line.startswith("**"):
            if speaker:
                yield Turn(speaker, "\n".join(lines))
            speaker, lines = line.strip("*"), []
