"""A new module written like another one: the call that makes its migration, with other values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from statefence.migrations.literals import literal
from statefence.migrations.model import Migration
from statefence.model import Span

_DOCSTRING = re.compile(r'\A(?P<quotes>"""|\'\'\')(?P<text>.*?)(?P=quotes)', re.DOTALL)
_VERSIONS = ("id", "version", "number", "revision")
_TITLES = ("description", "name", "title", "summary")


def written_like(
    last: Migration, example: str, version: str, title: str, up: Sequence[str], down: Sequence[str]
) -> tuple[str, str]:
    """The name of the new object and the text of its module; two empty texts where the other cannot be followed.

    Args:
        last: the migration that the other module holds.
        example: the other module's text.
        version: the new version.
        title: what the new migration does.
        up: its statements.
        down: the statements that take it back.
    """
    places = dict(last.parts)
    lines = example.splitlines(keepends=True)
    if "up" not in places or not lines:
        return "", ""
    values = {"up": _bracketed(up, _text(lines, places["up"]), _indent(lines, places["up"]))}
    values["down"] = _bracketed(down, _text(lines, places.get("down", places["up"])), _indent(lines, places["up"]))
    values |= {key: _like(_text(lines, places[key]), version) for key in _VERSIONS if key in places}
    values |= {key: literal(title) for key in _TITLES if key in places}
    if "down" not in places:
        values["up"] += f",{_gap(lines, places['up'])}down={values.pop('down')}"
    text = _replaced(lines, [(places[key], value) for key, value in values.items()])
    name = last.name.replace(last.version, version)
    text = re.sub(rf"\b{re.escape(last.name)}\b", name, text)
    return name, _DOCSTRING.sub(lambda _: f'"""{title}."""', text, count=1)


def _like(old: str, version: str) -> str:
    """The version as the other module writes its own: a text in its quotes, or a number."""
    return f"{old[0]}{version}{old[0]}" if old[:1] in {'"', "'"} else str(int(version))


def _bracketed(statements: Sequence[str], old: str, indent: str) -> str:
    """The statements as a display in the brackets that the other module uses, each on its own line."""
    opening, closing = ("(", ")") if old.startswith("(") else ("[", "]")
    inner = "".join(f"{indent}    {literal(statement)},\n" for statement in statements)
    return f"{opening}\n{inner}{indent}{closing}" if statements else f"{opening}{closing}"


def _text(lines: Sequence[str], span: Span) -> str:
    part = [line.encode() for line in lines[span.line - 1 : span.end_line]]
    part[-1] = part[-1][: span.end_column]
    part[0] = part[0][span.column :]
    return b"".join(part).decode()


def _indent(lines: Sequence[str], span: Span) -> str:
    line = lines[span.line - 1]
    return line[: len(line) - len(line.lstrip())]


def _gap(lines: Sequence[str], span: Span) -> str:
    """What parts two keywords: a new line where the value's keyword begins one."""
    before = lines[span.line - 1].encode()[: span.column].decode().rstrip("= ").strip()
    return f"\n{_indent(lines, span)}" if before.isidentifier() else " "


def _replaced(lines: Sequence[str], values: Sequence[tuple[Span, str]]) -> str:
    """The text with other values at these places."""
    data = "".join(lines).encode()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    for span, value in sorted(values, key=lambda each: each[0], reverse=True):
        start, end = starts[span.line - 1] + span.column, starts[span.end_line - 1] + span.end_column
        data = data[:start] + value.encode() + data[end:]
    return data.decode()
