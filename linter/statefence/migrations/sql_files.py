"""Migrations kept as `.sql` files: `001_name.sql`, taken back by `001_name.down.sql` or by a `-- down` section."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from statefence.migrations.lock import digest
from statefence.migrations.model import Fault, Migration, Sql, whole
from statefence.migrations.names import FileName, taken_apart
from statefence.model import Place, Span
from statefence.source import Source
from statefence.sql.tokens import split

# The section comments of goose, dbmate, sql-migrate and of plain custom.
_SECTION = re.compile(
    r"--\s*(?:\+\s*(?:goose|migrate)\s+|migrate:|@|[=-]+\s*)?(?P<side>up|down)\b(?:\s*[:=-]*|\s+transaction:\w+)\s*",
    re.IGNORECASE,
)
_IGNORE = re.compile(
    r"^[ \t]*--\s*statefence\s*:\s*ignore\b.*\n?|[ \t]*--\s*statefence\s*:\s*ignore\b.*", re.IGNORECASE | re.MULTILINE
)


def statements(text: str, path: str) -> tuple[Sql, ...]:
    """The statements of a script that is a whole file, its line ends as LF."""
    return tuple(
        Sql(text[found.start : found.end], Place(path, span_of(text, found.start, found.end))) for found in split(text)
    )


def span_of(text: str, start: int, end: int, *, first: int = 1, indent: int = 0) -> Span:
    """The span between two offsets of a text that begins on line `first`, at the byte column `indent`."""
    return Span(*_position(text[:start], first, indent), *_position(text[:end], first, indent))


def _position(passed: str, first: int, indent: int) -> tuple[int, int]:
    *lines, rest = passed.split("\n")
    return first + len(lines), len(rest.encode()) + (0 if lines else indent)


def sections(source: Source) -> tuple[str, str | None]:
    """What applies the migration and what takes it back, each on its own lines; None without such a section."""
    sides: dict[str, list[str]] = {"up": [], "down": []}
    side, has_down = "up", False
    for line in source.lines:
        found = _SECTION.fullmatch(line.strip())
        if found:
            side = found["side"].lower()
            has_down = has_down or side == "down"
        sides[side].append("" if found else line)
        sides["down" if side == "up" else "up"].append("")
    return "\n".join(sides["up"]), "\n".join(sides["down"]) if has_down else None


def read_sql(paths: Sequence[str], sources: Mapping[str, Source]) -> tuple[list[Migration], list[Fault]]:
    """The migrations in these `.sql` files of one directory, in no order, and what is wrong with their names."""
    named = {path: taken_apart(path.rpartition("/")[2]) for path in paths}
    faults = [
        Fault(whole(path), "the name is no migration's: write it as NUMBER_name.sql")
        for path, name in named.items()
        if name is None
    ]
    downs = {name.key: path for path, name in named.items() if name is not None and name.is_down}
    ups = {path: name for path, name in named.items() if name is not None and not name.is_down}
    faults += [
        Fault(whole(path), f"takes back {key}, which is not there")
        for key, path in downs.items()
        if key not in {name.key for name in ups.values()}
    ]
    return [_migration(sources[path], name, sources.get(downs.get(name.key, ""))) for path, name in ups.items()], faults


def _migration(source: Source, name: FileName, down_source: Source | None) -> Migration:
    up, section = sections(source)
    down = None if section is None else statements(section, source.path)
    if down_source is not None:
        down = statements(_normal(down_source.text), down_source.path)
    return Migration(
        name.version, name.key, whole(source.path), statements(up, source.path), down, digest([_without_ignores(up)])
    )


def _without_ignores(text: str) -> str:
    """The text without suppression comments, which may be added to a migration that is locked."""
    return _IGNORE.sub("", text).strip("\n").rstrip()


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def uses_sections(paths: Sequence[str], sources: Mapping[str, Source]) -> bool:
    """Whether the files of a directory take back what they do in sections, not in files of their own."""
    return any(sections(sources[path])[1] is not None for path in paths)
