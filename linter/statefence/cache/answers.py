"""What the last run found out about a project, kept for the next, which then looks only at what has changed."""

from __future__ import annotations

import os
import sys
import zlib
from importlib.util import find_spec
from sqlite3 import sqlite_version

from msgspec import MsgspecError, msgpack

import statefence
from statefence.cache.place import place, read, write
from statefence.cache.stamps import digest, stamps
from statefence.policy import Policy
from statefence.project import Answers


class AnswersCache:
    """The answers of the last run on a project, in one file.

    Args:
        policy: says where the project is; under another one there are other answers.
    """

    def __init__(self, policy: Policy) -> None:
        kept_at = place(policy.root.encode(errors="surrogateescape"))
        self.path = None if kept_at is None else f"{kept_at}.answers"
        self.magic = b"statefence answers %s\n" % digest(_code() + msgpack.encode(policy, order="deterministic"))

    def known(self) -> Answers | None:
        """What the last run found out; None where that is missing, damaged, or by another policy or version."""
        data = read(self.path) if self.path is not None else None
        if data is None or not data.startswith(self.magic):
            return None
        checksum, body = data[len(self.magic) :][:4], memoryview(data)[len(self.magic) + 4 :]
        if zlib.crc32(body).to_bytes(4, "big") != checksum:
            return None
        try:
            return msgpack.decode(body, type=Answers)
        except MsgspecError:
            return None

    def keep(self, answers: Answers) -> None:
        """Remember what a run found out."""
        if self.path is not None:
            body = msgpack.encode(answers)
            write(self.path, b"".join((self.magic, zlib.crc32(body).to_bytes(4, "big"), body)))


def _code() -> bytes:
    """What tells the code that does the work from any other: its files with their stamps, and what it asks.

    That is the interpreter, its SQLite, and the extra that reads PostgreSQL.
    """
    files = [
        os.path.join(directory, name)
        for directory, _, names in os.walk(os.path.dirname(statefence.__file__))
        for name in names
        if name.endswith(".py")
    ]
    extra = find_spec("sqlglot")
    files += [extra.origin] if extra is not None and extra.origin is not None else []
    stamped = [(file, stamps([file])) for file in sorted(files)]
    return repr((sys.version, sqlite_version, stamped)).encode(errors="surrogateescape")
