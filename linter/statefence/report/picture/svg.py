"""The layout as an inline SVG element, coloured by the style sheet of the page around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statefence.report.picture.graph import Picture, edge_label, numbered, shortened
from statefence.report.picture.layout import HEADING, SPAWN_RUN, STORE_RUN, WIDTH, Box, Curve, Layout, laid_out
from statefence.report.picture.markup import text

_MARGIN = 12
_NAME_CHARACTER, _DETAIL_CHARACTER = 8.4, 6.5
_MOST_SITES = 12
_HEADINGS = ("Child environments", "Layers", "Stores")


def svg(picture: Picture) -> str:
    """The drawing. Every box and curve has a title with its full names; labels too long for their place are cut."""
    layout = laid_out(picture)
    size = f"{-_MARGIN} {-_MARGIN} {WIDTH + 2 * _MARGIN} {layout.height + 2 * _MARGIN:g}"
    return "\n".join(
        (
            f'<svg viewBox="{size}" width="{WIDTH + 2 * _MARGIN}" role="img" aria-label="layers and stores">',
            *_content(picture, layout),
            "</svg>",
        )
    )


def _content(picture: Picture, layout: Layout) -> Iterator[str]:
    names = numbered((*picture.layers, *picture.stores, *picture.environments), "n")
    columns = (layout.environments, layout.layers, layout.stores)
    for heading, column in zip(_HEADINGS, columns, strict=True):
        if column:
            yield f'<text class="heading" x="{column[0].x:g}" y="{HEADING / 2:g}">{heading}</text>'
    for curve in layout.curves:
        yield from _curve(curve, names[curve.edge.layer], names[curve.edge.target])
    for column in columns:
        for box in column:
            yield from _box(box, names[box.node])


def _curve(curve: Curve, layer: str, target: str) -> Iterator[str]:
    """A bend that ends level, below its label."""
    edge = curve.edge
    to_left = curve.x2 < curve.x1
    bend = curve.x2 + SPAWN_RUN if to_left else curve.x2 - STORE_RUN
    middle = (curve.x1 + bend) / 2
    path = (
        f"M{curve.x1:g},{curve.y1:g}C{middle:g},{curve.y1:g} {middle:g},{curve.y2:g} {bend:g},{curve.y2:g}H{curve.x2:g}"
    )
    kind = edge.target.shape if to_left else edge.uses[0][0].lower()
    yield f'<g class="edge {kind}" data-ends="{layer} {target}">'
    label = edge_label(edge)
    yield f"<title>{_lines((f'{edge.layer.name}: {edge.target.name}: {label}', *_listed(edge.sites)))}</title>"
    yield f'<path d="{path}"/>'
    x, anchor = (curve.x2 + 6, "start") if to_left else (curve.x2 - 6, "end")
    yield f'<text x="{x:g}" y="{curve.y2 - 4:g}" text-anchor="{anchor}">{text(label)}</text>'
    yield "</g>"


def _listed(sites: Sequence[str]) -> Iterator[str]:
    yield from sites[:_MOST_SITES]
    if len(sites) > _MOST_SITES:
        yield f"and {len(sites) - _MOST_SITES} more"


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(map(text, lines))


def _box(box: Box, name: str) -> Iterator[str]:
    """A rectangle with one or two lines of text, which the nested element clips."""
    node, inside = box.node, box.width - 20
    middle = box.height / 2
    yield f'<g class="box {node.shape}" data-node="{name}" tabindex="0">'
    yield f"<title>{_lines([line for line in (node.name, node.detail) if line])}</title>"
    yield f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="6"/>'
    yield f'<svg x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}">'
    title = shortened(node.name, int(inside / _NAME_CHARACTER))
    yield f'<text class="name" x="10" y="{middle + (-3 if node.detail else 5):g}">{text(title)}</text>'
    if node.detail:
        detail = shortened(node.detail, int(inside / _DETAIL_CHARACTER))
        yield f'<text class="detail" x="10" y="{middle + 13:g}">{text(detail)}</text>'
    yield "</svg></g>"
