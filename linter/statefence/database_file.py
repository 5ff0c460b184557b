"""Whether a file is a SQLite database, by its first bytes; imports nothing, since a warm run asks it too.

Source: the file format of SQLite, https://www.sqlite.org/fileformat2.html.
"""

# Paths are text here, since `pathlib` is most of a warm run's imports.
# ruff: noqa: PTH123

from __future__ import annotations

import os
import stat

HEADER = b"SQLite format 3\0"
SMALLEST_PAGE = 512
"""A database's size is a multiple of its page size, which is one of this."""

_BESIDE = {
    "-wal": (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"),
    "-journal": (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",),
}
"""What SQLite keeps beside a database, by the end of its name, begins so."""


def is_database(path: str) -> bool:
    """Whether a file is a database, or what SQLite keeps beside one; a link, or what cannot be read, is none."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or not found.st_size:
            return False
        beside = next((magic for suffix, magic in _BESIDE.items() if path.endswith(suffix)), None)
        if beside is None and found.st_size % SMALLEST_PAGE:
            return False
        with open(path, "rb") as file:
            return file.read(len(HEADER)).startswith(beside or (HEADER,))
    except OSError:
        return False
