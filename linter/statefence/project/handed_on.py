"""The sites that callers decide, as data, so that what a caller reaches can be told without finding them anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from statefence.callees import Argument, Effect, Given, Opener, Spawner
from statefence.model import Place, Span, Step
from statefence.project.flows import Handed, Hop
from statefence.project.program import RawSite
from statefence.project.struct_table import StructTable
from statefence.project.values import Parameter, Term
from statefence.template import SymbolKind

_PARTS = (RawSite, Argument, Effect, Given, Opener, Spawner, Place, Span, Step, SymbolKind)


class HandedOn(Struct, frozen=True, array_like=True):
    """A `Handed` site, whose structs stand in a table.

    Attributes:
        deciding: the functions that decide it, the number of the parameter, and whether that is a piece of its SQL.
    """

    site: int
    way: tuple[Hop, ...]
    deciding: tuple[tuple[str, int, bool], ...]

    @property
    def functions(self) -> Iterator[str]:
        """The keys of the functions that decide it."""
        return (function for function, _, _ in self.deciding)


def struct_table(nodes: Sequence[bytes] = ()) -> StructTable:
    """The table in which their structs stand."""
    return StructTable((*_PARTS, *_derived(Term)), nodes)


def _derived(cls: type[Term]) -> Iterator[type[Term]]:
    for each in cls.__subclasses__():
        yield each
        yield from _derived(each)


def as_data(handed: Handed, table: StructTable) -> HandedOn:
    """The site as data."""
    deciding = [(parameter.function, table.number(parameter), in_text) for parameter, in_text in handed.deciding]
    return HandedOn(table.number(handed.site), handed.way, tuple(deciding))


def from_data(handed: HandedOn, table: StructTable) -> Handed:
    """The site that is meant."""
    deciding = [(table.struct(number, Parameter), in_text) for _, number, in_text in handed.deciding]
    return Handed(table.struct(handed.site, RawSite), handed.way, tuple(deciding))
