"""What is drawn, whatever draws it: three kinds of nodes, and edges that lead from layers to the two others."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from statefence.report.style import visible


class Shape(StrEnum):
    """What a node stands for."""

    LAYER = "layer"  # of the policy; without one a package
    OUTSIDE = "outside"  # the modules in no layer of the policy
    STORE = "store"  # of the policy
    FORBIDDEN = "forbidden"  # a place at which the policy allows no database
    PLACE = "place"  # any other place that is known
    VAGUE = "vague"  # places that have only in common how they are decided
    WHOLE = "whole"  # an environment with everything the parent has
    PART = "part"  # an environment with less
    OPEN = "open"  # an environment that is decided elsewhere or not known


class Use(StrEnum):
    """What a layer does with a store, the strongest first; the last is what it does with an environment."""

    WRITE = "write"
    OPEN = "open"  # whether to read or to write is not known
    READ = "read"
    SQL = "SQL"  # statements on a connection, whoever opened it
    SPAWN = "spawn"


class Node(Struct, frozen=True, order=True):
    """A box: a name, and a smaller line that says more of it; empty when there is no more to say."""

    name: str
    detail: str
    shape: Shape


class Edge(Struct, frozen=True):
    """Everything that one layer does with one store or kind of environment.

    Attributes:
        uses: what it does and at how many sites, in the order of `Use`.
        sites: where, as `path:line`, in order.
    """

    layer: Node
    target: Node
    uses: tuple[tuple[Use, int], ...]
    sites: tuple[str, ...]


class Picture(Struct, frozen=True):
    """All of it, each kind of node in the order in which it is listed."""

    layers: tuple[Node, ...]
    stores: tuple[Node, ...]
    environments: tuple[Node, ...]
    edges: tuple[Edge, ...]


def edge_label(edge: Edge) -> str:
    """`write 2, SQL 5`; for children only their number."""
    return ", ".join(str(count) if use is Use.SPAWN else f"{use} {count}" for use, count in edge.uses)


def shortened(text: str, longest: int) -> str:
    """The text with its control characters escaped and, where it is too long, its middle left out."""
    shown = visible(text)
    if len(shown) <= longest:
        return shown
    tail = longest * 2 // 3
    return f"{shown[: longest - tail - 3]}...{shown[-tail:]}"


def numbered(nodes: Iterable[Node], prefix: str) -> dict[Node, str]:
    """An identifier for each node that is safe in every language."""
    return {node: f"{prefix}{number}" for number, node in enumerate(nodes)}
