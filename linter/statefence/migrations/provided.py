"""Tables that the program makes itself, so that its migrations may begin with changing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from statefence.migrations.model import History
from statefence.source import Source

_NAME = rb"""(?:IF\s+NOT\s+EXISTS\s+)?(?:main\s*\.\s*)?["'`\[]?(\w+)"""
_CREATED = re.compile(rb"\bCREATE\s+(?:VIRTUAL\s+)?TABLE\s+" + _NAME, re.IGNORECASE)
_DECLARED = re.compile(rb"""(?:\b__tablename__\s*=\s*|\bTable\(\s*)["'](\w+)["']""")
_MAKES_DECLARED = b".create_all"


def provided(history: History, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """The tables, in lower case, that files outside a sequence make and that the sequence does not.

    Args:
        history: the sequence.
        sources: the project's files by path.
    """
    own = {migration.place.path for migration in history.migrations} | {history.path}
    others = [source.data for path, source in sources.items() if path not in own and not path.endswith(".sql")]
    made = _named(_CREATED, (data for data in others if b"TABLE" in data or b"table" in data))
    if any(_MAKES_DECLARED in data for data in others):
        made |= _named(_DECLARED, (data for data in others if b"__tablename__" in data or b"Table(" in data))
    statements = (sql.text.encode() for migration in history.migrations for sql in migration.up)
    return tuple(sorted(made - _named(_CREATED, statements)))


def _named(pattern: re.Pattern[bytes], texts: Iterable[bytes]) -> set[str]:
    return {name.decode(errors="replace").lower() for text in texts for name in pattern.findall(text)}
