"""The schema of a copied database, from its pages. Reader process only; no site."""

from __future__ import annotations

from typing import NamedTuple

from pytest_statefence.pages import Pages, record, rows

SCHEMA = 1
"""The page at which the b-tree of the schema begins."""

_ENCODINGS = {0: "utf-8", 1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
"""Of text, by the number in the header; 0 while there is none."""


class Tree(NamedTuple):
    """A row of the schema. `table` is the one it is, or is an index of; in lower case."""

    kind: str
    table: str
    root: int
    sql: str

    @property
    def is_virtual(self) -> bool:
        """Whether it is a table without pages of its own: what it holds is in tables beside it."""
        return self.kind == "table" and not self.root


def schema(pages: Pages) -> frozenset[Tree]:
    """The tables, indexes, views and triggers.

    Raises PagesError, IndexError or ValueError when they are not laid out as those of a database are.
    """
    encoding = _ENCODINGS[int.from_bytes(pages.read(1)[56:60])]
    found = []
    for row in rows(pages, SCHEMA):
        kind, _, table, root, sql = record(row, encoding)
        found.append(Tree(str(kind), str(table).casefold(), root if isinstance(root, int) else 0, str(sql)))
    return frozenset(found)
