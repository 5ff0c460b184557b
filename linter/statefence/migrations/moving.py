"""A change of the schema that stands in a program, as the next migration of its sequence: proven, then offered."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from msgspec.structs import replace

from statefence.errors import UsageError
from statefence.migrations.addition import added
from statefence.migrations.model import History, Migration, Sql, whole
from statefence.migrations.rehearse import rehearsed, siblings
from statefence.migrations.sandbox import Ending
from statefence.model import Edit
from statefence.sql.kinds import kind_of
from statefence.sql.model import Kind
from statefence.sql.tokens import Statement, TokenKind, split

_NAME = "moved from code"  # one name for all: of two that are made at once the second waits, and gets the next number
_MAKES = frozenset({Kind.CREATE_TABLE, Kind.INDEX, Kind.TRIGGER, Kind.VIEW, Kind.ALTER})


def owner_of(tables: Sequence[str], histories: Sequence[History], every: Sequence[History]) -> History | None:
    """The sequence that makes one of the tables; else the only one there is; None when that cannot be told.

    Args:
        tables: the tables that are made or changed.
        histories: the sequences of one store.
        every: all sequences of the project.
    """
    lower = {table.lower() for table in tables}
    makers = [each for each in histories if rehearsed(each, siblings(each, every)).tables & lower]
    found = makers or list(histories)
    return found[0] if len(found) == 1 and found[0].runs else None


def moved(history: History, every: Sequence[History], script: str) -> tuple[Edit, ...] | None:
    """The edits that add a migration which does what the script does; none of them when the sequence does it already.

    None when that cannot be offered: the script does more than to add to the schema, cannot be applied after the last
    migration, to tables with rows too, or what takes it back is not proven; or the sequence cannot be added to.
    """
    statements = split(script)
    if not statements or not all(map(_only_adds, statements)):
        return None
    texts = [_dedented(script[each.start : each.end], each) for each in statements]
    place = whole(history.path)
    step = Migration("", "", place, tuple(Sql(text, place) for text in texts), None, "")
    longer = replace(history, migrations=(*history.migrations, step))
    rehearsal = rehearsed(longer, siblings(history, every))
    if not rehearsal.complete or rehearsal.trials[-1].up_on_rows.ending is Ending.FAILED:
        return None
    trial = rehearsal.trials[-1]
    if not trial.changed:
        return ()
    try:
        return added(history, _NAME, texts, trial.draft) if trial.draft else None
    except UsageError:
        return None


def _only_adds(statement: Statement) -> bool:
    """Whether the statement changes the schema of the database itself, and neither reads nor loses a row."""
    words = set(statement.words)
    kind = kind_of(statement)
    if kind is Kind.ALTER and "DROP" in words:
        return False
    if kind is Kind.CREATE_TABLE and "SELECT" in words:
        return False
    return kind in _MAKES and words.isdisjoint({"TEMP", "TEMPORARY"})


def _dedented(text: str, statement: Statement) -> str:
    """The statement without the indentation of the program around it, where no string of its own has several lines."""
    first, newline, rest = text.partition("\n")
    if any("\n" in token.text for token in statement.tokens if token.kind is not TokenKind.SPACE):
        return text
    return first + newline + textwrap.dedent(re.sub(r"[ \t]+$", "", rest, flags=re.MULTILINE))
