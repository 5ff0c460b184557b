"""Runtimes: who the assistant is for a user, made here or imported."""

import sqlite3
import uuid
from datetime import UTC, datetime
from typing import NamedTuple

from chatty.errors import RuntimeNotFoundError
from chatty.names import construct_name
from chatty.storage.database import transaction

_IMPORTED = uuid.UUID("5f0c2f66-9a35-4a55-8f0e-6d9b6f0a1c11")


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
    with transaction() as connection:
        return _added(connection, Runtime(uuid.uuid4().hex, user, name, instructions, "", ""))


def imported(user: str, name: str, origin: str) -> Runtime:
    """The runtime of what a user imports from an account: the one there is, or a new one."""
    gpt_id = uuid.uuid5(_IMPORTED, f"{user}/{origin}").hex
    with transaction() as connection:
        found = _found(connection, user, gpt_id)
        if found is None:
            return _added(connection, Runtime(gpt_id, user, name, "", "", origin))
        connection.execute("UPDATE gpts SET deleted_at = NULL WHERE user_id = ? AND id = ?", (user, gpt_id))
        return found


def get(user: str, gpt_id: str) -> Runtime:
    """A runtime that a user has; raises RuntimeNotFoundError."""
    found = next((runtime for runtime in list_all(user) if runtime.id == gpt_id), None)
    if found is None:
        raise RuntimeNotFoundError(f"{user} has no runtime {gpt_id}")
    return found


def list_all(user: str) -> list[Runtime]:
    """The runtimes that a user has, by name."""
    with transaction() as connection:
        rows = connection.execute(
            "SELECT id, user_id, name, instructions, construct, origin FROM gpts"
            " WHERE user_id = ? AND deleted_at IS NULL ORDER BY name, construct",
            (user,),
        )
        return [Runtime(*row) for row in rows]


def delete(user: str, gpt_id: str) -> None:
    """Show a runtime no longer; what was said to it stays in the vault. Raises RuntimeNotFoundError."""
    with transaction() as connection:
        deleted = connection.execute(
            "UPDATE gpts SET deleted_at = ? WHERE user_id = ? AND id = ? AND deleted_at IS NULL",
            (datetime.now(UTC).isoformat(), user, gpt_id),
        )
        if deleted.rowcount == 0:
            raise RuntimeNotFoundError(f"{user} has no runtime {gpt_id}")


def note_file(user: str, gpt_id: str, name: str, size: int) -> None:
    """Remember that a user gave a runtime a file."""
    with transaction() as connection:
        connection.execute(
            "INSERT INTO gpt_files (user_id, gpt_id, name, size) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (user, gpt_id, name, size),
        )


def _found(connection: sqlite3.Connection, user: str, gpt_id: str) -> Runtime | None:
    row = connection.execute(
        "SELECT id, user_id, name, instructions, construct, origin FROM gpts WHERE user_id = ? AND id = ?",
        (user, gpt_id),
    ).fetchone()
    return None if row is None else Runtime(*row)


def _added(connection: sqlite3.Connection, runtime: Runtime) -> Runtime:
    """Insert a runtime under the first construct that its user does not have yet."""
    rows = connection.execute("SELECT construct FROM gpts WHERE user_id = ?", (runtime.user_id,))
    taken = {row["construct"] for row in rows}
    numbered = (construct_name(runtime.name, number) for number in range(1, len(taken) + 2))
    added = runtime._replace(construct=next(name for name in numbered if name not in taken))
    connection.execute(
        "INSERT INTO gpts (id, user_id, name, instructions, construct, origin) VALUES (?, ?, ?, ?, ?, ?)", added
    )
    return added
