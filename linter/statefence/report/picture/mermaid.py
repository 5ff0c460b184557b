"""The picture in the language of Mermaid, which forges and wikis draw where it stands in a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from statefence.report.picture.graph import Node, Picture, Shape, Use, edge_label, numbered, shortened

_LONGEST = 60
_NOT_PLAIN = re.compile(r"[^\w ./:,;+=()-]", re.ASCII)
_BOXES = {
    Shape.STORE: ("[(", ")]"),
    Shape.FORBIDDEN: ("[(", ")]"),
    Shape.LAYER: ("(", ")"),
    Shape.OUTSIDE: ("(", ")"),
}
_LINES = {Use.WRITE: "==>", Use.SQL: "-.->"}
_STYLES = {
    Shape.FORBIDDEN: "stroke:#c00,stroke-width:2px",
    Shape.OUTSIDE: "stroke-dasharray:4",
    Shape.VAGUE: "stroke-dasharray:4",
    Shape.OPEN: "stroke-dasharray:4",
    Shape.PART: "stroke:#d97706,stroke-width:2px",
}


def mermaid(picture: Picture) -> str:
    """The picture as one flow chart, with a line end at the end."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    layers, stores = numbered(picture.layers, "layer"), numbered(picture.stores, "store")
    environments = numbered(picture.environments, "environment")
    yield "flowchart LR"
    for title, group in (("layers", layers), ("stores", stores), ("environments", environments)):
        if group:
            yield f'  subgraph {title}_column ["{title}"]'
            yield from (f"    {name}{_box(node)}" for node, name in group.items())
            yield "  end"
    targets = stores | environments
    for edge in picture.edges:
        line = _LINES.get(edge.uses[0][0], "-->")
        yield f'  {layers[edge.layer]} {line}|"{_text(edge_label(edge))}"| {targets[edge.target]}'
    yield from _classes(layers | targets)


def _box(node: Node) -> str:
    before, after = _BOXES.get(node.shape, ("[", "]"))
    return f'{before}"{_label([text for text in (node.name, node.detail) if text])}"{after}'


def _classes(names: dict[Node, str]) -> Iterator[str]:
    for shape, style in _STYLES.items():
        members = [name for node, name in names.items() if node.shape is shape]
        if members:
            yield f"  classDef {shape}Style {style}"
            yield f"  class {','.join(members)} {shape}Style"


def _label(lines: Sequence[str]) -> str:
    return "<br>".join(map(_text, lines))


def _text(text: str) -> str:
    """The text with everything but plain characters written as Mermaid's entity codes, such as `#35;`."""
    return _NOT_PLAIN.sub(lambda found: f"#{ord(found.group())};", shortened(text, _LONGEST))
