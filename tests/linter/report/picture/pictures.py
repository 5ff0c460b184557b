"""Pictures of any size, with names meant to break out of every language."""

from __future__ import annotations

from hypothesis import strategies as st

from statefence.report.picture import Picture
from statefence.report.picture.graph import Edge, Node, Shape, Use

HOSTILE = "<b>&\"'\\n`{}[]|#;--> \x1b\n\u4e2d\udcff"
STORES = (Shape.STORE, Shape.FORBIDDEN, Shape.PLACE, Shape.VAGUE)
NAMES = st.text(st.sampled_from([*HOSTILE, "a", "/"]), max_size=80)


def nodes(*shapes: Shape, most: int) -> st.SearchStrategy[tuple[Node, ...]]:
    one = st.builds(Node, NAMES, NAMES, st.sampled_from(shapes))
    return st.lists(one, max_size=most, unique=True).map(tuple)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    layers = draw(nodes(Shape.LAYER, Shape.OUTSIDE, most=20))
    stores = draw(nodes(*STORES, most=30))
    environments = draw(nodes(Shape.WHOLE, Shape.PART, Shape.OPEN, most=7))
    pairs = [(layer, target) for layer in layers for target in (*stores, *environments)]
    joined = draw(st.lists(st.sampled_from(pairs), max_size=60, unique=True)) if pairs else []
    return Picture(layers, stores, environments, tuple(_edge(*pair, draw(st.integers(1, 999))) for pair in joined))


def _edge(layer: Node, target: Node, count: int) -> Edge:
    uses = ((Use.WRITE, count), (Use.SQL, count)) if target.shape in STORES else ((Use.SPAWN, count),)
    return Edge(layer, target, uses, (f"{HOSTILE}.py:1",) * min(count, 15))
