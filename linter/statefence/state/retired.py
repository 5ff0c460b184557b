"""Databases that `state repair` has merged elsewhere: renamed, with a marker beside them that says so."""

from __future__ import annotations

from collections.abc import Iterable

from statefence.state.walk import File

BACKUP = ".bak"
"""What a merged database is renamed to end in; a number follows when that name is taken."""

MARKER = ".statefence.json"
"""What is added to a merged database's new name for the marker's."""


def retired_among(files: Iterable[File]) -> frozenset[str]:
    """The paths of the files that have a marker beside them."""
    paths = {file.path for file in files}
    return frozenset(path for path in paths if path + MARKER in paths)
