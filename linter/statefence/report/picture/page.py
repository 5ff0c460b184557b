"""The map as one self-contained HTML page: the picture, and every site in tables that can be sorted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statefence.report.picture.graph import Picture
from statefence.report.picture.markup import text
from statefence.report.picture.style import SCRIPT, STYLE
from statefence.report.picture.svg import svg
from statefence.report.picture.tables import tables

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_LEGEND = (
    ("--write", "solid", "opens to write"),
    ("--read", "solid", "opens only to read"),
    ("--sql", "dotted", "runs SQL on a connection"),
    ("--good", "solid", "child has all its parent has"),
    ("--write", "solid", "child has less"),
    ("--sql", "solid", "decided elsewhere, or not known"),
)


def page(picture: Picture, found: dict[str, Any], title: str, coverage: str) -> str:
    """The page, in ASCII, so that no encoding on the way can break it; it loads nothing and may load nothing.

    Args:
        picture: what is drawn.
        found: the inventory, for the tables.
        title: the name of the project.
        coverage: what was looked at, one sentence.
    """
    whole = "\n".join(_lines(picture, found, title, coverage)) + "\n"
    return whole.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _lines(picture: Picture, found: dict[str, Any], title: str, coverage: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{text(title)}: where its state lives</title>"
    yield f"<style>{STYLE}</style></head><body>"
    yield f"<h1>{text(title)}</h1><p>{text(coverage)}</p>"
    yield f'<p class="legend">{"".join(_key(*entry) for entry in _LEGEND)}</p>'
    yield f'<div class="scroll">{svg(picture)}</div>'
    yield from tables(found)
    yield f"<script>{SCRIPT}</script></body></html>"


def _key(colour: str, line: str, meaning: str) -> str:
    return f'<span><i style="color: var({colour}); border-top-style: {line}"></i>{meaning}</span>'
