"""Where everything stands: three columns, environments, layers and stores, with a port of its own for every edge.

Lengths are in pixels of an unscaled drawing, from the upper left corner. The columns are ordered by the mean position
of what each node is joined to, a few times to and fro, which keeps crossings few; the same picture is always laid out
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from statefence.report.picture.graph import Edge, Node, Picture, Shape

ENVIRONMENT_WIDTH, LAYER_WIDTH, STORE_WIDTH = 180, 200, 330
SPAWN_GAP, STORE_GAP = 200, 330
SPAWN_RUN, STORE_RUN = 30, 160
PORT = 19
HEADING = 30
_SMALLEST, _PADDING, _BETWEEN = 46, 12, 12
_SWEEPS = 4
_COLUMNS = (
    (0, ENVIRONMENT_WIDTH),
    (ENVIRONMENT_WIDTH + SPAWN_GAP, LAYER_WIDTH),
    (ENVIRONMENT_WIDTH + SPAWN_GAP + LAYER_WIDTH + STORE_GAP, STORE_WIDTH),
)
WIDTH = _COLUMNS[2][0] + STORE_WIDTH


class Box(Struct, frozen=True):
    """A node and its rectangle."""

    node: Node
    x: float
    y: float
    width: float
    height: float


class Curve(Struct, frozen=True):
    """An edge, from its port at the layer (x1, y1) to its port at the other end (x2, y2)."""

    edge: Edge
    x1: float
    y1: float
    x2: float
    y2: float


class Layout(Struct, frozen=True):
    """The drawing: columns from left to right, and its height."""

    environments: tuple[Box, ...]
    layers: tuple[Box, ...]
    stores: tuple[Box, ...]
    curves: tuple[Curve, ...]
    height: float


def laid_out(picture: Picture) -> Layout:
    """The positions of everything in the picture."""
    columns = _sorted_columns(picture)
    heights = {node: _height(node, picture.edges) for column in columns for node in column}
    tallest = max((_column_height(column, heights) for column in columns), default=0)
    environments, layers, stores = (
        _stacked(column, heights, x, width, tallest) for column, (x, width) in zip(columns, _COLUMNS, strict=True)
    )
    by_node = {box.node: box for box in (*environments, *layers, *stores)}
    return Layout(environments, layers, stores, _curves(picture.edges, by_node), HEADING + tallest)


def _sorted_columns(picture: Picture) -> tuple[Sequence[Node], Sequence[Node], Sequence[Node]]:
    layers: Sequence[Node] = picture.layers
    stores: Sequence[Node] = picture.stores
    for _ in range(_SWEEPS):
        stores = _by_neighbours(stores, layers, ((edge.target, edge.layer) for edge in picture.edges), _is_vague)
        joined = [(edge.layer, edge.target) for edge in picture.edges if not _is_vague(edge.target)]
        layers = _by_neighbours(layers, stores, joined, _is_outside)
    return picture.environments, layers, stores


def _by_neighbours(
    nodes: Sequence[Node],
    others: Sequence[Node],
    joined: Iterable[tuple[Node, Node]],
    last: Callable[[Node], bool],
) -> Sequence[Node]:
    """The nodes by the mean position of the others they are joined to; those that are `last` below the rest."""
    position = {node: index for index, node in enumerate(others)}
    places: dict[Node, list[int]] = {}
    for node, other in joined:
        if other in position:
            places.setdefault(node, []).append(position[other])

    def mean(node: Node) -> tuple[bool, float]:
        found = places.get(node)
        return last(node), sum(found) / len(found) if found else len(others)

    return sorted(nodes, key=mean)


def _is_vague(node: Node) -> bool:
    return node.shape not in {Shape.STORE, Shape.FORBIDDEN, Shape.PLACE}


def _is_outside(node: Node) -> bool:
    return node.shape is Shape.OUTSIDE


def _height(node: Node, edges: Sequence[Edge]) -> float:
    at_environments = sum(edge.layer == node and _leads_left(edge) for edge in edges)
    at_stores = sum(edge.layer == node and not _leads_left(edge) for edge in edges)
    arriving = sum(edge.target == node for edge in edges)
    return max(_SMALLEST, max(at_environments, at_stores, arriving) * PORT + _PADDING)


def _leads_left(edge: Edge) -> bool:
    return edge.target.shape in {Shape.WHOLE, Shape.PART, Shape.OPEN}


def _column_height(column: Sequence[Node], heights: Mapping[Node, float]) -> float:
    return sum(heights[node] for node in column) + _BETWEEN * max(0, len(column) - 1)


def _stacked(
    column: Sequence[Node], heights: Mapping[Node, float], x: float, width: float, tallest: float
) -> tuple[Box, ...]:
    """The boxes one below another, the free height shared between and around them."""
    free = (tallest - _column_height(column, heights)) / (len(column) + 1)
    boxes: list[Box] = []
    top = HEADING + free
    for node in column:
        boxes.append(Box(node, x, top, width, heights[node]))
        top += heights[node] + _BETWEEN + free
    return tuple(boxes)


def _curves(edges: Sequence[Edge], boxes: Mapping[Node, Box]) -> tuple[Curve, ...]:
    leaving = _ports(edges, boxes, lambda edge: (edge.layer, edge.target), _leads_left)
    arriving = _ports(edges, boxes, lambda edge: (edge.target, edge.layer), _leads_left)
    curves = []
    for edge in edges:
        layer, target = boxes[edge.layer], boxes[edge.target]
        left = _leads_left(edge)
        x1 = layer.x if left else layer.x + layer.width
        x2 = target.x + target.width if left else target.x
        curves.append(Curve(edge, x1, leaving[edge], x2, arriving[edge]))
    return tuple(curves)


def _ports(
    edges: Sequence[Edge],
    boxes: Mapping[Node, Box],
    ends: Callable[[Edge], tuple[Node, Node]],
    side: Callable[[Edge], bool],
) -> dict[Edge, float]:
    """The height of each edge's port at its first end, in the order of its other ends."""
    groups: dict[tuple[Node, bool], list[Edge]] = {}
    for edge in edges:
        groups.setdefault((ends(edge)[0], side(edge)), []).append(edge)
    ports = {}
    for (node, _), group in groups.items():
        box = boxes[node]
        top = box.y + (box.height - PORT * (len(group) - 1)) / 2
        for index, edge in enumerate(sorted(group, key=lambda edge: boxes[ends(edge)[1]].y)):
            ports[edge] = top + PORT * index
    return ports
