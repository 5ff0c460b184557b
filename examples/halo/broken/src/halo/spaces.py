"""Spaces: where apps work, and where what they learn is kept."""

from pathlib import Path
from typing import NamedTuple


class Space(NamedTuple):
    """A space. What is kept of it lies below `path`; the user's own project may lie elsewhere."""

    path: Path
    working_dir: Path
