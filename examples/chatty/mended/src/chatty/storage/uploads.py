"""Files that users give to runtimes, each user's apart."""

from chatty.errors import InvalidNameError
from chatty.names import file_name
from chatty.paths import uploads_directory
from chatty.storage import runtimes
from chatty.storage.atomic import write_whole


def save(user: str, gpt_id: str, name: str, data: bytes) -> None:
    """Keep a file; another of the same name is replaced. Raises RuntimeNotFoundError, InvalidNameError."""
    path = uploads_directory(user, runtimes.get(user, gpt_id).id) / file_name(name)
    if not (path.is_file() and path.read_bytes() == data):
        write_whole(path, data)
    runtimes.note_file(user, gpt_id, name, len(data))


def load(user: str, gpt_id: str, name: str) -> bytes:
    """The bytes of a file; raises RuntimeNotFoundError, InvalidNameError."""
    path = uploads_directory(user, runtimes.get(user, gpt_id).id) / file_name(name)
    if not path.is_file():
        raise InvalidNameError(f"{user} gave runtime {gpt_id} no file {name}")
    return path.read_bytes()


def list_all(user: str, gpt_id: str) -> list[str]:
    """The names of the files that a user gave to a runtime."""
    directory = uploads_directory(user, gpt_id)
    return sorted(path.name for path in directory.glob("[!.]*")) if directory.is_dir() else []
