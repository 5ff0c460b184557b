"""The layout: whatever is drawn, nothing overlaps and every edge ends at its boxes."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings

from statefence.report.picture import Picture
from statefence.report.picture.graph import Edge, Node, Shape, Use
from statefence.report.picture.layout import HEADING, PORT, WIDTH, Box, laid_out

from .pictures import pictures


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_every_node_has_a_box_inside_the_drawing_and_none_overlap(picture: Picture) -> None:
    layout = laid_out(picture)
    boxes = (*layout.environments, *layout.layers, *layout.stores)
    assert {box.node for box in boxes} == {*picture.layers, *picture.stores, *picture.environments}
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.y >= HEADING
        assert box.y + box.height <= layout.height + 0.01


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_every_edge_joins_its_boxes_at_ports_of_its_own(picture: Picture) -> None:
    layout = laid_out(picture)
    boxes = {box.node: box for box in (*layout.environments, *layout.layers, *layout.stores)}
    arriving: dict[Node, list[float]] = {}
    assert {curve.edge for curve in layout.curves} == {*picture.edges}
    for curve in layout.curves:
        layer, target = boxes[curve.edge.layer], boxes[curve.edge.target]
        assert curve.x1 in {layer.x, layer.x + layer.width}
        assert curve.x2 in {target.x, target.x + target.width}
        assert layer.y < curve.y1 < layer.y + layer.height
        assert target.y < curve.y2 < target.y + target.height
        arriving.setdefault(curve.edge.target, []).append(curve.y2)
    for heights in arriving.values():
        assert all(lower - upper > PORT - 0.01 for upper, lower in pairwise(sorted(heights)))


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_the_same_picture_is_laid_out_the_same(picture: Picture) -> None:
    assert laid_out(picture) == laid_out(picture)


def test_stores_are_ordered_by_their_layers() -> None:
    one, two = (Node(name, "", Shape.LAYER) for name in ("one", "two"))
    of_one, of_two = (Node(name, "", Shape.STORE) for name in ("z", "a"))
    uses = ((Use.WRITE, 1),)
    edges = (Edge(one, of_one, uses, ()), Edge(two, of_two, uses, ()))
    layout = laid_out(Picture((one, two), (of_two, of_one), (), edges))
    first, second = layout.curves
    assert (first.y1 < second.y1) is (first.y2 < second.y2)
