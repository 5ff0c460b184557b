"""The picture in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statefence.report.picture.graph import Edge, Node, Picture, Shape, Use, edge_label, numbered, shortened

_LONGEST = 60
_BOXES = {
    Shape.LAYER: "shape=box style=rounded",
    Shape.OUTSIDE: 'shape=box style="rounded,dashed"',
    Shape.STORE: "shape=cylinder",
    Shape.FORBIDDEN: "shape=cylinder color=red",
    Shape.PLACE: "shape=note",
    Shape.VAGUE: "shape=note style=dashed",
    Shape.WHOLE: "shape=component",
    Shape.PART: "shape=component color=darkorange",
    Shape.OPEN: "shape=component style=dashed",
}
_LINES = {
    Use.WRITE: "penwidth=2",
    Use.OPEN: "style=solid",
    Use.READ: "color=blue",
    Use.SQL: "style=dotted",
    Use.SPAWN: "",
}


def dot(picture: Picture) -> str:
    """The picture as one directed graph, with a line end at the end."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    layers, stores = numbered(picture.layers, "layer"), numbered(picture.stores, "store")
    environments = numbered(picture.environments, "environment")
    yield "digraph statefence {"
    yield '  rankdir=LR; node [fontname="sans-serif" fontsize=11]; edge [fontname="sans-serif" fontsize=9];'
    for title, group in (("layers", layers), ("stores", stores), ("environments", environments)):
        yield f"  subgraph cluster_{title} {{"
        yield f"    label={title};"
        yield from (f"    {name} [label={_box_label(node)} {_BOXES[node.shape]}];" for node, name in group.items())
        yield "  }"
    targets = stores | environments
    yield from (f"  {layers[edge.layer]} -> {targets[edge.target]} [{_attributes(edge)}];" for edge in picture.edges)
    yield "}"


def _box_label(node: Node) -> str:
    return _quoted([text for text in (node.name, node.detail) if text])


def _attributes(edge: Edge) -> str:
    strongest, _ = edge.uses[0]
    return f"label={_quoted([edge_label(edge)])} {_LINES[strongest]}".rstrip()


def _quoted(lines: Sequence[str]) -> str:
    """A string of several lines; a backslash would begin an escape, a quote end it."""
    shown = (shortened(line, _LONGEST).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(shown) + '"'
