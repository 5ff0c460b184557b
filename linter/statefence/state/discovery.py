"""What exists on disk and should have a row, by the `discover` of the stores."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statefence.policy import Discovery
from statefence.state.history import shown
from statefence.state.journal import Registration
from statefence.state.places import Places, located
from statefence.state.walk import Tree
from statefence.template import names_in

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def discoveries(tree: Tree, places: Places) -> Iterator[tuple[str, str, Registration]]:
    """For each table that should know of something there: its store, its database, and the rows it should have."""
    there = sorted((*(file.path for file in tree.files), *tree.directories))
    for store in places.policy.stores:
        for discovery in store.discover:
            rows: dict[str, list[dict[str, str]]] = {}
            for template, here in located(discovery.path, places.policy, places.world):
                for path in there:
                    names = names_in(template, path)
                    if names is not None:
                        for target in places.paths_of(store, names, here=here):
                            rows.setdefault(target, []).append(_row(discovery, names, path))
            for target, found in rows.items():
                yield store.name, target, Registration(discovery.table, tuple(found))


def _row(discovery: Discovery, names: dict[str, str], path: str) -> dict[str, str]:
    """The columns of the row for what is at `path`."""
    known = {**names, "path": path}
    return {
        column: _PLACEHOLDER.sub(lambda found: shown(known[found[1]]), text)
        for column, text in discovery.columns.items()
    }
