"""What a fix would change, as a unified diff that `git apply -p0` and `patch` accept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statefence.source import Source, decoded

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BYTE_ORDER_MARK = "\ufeff"


def unified(path: str, before: bytes | None, after: bytes) -> str:
    """The unified diff between two contents of one file, empty when they are equal; of a file that is made with None.

    Carriage returns and a byte order mark are kept, and a missing line end at the end of the file is said so.
    """
    from difflib import unified_diff

    origin = "/dev/null" if before is None else path
    lines = unified_diff(_lines(path, before or b""), _lines(path, after), fromfile=origin, tofile=path)
    return "".join(_ended(lines))


def _lines(path: str, data: bytes) -> list[str]:
    """The lines with their ends; only a line feed ends one, as `patch` counts them."""
    source = decoded(path, data)
    text = source.text if isinstance(source, Source) else data.decode(errors="backslashreplace")
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK.encode()) and not text.startswith("\ufeff") else ""
    return _LINE.findall(mark + text)


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
