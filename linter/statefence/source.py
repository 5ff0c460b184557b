"""One file as bytes, and what can be known of it without parsing: its text, its lines and its columns."""

from __future__ import annotations

import re
import stat
import tokenize
from functools import cached_property
from io import BytesIO
from pathlib import Path

from msgspec import Struct

from statefence.model import Skipped
from statefence.suppressions import Suppression, may_suppress, suppressions, suppressions_of_lines, suppressions_of_sql

_LINE_END = re.compile(r"\r\n|\r|\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Source(Struct, frozen=True, dict=True):
    """A text file that decodes, mostly Python. All but its path and bytes is worked out when first asked for.

    Attributes:
        path: relative to the project's root, with forward slashes.
        data: the bytes as they are on disk, byte order mark and line ends included.
    """

    path: str
    data: bytes

    @cached_property
    def encoding(self) -> str:
        """The encoding that the byte order mark or Python's coding cookie declares (PEP 263), UTF-8 without either."""
        if self.is_python:
            return declared_encoding(self.data)
        return "utf-8-sig" if self.data.startswith(_BYTE_ORDER_MARK) else "utf-8"

    @property
    def is_python(self) -> bool:
        """Whether it is a module."""
        return self.path.endswith(".py")

    @cached_property
    def text(self) -> str:
        """The decoded text without byte order mark, its line ends untouched."""
        return self.data.removeprefix(_BYTE_ORDER_MARK).decode(self.encoding.removesuffix("-sig"))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends, as Python counts them: a form feed or U+2028 ends none."""
        return tuple(_LINE_END.split(self.text))

    @cached_property
    def newline(self) -> str:
        r"""The first line's end, `\n` when there is only one line."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """The suppression comments of the file, in order: after `--` in SQL, after `#` in any other text."""
        if self.is_python:
            return suppressions(self.lines) if may_suppress(self.data) else ()
        return suppressions_of_sql(self.lines) if self.path.endswith(".sql") else suppressions_of_lines(self.lines)

    def line_text(self, line: int) -> str:
        """The text of a 1-based line, empty past the end of the file."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def character_column(self, line: int, byte_column: int) -> int:
        """The 1-based column in characters of what `ast` puts at a 0-based column in UTF-8 bytes."""
        text = self.line_text(line)
        if text.isascii():
            return byte_column + 1
        return len(text.encode()[:byte_column].decode(errors="ignore")) + 1


class Unread(Skipped, frozen=True):
    """A file or directory that the operating system would not give."""


def declared_encoding(data: bytes) -> str:
    """The encoding of Python source; raises SyntaxError when the declared one does not exist or is contradicted."""
    first, _, rest = data.partition(b"\n")
    if b"coding" not in first and b"coding" not in rest.partition(b"\n")[0]:
        return "utf-8-sig" if data.startswith(_BYTE_ORDER_MARK) else "utf-8"
    return tokenize.detect_encoding(BytesIO(data).readline)[0]


def is_python(path: str) -> bool:
    """Whether a file of that path is Python's, rather than a text that a program reads."""
    return path.endswith(".py")


def read(root: Path, path: str) -> Source | Skipped:
    """Read the file at `path`, relative to `root`; a file that cannot be read or decoded is skipped with the reason."""
    try:
        data = _regular_file(root / path)
    except OSError as error:
        return Unread(path, f"cannot be read: {error.strerror}")
    if data is None:
        return Unread(path, "not a regular file")
    return decoded(path, data)


def decoded(path: str, data: bytes) -> Source | Skipped:
    """The source made of these bytes, or why they are not text of that kind."""
    if b"\0" in data:
        return Skipped(path, "binary: it holds NUL bytes, which source may not")
    source = Source(path, data)
    try:
        _ = source.text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        way_out = "declare the encoding in a `# coding:` comment" if source.is_python else "save the file as UTF-8"
        return Skipped(path, f"line {line} is not {source.encoding}: {way_out}")
    except (SyntaxError, LookupError, UnicodeError) as error:
        return Skipped(path, f"the declared encoding cannot be used: {error}")
    return source


def _regular_file(path: Path) -> bytes | None:
    """The file's bytes, None for a device, socket or pipe, which reading could block on."""
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    return path.read_bytes()
