"""A database that holds some tables of a copied one, so that little of a large one is written. Reader process only.

What it does not hold are holes of the file. SQLite finds them damaged if it ever looks into one.
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH123

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pytest_statefence.pages import Pages, PagesError, opened, overflow_pages, tree_levels
from pytest_statefence.schemas import SCHEMA, schema

_MOST = 2048
"""Pages; with more of them the whole file is sooner written."""


def write_part(copy: str, path: str, wanted: Callable[[str], bool]) -> None:
    """Writes the schema of the copied database, and the tables (asked for in lower case) that are `wanted`, to `path`.

    Of the file only; its log is to be put beside it. Raises PagesError when a table has no pages of its own, when
    there are too many, or when the copy is not laid out as a database is.
    """
    try:
        with opened(copy) as pages, open(path, "wb") as file:
            for number in _needed(pages, wanted):
                file.seek((number - 1) * pages.size)
                file.write(pages.main.read(pages.size, (number - 1) * pages.size))
            file.truncate(pages.main.size)
    except (IndexError, ValueError) as error:
        raise PagesError(str(error)) from error


def _needed(pages: Pages, wanted: Callable[[str], bool]) -> set[int]:
    trees = [tree for tree in schema(pages) if wanted(tree.table)]
    if any(tree.is_virtual for tree in trees):
        raise PagesError("what a virtual table holds is in tables beside it")
    needed: set[int] = set()
    for number in _pages_of(pages, [SCHEMA, *(tree.root for tree in trees if tree.root)]):
        needed.add(number)
        if len(needed) > _MOST:
            raise PagesError("too many pages")
    return needed


def _pages_of(pages: Pages, roots: Iterable[int]) -> Iterator[int]:
    """The pages of some b-trees, with those that rows overflow into."""
    for root in roots:
        for level in tree_levels(pages, root):
            for number in level:
                yield number
                yield from overflow_pages(pages, number)
