"""Runtimes: who the assistant is for a user, made here or imported."""

import sqlite3
import uuid
from contextlib import closing
from typing import NamedTuple

from chatty.errors import RuntimeNotFoundError
from chatty.paths import data_directory
from chatty.storage.database import CREATE, open_runtimes

INSERT = "INSERT INTO gpts (id, user_id, name, instructions, construct, origin) VALUES (?, ?, ?, ?, ?, ?)"


class Runtime(NamedTuple):
    """One runtime of a user.

    Attributes:
        construct: what the vault calls it.
        origin: for an imported one, the program and the account there; empty otherwise.
    """

    id: str
    user_id: str
    name: str
    instructions: str
    construct: str
    origin: str


def create(user: str, name: str, instructions: str) -> Runtime:
    """A new runtime of a user."""
    with closing(open_runtimes()) as connection, connection:
        return added(connection, Runtime(uuid.uuid4().hex, user, name, instructions, "", ""))


def imported(user: str, name: str, origin: str) -> Runtime:
    """A runtime for what a user imports from an account; imported runtimes are kept apart from the user's own."""
    directory = data_directory() / "imports"
    directory.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(directory / "imported.db")
    connection.executescript(CREATE)
    with closing(connection), connection:
        return added(connection, Runtime(uuid.uuid4().hex, user, name, "", "", origin))


def get(user: str, gpt_id: str) -> Runtime:
    """A runtime that a user has; raises RuntimeNotFoundError."""
    for connection in connections():
        with closing(connection):
            row = connection.execute(
                "SELECT id, user_id, name, instructions, construct, origin FROM gpts WHERE id = ?", (gpt_id,)
            ).fetchone()
        if row is not None:
            return Runtime(*row)
    raise RuntimeNotFoundError(f"{user} has no runtime {gpt_id}")


def list_all(user: str) -> list[Runtime]:
    """The runtimes that a user has, by name."""
    query = "SELECT id, user_id, name, instructions, construct, origin FROM gpts WHERE user_id = ?"
    found = set()
    for connection in connections():
        with closing(connection):
            found |= {Runtime(*row) for row in connection.execute(query, (user,))}
    return sorted(found, key=lambda runtime: (runtime.name, runtime.construct))


def delete(user: str, gpt_id: str) -> None:
    """Forget a runtime; raises RuntimeNotFoundError."""
    get(user, gpt_id)
    for connection in connections():
        with closing(connection), connection:
            connection.execute("DELETE FROM gpts WHERE id = ?", (gpt_id,))


def note_file(user: str, gpt_id: str, name: str, size: int) -> None:
    """Remember that a user gave a runtime a file."""
    with closing(open_runtimes()) as connection, connection:
        connection.execute(
            "INSERT INTO gpt_files (user_id, gpt_id, name, size) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (user, gpt_id, name, size),
        )


def connections() -> list[sqlite3.Connection]:
    """The databases that there are: of the users' own runtimes, and of imported ones."""
    imports = data_directory() / "imports" / "imported.db"
    if not imports.is_file():
        return [open_runtimes()]
    return [open_runtimes(), sqlite3.connect(imports)]


def added(connection: sqlite3.Connection, runtime: Runtime) -> Runtime:
    """Insert a runtime under the first construct that its user does not have yet."""
    rows = connection.execute("SELECT construct FROM gpts WHERE user_id = ?", (runtime.user_id,))
    taken = {construct for (construct,) in rows}
    slug = "-".join(word for word in "".join(c if c.isalnum() else " " for c in runtime.name.casefold()).split())
    numbered = (f"{slug}-{number:03}" for number in range(1, len(taken) + 2))
    new = runtime._replace(construct=next(name for name in numbered if name not in taken))
    connection.execute(INSERT, new)
    return new
