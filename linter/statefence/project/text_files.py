"""Texts that a program reads from files of its own: `Path(__file__).with_name("q.sql").read_text()` and its kin."""

from __future__ import annotations

from collections.abc import Mapping

from statefence.project.file_sinks import FILE_OPENERS_BY_NAME
from statefence.project.targets import targets_of
from statefence.project.values import Path, Result, Value

Texts = Mapping[str, str]
"""The files that may be read, by their path relative to the root."""

_READS = frozenset({"read_text", "read_bytes", "read"})
_OPENS = frozenset({"io.open", "open", "codecs.open"})
_OF_PACKAGES = frozenset({"importlib.resources.read_text", "importlib.resources.read_binary", "pkgutil.get_data"})


def text_read(value: Value, texts: Texts) -> str | None:
    """The text that a value was read from, None when it was not read from one of the files for certain."""
    path = _path_read(value)
    if path is None or not texts:
        return None
    target = targets_of(path, FILE_OPENERS_BY_NAME["io.open"][0])[0]
    place = "" if target.template is None else str(target.template)
    for root in ("{repo}/", "{cwd}/"):
        if place.startswith(root) and place.removeprefix(root) in texts:
            return texts[place.removeprefix(root)]
    return None


def _path_read(value: Value) -> Value | None:
    """The path of the file whose whole text a value is."""
    if not isinstance(value, Result) or not value.arguments:
        return None
    first = value.arguments[0]
    if value.callee in _OF_PACKAGES and len(value.arguments) > 1:
        return Path(value.arguments[:2])
    if value.callee not in _READS:
        return None
    if isinstance(first, Result) and first.callee in _OPENS and first.arguments and len(value.arguments) == 1:
        return first.arguments[0]
    return first if value.callee != "read" else None
