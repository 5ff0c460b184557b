"""Offsets, lines and indentation of one file, in the UTF-8 of its decoded text."""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from statefence.fix.records import Refusal, Splice
from statefence.model import Skipped, Span
from statefence.source import Source, decoded

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n")
_LONE_CARRIAGE_RETURN = re.compile(r"\r(?!\n)")
_INDENTATION = re.compile(rb"[ \t\f]*")


class Text(Struct, frozen=True, dict=True):
    """A file's text as UTF-8 bytes, without byte order mark, its line ends untouched."""

    source: Source
    utf8: bytes

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(found.end() for found in _LINE_END.finditer(self.utf8)))

    @property
    def newline(self) -> bytes:
        """The line end that the file's first line has."""
        return self.source.newline.encode()

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and a 0-based column in bytes; raises Refusal where the file has none."""
        if not 0 < line <= len(self._starts) or self._starts[line - 1] + column > len(self.utf8):
            raise Refusal(f"there is no line {line}, column {column}")
        return self._starts[line - 1] + column

    def limits(self, span: Span) -> tuple[int, int]:
        """The offsets at which a span starts and ends."""
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def line_start(self, offset: int) -> int:
        """The offset at which the line holding `offset` starts."""
        return self.utf8.rfind(b"\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """The offset of the line end of the line holding `offset`, or of the end of the file."""
        found = _LINE_END.search(self.utf8, offset)
        return found.start() if found else len(self.utf8)

    def indentation(self, offset: int) -> bytes:
        """The white space that the line holding `offset` begins with."""
        found = _INDENTATION.match(self.utf8, self.line_start(offset))
        return found.group() if found else b""

    def starts_its_line(self, offset: int) -> bool:
        """Whether only white space stands before `offset` on its line."""
        return self.line_start(offset) + len(self.indentation(offset)) >= offset


def text_of(data: bytes, path: str = "module.py") -> Text:
    """The text of a file's bytes; raises Refusal when they do not decode, or do not come back the same."""
    source = decoded(path, data)
    if isinstance(source, Skipped):
        raise Refusal(f"the file {source.reason}")
    if _LONE_CARRIAGE_RETURN.search(source.text):
        raise Refusal("the file has a carriage return without a line feed, which libcst may change")
    text = Text(source, source.text.encode())
    if encoded(text, text.utf8) != data:
        raise Refusal(f"the file's bytes do not come back the same from {source.encoding}")
    return text


def encoded(text: Text, utf8: bytes) -> bytes:
    """A new text in the file's encoding and with its byte order mark; raises Refusal for a character it lacks."""
    mark = _BYTE_ORDER_MARK if text.source.data.startswith(_BYTE_ORDER_MARK) else b""
    encoding = text.source.encoding.removesuffix("-sig")
    try:
        return mark + utf8.decode().encode(encoding)
    except UnicodeEncodeError as error:
        raise Refusal(f"{encoding}, the file's encoding, has no {error.object[error.start]!r}") from error


def spliced(utf8: bytes, splices: tuple[Splice, ...]) -> bytes:
    """The text after the splices; those that start at one offset keep their order."""
    pieces: list[bytes] = []
    position = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += utf8[position : splice.start], splice.text
        position = splice.end
    return b"".join([*pieces, utf8[position:]])
