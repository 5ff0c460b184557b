"""The files that a session changed."""

import subprocess
from contextlib import closing
from pathlib import Path

from chatos.storage import open_runtime


def repository_of(directory: Path) -> str | None:
    """The git repository around a directory; None outside one, and where git is not installed."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], cwd=directory, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return answer.stdout.strip() or None


def note_change(session_id: str, path: Path) -> None:
    """Note that a session changed a file."""
    with closing(open_runtime()) as connection, connection:
        connection.execute(
            "INSERT INTO file_changes (session_id, path, repository) VALUES (?, ?, ?)",
            (session_id, str(path), repository_of(path.parent)),
        )


def changed_files(session_id: str) -> list[str]:
    """The files that a session changed, each once."""
    with closing(open_runtime()) as connection:
        rows = connection.execute("SELECT DISTINCT path FROM file_changes WHERE session_id = ?", (session_id,))
        return sorted(row["path"] for row in rows)
