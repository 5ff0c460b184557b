"""The rows of the inventory as plain HTML tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from statefence.report.picture.markup import text

Row = dict[str, Any]
_COLUMNS = {
    "spawns": ("place", "api", "via", "env", "alternatives", "sets", "drops", "trace"),
    "opens": ("place", "api", "via", "kind", "alternatives", "mode", "target", "store", "trace"),
    "statements": ("place", "sql", "reads", "writes", "ddl", "holes", "store", "trace"),
}
_HEADINGS = {"env": "class", "kind": "class", "ddl": "schema", "place": "path:line"}
_CODE = frozenset({"api", "via", "target", "sql"})
_LONG = frozenset({"target", "sql", "sets", "reads", "writes"})


def tables(found: dict[str, Any]) -> Iterator[str]:
    """A section with a table for each kind of site in the inventory, sorted by path and line."""
    for kind, columns in _COLUMNS.items():
        rows = found[kind]
        yield f"<section><h2>{kind.capitalize()} <small>{len(rows)}</small></h2>"
        if rows:
            yield '<div class="scroll"><table><thead><tr>'
            yield "".join(_heading(column) for column in columns)
            yield "</tr></thead><tbody>"
            yield from (_row(row, columns) for row in rows)
            yield "</tbody></table></div>"
        else:
            yield "<p>None.</p>"
        yield "</section>"


def _heading(column: str) -> str:
    name = _HEADINGS.get(column, column)
    if column == "trace":
        return f'<th scope="col">{name}</th>'
    return f'<th scope="col"><button type="button">{name}</button></th>'


def _row(row: Row, columns: Sequence[str]) -> str:
    return f"<tr>{''.join(_cell(row, column) for column in columns)}</tr>"


def _cell(row: Row, column: str) -> str:
    match column:
        case "place":
            return f'<td class="place" title="{text(row["symbol"])}">{text(_place(row))}</td>'
        case "trace":
            return f"<td>{_trace(row['trace'])}</td>"
        case _:
            return f"<td{' class=long' if column in _LONG else ''}>{_value(row[column], code=column in _CODE)}</td>"


def _value(value: object, *, code: bool) -> str:
    words = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    shown = text(" ".join(words.split()))
    return f"<code>{shown}</code>" if code and shown else shown


def _trace(steps: Sequence[Row]) -> str:
    if not steps:
        return ""
    items = "".join(f"<li>{text(_step(step))}</li>" for step in steps)
    return f"<details><summary>{len(steps)}</summary><ol>{items}</ol></details>"


def _step(step: Row) -> str:
    return f"{_place(step)}: {step['message']}"


def _place(row: Row) -> str:
    return f"{row['path']}:{row['line']}"
