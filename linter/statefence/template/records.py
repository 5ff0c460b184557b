"""The records of a path template, and how they are written as text."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


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


ABSOLUTE = frozenset(
    {SymbolKind.HOME, SymbolKind.CWD, SymbolKind.TMP, SymbolKind.REPO, SymbolKind.STATE, SymbolKind.APP}
)
"""The kinds that are a directory of their own, wherever it is."""

FRONT = ABSOLUTE | {SymbolKind.ENV, SymbolKind.PARAM, SymbolKind.ANY}
"""The kinds that begin a path when they stand first in it."""


class Text(Struct, frozen=True, tag=True):
    """Literal text, without a slash."""

    text: str


class Glob(Struct, frozen=True, tag=True):
    """A wildcard of the policy: `*`, `**` (any number of segments, a segment of its own) or `?`."""

    sign: str


class Symbol(Struct, frozen=True, tag=True):
    """A value known by name only.

    The default of a symbol that begins a path is a whole path; anywhere else it is a fragment, joined as it stands.
    """

    kind: SymbolKind
    name: str = ""
    default: Template | None = None


Piece = Text | Glob | Symbol
Segment = tuple[Piece, ...]

TREE: Segment = (Glob("**"),)
"""Any number of segments, also none."""

UP: Segment = (Text(".."),)
"""A step to the parent of something unknown; every other one is resolved when the template is built."""

WORKING_DIRECTORY: Segment = (Symbol(SymbolKind.CWD),)
"""What a relative path begins with."""


class Template(Struct, frozen=True):
    """A normalised path: no `.`, `..` resolved where it can be, no doubled slash but the one of a URL.

    The first segment is the root: empty for `/`, a drive such as `C:`, a URL's scheme such as `postgresql:` (then an
    empty segment follows), or begun by a symbol of `FRONT`.
    """

    segments: tuple[Segment, ...]

    def __str__(self) -> str:
        """The text form, such as `{env:APP_DIR|{home}/.app}/x.db`."""
        if self.segments == ((),):
            return "/"
        return "/".join("".join(map(_piece_text, segment)) for segment in self.segments)


def _piece_text(piece: Piece) -> str:
    if isinstance(piece, Text):
        return piece.text
    if isinstance(piece, Glob):
        return piece.sign
    if piece.kind is SymbolKind.NAMED:
        return f"{{{piece.name}}}"
    name = f":{piece.name}" if piece.name else ""
    default = "" if piece.default is None else f"|{piece.default}"
    return f"{{{piece.kind}{name}{default}}}"
