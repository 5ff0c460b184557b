"""Text for HTML and SVG."""

from __future__ import annotations

from html import escape

from statefence.report.style import visible


def text(value: str) -> str:
    """The value as character data or as a quoted attribute, its control characters made visible."""
    return escape(visible(value))
