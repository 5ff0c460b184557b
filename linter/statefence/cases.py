"""The texts of a rule's cases: without their shared indentation, and apart from the markers of what is expected."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from msgspec import Struct

from statefence.rule import Files

ONLY_FILE = "app.py"
"""The path of a case that is one module's text."""

_MARKER = re.compile(r"[ \t]*(?:#|--)[ \t]*error\b(?::[ \t]*(?P<fragment>[^#\n]*))?")

_MARKERS = re.compile(rf"(?:{_MARKER.pattern})+")


class Marker(Struct, frozen=True, order=True):
    """An expected finding: where it stands, and a part of its message."""

    path: str
    line: int
    fragment: str = ""


class Expected(Struct, frozen=True):
    """The files of a case without their markers, and the markers."""

    files: dict[str, str]
    markers: tuple[Marker, ...]


def read_files(files: Files) -> Expected:
    """The texts of a case by path, and the markers in them, sorted."""
    given = {ONLY_FILE: files} if isinstance(files, str) else files
    texts = {path: unindented(text) for path, text in given.items()}
    markers = (marker for path, text in texts.items() for marker in _markers(path, text))
    return Expected({path: _MARKER.sub("", text) for path, text in texts.items()}, tuple(sorted(markers)))


def unindented(text: str) -> str:
    """The text without its first empty line and the indentation that all its lines share."""
    return textwrap.dedent(text.removeprefix("\n")).rstrip(" ")


def annotated(text: str, remark: str) -> str:
    """The text with a remark in the place of the markers of each line."""
    return _MARKERS.sub(lambda found: f"  {'--' if '--' in found[0] else '#'} {remark}", unindented(text))


def _markers(path: str, text: str) -> Iterator[Marker]:
    for number, line in enumerate(text.split("\n"), 1):
        for found in _MARKER.finditer(line):
            yield Marker(path, number, (found["fragment"] or "").strip())
