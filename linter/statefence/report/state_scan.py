"""The audit of a state directory: for programs as JSON, for people as lines or, on a terminal, as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from statefence.report.labels import counted
from statefence.report.style import visible
from statefence.state.records import Database, Problem, Scan, Unjudged

_HEADINGS = ("database", "is", "tables", "rows", "size", "last written", "sound")
_MOST_LEFT_OUT = 10
_MOST_READABLE = 5
_LONGEST_NAME = 60
_RIGHT = frozenset({"tables", "rows", "size"})


def scan_json(scan: Scan) -> str:
    """The report as JSON text, as `scan_schema` describes it."""
    return msgspec.json.format(msgspec.json.encode(scan), indent=2).decode()


def scan_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the report."""
    schema: dict[str, Any] = msgspec.json.schema(Scan)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "statefence state scan", **schema}


def schema_text() -> str:
    """The JSON Schema as text."""
    return json.dumps(scan_schema(), indent=2)


def finding_lines(scan: Scan) -> Iterator[str]:
    """What is wrong, a line each, then what could not be told and what was left out.

    Of files that others may read there can be as many as files: they are one line when there are more than a few.
    """
    readable = [found for found in scan.findings if found.problem is Problem.READABLE]
    is_folded = len(readable) > _MOST_READABLE
    for found in scan.findings:
        if is_folded and found.problem is Problem.READABLE:
            continue
        code = f"{found.code} " if found.code else ""
        policy = f" [{found.policy}]" if found.policy else ""
        yield visible(f"{found.path}: {code}{found.problem}: {found.message}{policy}")
    if is_folded:
        named = ", ".join(found.path for found in readable[:_MOST_READABLE])
        yield visible(
            f"{Problem.READABLE}: every user of this machine can get at {len(readable)} files, such as {named}"
        )
    yield from _told("unknown", scan.unknown)
    yield from _told("left out", scan.left_out[:_MOST_LEFT_OUT])
    more = len(scan.left_out) - _MOST_LEFT_OUT
    if more > 0:
        yield f"{more} more were left out: the JSON lists them"


def closing_line(scan: Scan) -> str:
    """How much was looked at, and what came of it."""
    summary = scan.summary
    return (
        f"{counted(summary.files, 'file')}, {counted(summary.databases, 'database')}; "
        f"{counted(summary.findings, 'finding')}, {counted(summary.unknown, 'thing')} that could not be told."
    )


def plain_table(scan: Scan) -> Iterator[str]:
    """The databases in aligned columns."""
    rows = [_HEADINGS, *map(_cells, scan.databases)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows if scan.databases else ():
        cells = zip(_HEADINGS, row, widths, strict=True)
        aligned = (cell.rjust(width) if name in _RIGHT else cell.ljust(width) for name, cell, width in cells)
        yield "  ".join(aligned).rstrip()


def drawn_table(scan: Scan, width: int) -> str:
    """The databases as a table with colours, `width` columns wide. Imports rich."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(visible(scan.directory)), title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in _RIGHT else "left", overflow="fold")
    wrong = {found.path for found in scan.findings}
    for database in scan.databases:
        style = "red" if database.path in wrong else ""
        table.add_row(*(Text(cell) for cell in _cells(database)), style=style)
    console = Console(width=width, force_terminal=True)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def size_text(size: int) -> str:
    """A number of bytes in three or four characters and a unit."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def _cells(database: Database) -> Sequence[str]:
    role = f"store {database.store}" if database.store is not None else str(database.role)
    sound = {True: "yes", False: "no", None: "unknown"}[database.sound]
    size = size_text(database.size) + (f" + {size_text(database.log)} log" if database.log else "")
    name, tables, rows = _shortened(visible(database.path)), str(len(database.tables)), f"{database.rows:,}"
    return name, role, tables, rows, size, database.written, sound


def _shortened(name: str) -> str:
    """A name that leaves room for the other columns, without its middle when it is long."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[: half - 1]}...{name[2 - half :]}"


def _told(word: str, those: Sequence[Unjudged]) -> Iterator[str]:
    for each in those:
        yield visible(f"{each.path}: {word}: {each.reason}")
