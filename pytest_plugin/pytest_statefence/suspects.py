"""Which tables of a database may differ between two copies, told by its pages. Reader process only; no site.

No table that differs is left out. One that is named may be the same after all: its rows are to be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_statefence.pages import (
    Pages,
    PagesError,
    changed_pages,
    free_pages,
    opened,
    overflow_pages,
    tree_levels,
)
from pytest_statefence.schemas import SCHEMA, Tree, schema

_NOBODY = ""


def suspects(before: str, after: str) -> set[str] | None:
    """The names (in lower case) of the tables that may differ; None when all of them may."""
    try:
        with opened(before) as old, opened(after) as new:
            changed = changed_pages(old, new)
            if not changed:
                return set()
            schemas = [schema(pages) for pages in (old, new)]
            owners = [_owners_of(changed, pages, trees) for pages, trees in zip((old, new), schemas, strict=True)]
    except (PagesError, OSError, IndexError, ValueError):
        return None  # whatever is wrong with the layout, SQLite is to say
    if None in owners:
        return None
    found = {owner for some in owners for owner in some or ()}
    return (found | _differing(*schemas) | {table for trees in schemas for table in _virtual(trees)}) - {_NOBODY}


def _differing(before: frozenset[Tree], after: frozenset[Tree]) -> set[str]:
    return {tree.table for tree in before ^ after}


def _virtual(trees: Iterable[Tree]) -> Iterator[str]:
    """Tables without pages of their own: what they hold is in tables beside them."""
    return (tree.table for tree in trees if tree.is_virtual)


def _owners_of(changed: set[int], pages: Pages, trees: Iterable[Tree]) -> set[str] | None:
    """The tables that the changed pages belong to; None when one of them is of nobody known."""
    owners = dict.fromkeys(changed.intersection(free_pages(pages)), _NOBODY)
    for root, table in ((SCHEMA, _NOBODY), *((tree.root, tree.table) for tree in trees if tree.root)):
        for level in tree_levels(pages, root):
            owners.update(dict.fromkeys(changed.intersection(level), table))
    there = {number for number in changed if number <= pages.total}
    unowned = {number for number in there if number not in owners}
    if unowned:
        for number in there - unowned:
            if owners[number]:
                owners.update(dict.fromkeys(overflow_pages(pages, number), owners[number]))
    if any(number not in owners for number in unowned):
        return None
    return {owners[number] for number in there}
