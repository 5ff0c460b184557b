"""The facts of files, kept between runs by the content they were read from."""

from __future__ import annotations

import sys
import zlib

from msgspec import MsgspecError, msgpack

from statefence import __version__
from statefence.cache.place import place, read, write
from statefence.cache.stamps import digest
from statefence.facts import VERSION, ModuleFacts

_MAGIC = f"statefence {__version__} facts {VERSION} {sys.version}\n".encode()
_FACTS = msgpack.Decoder(ModuleFacts)


class FactsCache:
    """What earlier runs read of a project, in one file; only what this run has used is kept for the next.

    Args:
        root: the project's root, by which the file is found again.
    """

    def __init__(self, root: str) -> None:
        kept_at = place(root.encode(errors="surrogateescape"))
        self.path = None if kept_at is None else f"{kept_at}.facts"
        self.stored = _stored(self.path)
        self.used: dict[bytes, bytes] = {}

    def known(self, data: bytes) -> ModuleFacts | None:
        """The facts of a file with these bytes, None when they are not remembered."""
        blob = self.stored.get(digest(data))
        return None if blob is None else _FACTS.decode(blob)

    def keep(self, data: bytes, facts: ModuleFacts) -> None:
        """Remember the facts of a file with these bytes."""
        self.used[digest(data)] = msgpack.encode(facts)

    def still_there(self, data: bytes) -> None:
        """Go on remembering the facts of a file with these bytes."""
        name = digest(data)
        if name in self.stored:
            self.used.setdefault(name, self.stored[name])

    def save(self) -> None:
        """Write what was used, if that is not what is there."""
        if self.path is not None and self.used and self.used != self.stored:
            body = msgpack.encode(self.used)
            write(self.path, b"".join((_MAGIC, zlib.crc32(body).to_bytes(4, "big"), body)))


def _stored(path: str | None) -> dict[bytes, bytes]:
    """What the file holds; nothing where it is missing, damaged, or of another version or interpreter."""
    data = read(path) if path is not None else None
    if data is None or not data.startswith(_MAGIC):
        return {}
    checksum, body = data[len(_MAGIC) :][:4], data[len(_MAGIC) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != checksum:
        return {}
    try:
        return msgpack.decode(body, type=dict[bytes, bytes])
    except MsgspecError:
        return {}
