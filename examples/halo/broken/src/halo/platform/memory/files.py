"""Reading and writing memory files."""

import os
import tempfile
from pathlib import Path

from halo.platform.memory.paths import Scope


def memory_read(scope: Scope, note: str | None = None) -> str:
    """The text of the summary, or of a note; empty when nothing has been written yet."""
    path = _path(scope, note)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def memory_write(scope: Scope, text: str, note: str | None = None) -> None:
    """Replace the summary, or a note; whoever reads meanwhile sees the old text or the new one."""
    path = _path(scope, note)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)


def memory_list(scope: Scope) -> list[str]:
    """The names of the notes."""
    return sorted(path.name for path in scope.notes.glob("*.md")) if scope.notes.is_dir() else []


def _path(scope: Scope, note: str | None) -> Path:
    if note is None:
        return scope.summary
    if Path(note).name != note or note in {".", ".."}:
        raise ValueError(f"a note has a plain name, not {note!r}")
    return scope.notes / note
