"""What `pytest --statefence-observe=FILE` writes: the children that the project started, the files it opened."""

from __future__ import annotations

from msgspec import Struct

VERSION = 1
"""Raised when a field of the file changes."""


class Line(Struct, frozen=True):
    """A call on the stack, by the end of its expression, which every version of Python gives alike.

    Attributes:
        path: relative to the project's root.
        end_column: 0-based, in UTF-8 bytes, exclusive, as in `Span`.
    """

    path: str
    line: int
    end_line: int
    end_column: int
    function: str


class SeenSpawn(Struct, frozen=True):
    """A child that was started, with the names of its variables, by what became of them on the way from its parent.

    Attributes:
        did: the audit event.
        program: the last part of its `argv[0]`.
        lines: the project's part of the stack, innermost first.
        through: the library that did it for the innermost of these; empty when that line did it itself.
        replaced: whether the caller passed an environment.
    """

    did: str
    program: str
    lines: tuple[Line, ...]
    replaced: bool
    through: str = ""
    kept: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def block(self) -> frozenset[str]:
        """The variables that the child got."""
        return frozenset((*self.kept, *self.changed, *self.added))


class SeenOpen(Struct, frozen=True):
    """A file that was opened, replaced or removed, in the world in which that happened.

    Attributes:
        path: absolute, as the program named it; `:memory:` for a database in memory.
        real: the same with links followed.
        mode: as in the inventory.
        store: the store of the policy that it is.
        variables: the variables whose values lead to the path, such as a directory above it.
    """

    did: str
    path: str
    real: str
    mode: str
    lines: tuple[Line, ...]
    home: str
    cwd: str
    tmp: str
    through: str = ""
    variables: dict[str, str] = {}
    store: str | None = None


class Observed(Struct, frozen=True):
    """A whole file.

    Attributes:
        root: the project's root on the machine that ran the tests.
        temporary: the directories below which the run made temporary files.
        unheard: why some of what was done may be missing.
    """

    version: int
    root: str
    spawns: tuple[SeenSpawn, ...] = ()
    opens: tuple[SeenOpen, ...] = ()
    temporary: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
