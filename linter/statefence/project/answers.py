"""What a run finds out about a project, as data that the next run can begin with: see `renewal`."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from statefence.project.consulted import Root
from statefence.project.handed_on import HandedOn
from statefence.project.outlines import Outline, digest
from statefence.project.records import NOTHING, Records
from statefence.project.relevance import Wrappers
from statefence.project.rounds import Round
from statefence.project.statements import Pieces
from statefence.project.text_files import Texts
from statefence.sql import Schema


class File(Struct, frozen=True, array_like=True):
    """A Python file of a run.

    Attributes:
        reason: why it could not be parsed; empty when it could, or was not.
    """

    name: str
    path: str
    digest: bytes
    outline: Outline
    reason: str


class Body(Struct, frozen=True, array_like=True):
    """The answers about one body.

    Attributes:
        asked: the keys that it asked about.
        first: what the run asked about when it came to this body, where that may matter.
        ddl: the texts in it that may make or change tables.
        decided: the functions that are wrappers because of it.
        handed: the sites in it that callers decide.
        calls: the wrappers that it calls.
    """

    asked: frozenset[str]
    first: Root | None = None
    records: Records = NOTHING
    ddl: tuple[Pieces, ...] = ()
    decided: frozenset[str] = frozenset()
    handed: tuple[HandedOn, ...] = ()
    calls: frozenset[str] = frozenset()


class Answers(Struct, frozen=True, array_like=True):
    """Everything a run found out.

    Attributes:
        given: a digest of what was asked, but for the Python files.
        bodies: by key; other things that are asked about have a key too.
        too_deep: the places that are nested too deeply to follow.
        all_parsed: the files that nothing asked about were parsed too.
        nodes: the table of the sites that callers decide.
        whole: how long that was when everything was found out at once.
    """

    given: bytes
    files: tuple[File, ...]
    rounds: tuple[Round, ...]
    roots: tuple[Root, ...]
    wrappers: Wrappers
    bodies: dict[str, Body]
    schema: Schema
    too_deep: tuple[tuple[str, int], ...]
    all_parsed: bool
    nodes: tuple[bytes, ...]
    whole: int


class Past(Protocol):
    """Where answers outlive a run."""

    def known(self) -> Answers | None:
        """What the last run found out, None when it is not remembered."""

    def keep(self, answers: Answers) -> None:
        """Remember what a run found out."""


class Latest:
    """The answers of the last run of one process."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = answers

    def known(self) -> Answers | None:
        """What the last run found out, None before the first."""
        return self.answers

    def keep(self, answers: Answers) -> None:
        """Remember what a run found out."""
        self.answers = answers


class Question(Struct, frozen=True):
    """What is asked, but for the Python files.

    Attributes:
        files: the texts that are not Python.
        migrated: the statements that the migrations run, in order.
        thorough: the whole call graph is asked for.
    """

    files: Texts
    migrated: tuple[str, ...]
    thorough: bool

    @property
    def digest(self) -> bytes:
        """A digest of it."""
        return digest(repr((sorted(self.files.items()), self.migrated, self.thorough)).encode("utf-8", "surrogatepass"))
