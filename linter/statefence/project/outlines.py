"""What of a file's text decides how other modules are read, though none of them asks it."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2b

from msgspec import Struct

from statefence.facts import renamed

_CLASS = re.compile(rb"(?:\A|\n)[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)")
_BASES = re.compile(rb"class[ \t]+\w+[ \t]*\(([^()]*)\)")
_SIZE = 16


class Outline(Struct, frozen=True, array_like=True):
    """What a file's text shows of this; it may show more than there is, never less.

    Attributes:
        classes: the name of each class that begins a line, with its bases as they are written.
        bases: the last part of the name of each base of a class.
        names: what imports give another name, by the last part of its own, and that name.
    """

    classes: tuple[tuple[bytes, bytes], ...] = ()
    bases: tuple[bytes, ...] = ()
    names: tuple[tuple[bytes, bytes], ...] = ()


def outline(data: bytes, words: Collection[bytes]) -> Outline:
    """The outline of a file that holds these words."""
    if b"class" not in words:
        return Outline(names=_names(data, words))
    bases = [base.strip().rpartition(b".")[2] for each in _BASES.findall(data) for base in each.split(b",")]
    return Outline(tuple(_CLASS.findall(data)), tuple(bases), _names(data, words))


def _names(data: bytes, words: Collection[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(renamed(data)) if b"as" in words else ()


def digest(data: bytes) -> bytes:
    """A digest of a file's bytes."""
    return blake2b(data, digest_size=_SIZE).digest()
