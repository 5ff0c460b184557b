"""Where the memory of each level is kept."""

from pathlib import Path
from typing import NamedTuple

from halo.paths import base_dir
from halo.spaces import Space


class Scope(NamedTuple):
    """A level of memory: one file that is always read, and a directory of notes beside it."""

    summary: Path
    notes: Path


def user_scope() -> Scope:
    """What is remembered of the user, everywhere."""
    return Scope(base_dir() / "user-memory.md", base_dir() / "user-memory")


def space_scope(space: Space) -> Scope:
    """What is remembered in a space."""
    return Scope(space.path / ".halo" / "memory.md", space.path / ".halo" / "memory")


def app_scope(space: Space, app_id: str) -> Scope:
    """What an app remembers in a space."""
    directory = space.path / "apps" / app_id / "memory"
    return Scope(directory / "memory.md", directory / "notes")
