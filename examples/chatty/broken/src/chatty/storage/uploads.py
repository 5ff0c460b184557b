"""Files that users give to runtimes."""

from chatty.paths import uploads_directory
from chatty.storage import runtimes


def save(user: str, gpt_id: str, name: str, data: bytes) -> None:
    """Keep a file; another of the same name is replaced. Raises RuntimeNotFoundError."""
    runtimes.get(user, gpt_id)
    path = uploads_directory() / gpt_id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    runtimes.note_file(user, gpt_id, name, len(data))


def load(gpt_id: str, name: str) -> bytes:
    """The bytes of a file."""
    return (uploads_directory() / gpt_id / name).read_bytes()


def list_all(gpt_id: str) -> list[str]:
    """The names of the files that were given to a runtime."""
    directory = uploads_directory() / gpt_id
    return sorted(path.name for path in directory.glob("[!.]*")) if directory.is_dir() else []
