"""What the text of a file shows without being parsed: its words, and the names it imports.

All of it may show more than there is (a comment looks like code), never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BETWEEN_WORDS = bytes(
    code if code > 0x7F or chr(code).isalnum() or chr(code) == "_" else ord(" ") for code in range(0x100)
)
_LIST = rb"(\((?:[^)#]|#[^\n]*)*\)|(?:[^\n\\;]|\\\r?\n)*)"
_IMPORTED = re.compile(rb"\bimport[ \t]*" + _LIST)
_RENAMED = re.compile(rb"(?:^|import|,|\()[ \t]*([.\w]+)[ \t]+as[ \t]+(\w+)")


def words_of(data: bytes) -> frozenset[bytes]:
    """Every identifier and number of the text, those in strings and comments included.

    Splitting costs a tenth of parsing, and every later question is a set operation.
    """
    return frozenset(data.translate(_BETWEEN_WORDS).split())


def imported_words(data: bytes) -> frozenset[bytes]:
    """The words of all that stands after an `import`, over several lines too; `*` where everything is imported."""
    lists = b"\n".join(_IMPORTED.findall(data))
    return words_of(lists) | ({b"*"} if b"*" in lists else set())


def renamed(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The names that imports give others: what is imported, in its last part, and its name here."""
    at = data.find(b" as ")
    while at >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        end = len(data) if end < 0 else end
        for name, other in _RENAMED.findall(data[start:end]):
            yield name.rpartition(b".")[2], other
        at = data.find(b" as ", end)
