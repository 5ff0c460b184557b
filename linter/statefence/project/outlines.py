"""What of a file's text decides how other modules are read, though none of them asks it."""

from __future__ import annotations

from hashlib import blake2b

from statefence.facts import renamed
from statefence.project.heirs import CLASS
from statefence.project.program import Unit
from statefence.project.relevance import CLASSES

_SIZE = 16


def digest(data: bytes) -> bytes:
    """A digest of a file's bytes."""
    return blake2b(data, digest_size=_SIZE).digest()


def outline(unit: Unit) -> bytes:
    """A digest of the classes that a module has, with their bases, and of the other names it gives what it imports."""
    classes: tuple[list[bytes], ...] = ()
    if b"class" in unit.words:
        classes = tuple([found for pattern in (CLASSES, CLASS) for found in pattern.findall(unit.data)])
    names = tuple(renamed(unit.data)) if b"as" in unit.words else ()
    return digest(repr((classes, names)).encode())
