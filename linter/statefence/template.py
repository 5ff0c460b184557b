"""Path templates: the one language in which the policy names stores and the analysis names what an open reaches.

A template is a tuple of segments between slashes; a segment is a tuple of pieces. `~` is `{home}`; a leading `/` gives
an empty first segment; a path that starts with neither a slash, a drive nor an absolute symbol is relative and begins
with the symbol `{cwd}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from statefence.model import Answer


class SymbolKind(StrEnum):
    """What a symbol stands for. Those of `ABSOLUTE` begin a path at a place of their own."""

    HOME = "home"
    CWD = "cwd"
    TMP = "tmp"
    REPO = "repo"
    STATE = "state"
    ENV = "env"  # name: the variable; default: what is used without it
    APP = "app"  # name: e.g. `user_data_dir:halo`, a per-user directory of platformdirs and its kin
    PARAM = "param"  # name: e.g. `pkg.mod.function.db_path`
    ANY = "any"  # one unknown piece of text, never a whole tree
    NAMED = "named"  # a policy placeholder such as `{user_id}`: one segment, the same name is the same value


ABSOLUTE = frozenset({SymbolKind.HOME, SymbolKind.CWD, SymbolKind.TMP, SymbolKind.REPO, SymbolKind.STATE, SymbolKind.APP})


class Text(Struct, frozen=True, tag=True):
    """Literal text, without a slash."""

    text: str


class Glob(Struct, frozen=True, tag=True):
    """A wildcard of the policy: `*`, `**` (any number of segments, a segment of its own) or `?`."""

    sign: str


class Symbol(Struct, frozen=True, tag=True):
    """A value known by name only."""

    kind: SymbolKind
    name: str = ""
    default: Template | None = None


Piece = Text | Glob | Symbol
Segment = tuple[Piece, ...]


class Template(Struct, frozen=True):
    """A normalised path: no `.`, `..` resolved where it can be, no doubled slash."""

    segments: tuple[Segment, ...]
