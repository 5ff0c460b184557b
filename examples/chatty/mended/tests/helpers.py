"""What the tests do again and again: archives as other programs make them, and the program as a process."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

SOURCE_ROOT = Path(__file__).parents[1] / "src"


def zipped(**members: object) -> bytes:
    """A ZIP of JSON files, and of a picture that nobody asked for."""
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        archive.writestr("media/picture.png", b"\x89PNG")
        for name, content in members.items():
            archive.writestr(f"{name}.json", json.dumps(content))
    return data.getvalue()


def tree_archive(*conversations: tuple[str, str, list[str]], account: str = "ann@example.org") -> bytes:
    """An archive whose messages are nodes of a tree, of which one branch was given up."""
    rows = [_tree(conversation_id, title, texts) for conversation_id, title, texts in conversations]
    return zipped(conversations=rows, user={"id": "u-1", "email": account})


def _tree(conversation_id: str, title: str, texts: list[str]) -> dict[str, Any]:
    nodes: dict[str, Any] = {"root": {"parent": None, "message": None}}
    nodes["given-up"] = {"parent": "root", "message": _message("user", "never mind")}
    parent = "root"
    for number, text in enumerate(texts):
        nodes[f"n{number}"] = {"parent": parent, "message": _message(("user", "assistant")[number % 2], text)}
        parent = f"n{number}"
    return {"id": conversation_id, "title": title, "mapping": nodes, "current_node": parent}


def _message(role: str, text: str) -> dict[str, Any]:
    return {"author": {"role": role}, "content": {"parts": [text]}}


def list_archive(conversation_id: str, title: str, texts: list[str]) -> bytes:
    """An archive whose messages are lists."""
    messages = [{"sender": ("human", "assistant")[number % 2], "text": text} for number, text in enumerate(texts)]
    row = {"uuid": conversation_id, "name": title, "chat_messages": messages}
    return zipped(conversations=[row], user={"id": "u-2"})


HOLIDAY = ("c1", "Holiday", ["Where to?", "To the sea.", "And then?", "Home."])
RECIPE = ("c2", "Recipe", ["Soup?", "Leek."])


def run_chatty(*arguments: str, user: str = "ann") -> str:
    """Run the program as a process of its own; returns what it printed."""
    command = [sys.executable, "-m", "chatty", "--user", user, *arguments]
    env = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file below a directory but for locks, by its path there."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in sorted(found)}
