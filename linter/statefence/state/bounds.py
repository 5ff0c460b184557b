"""What a repair may touch: nothing outside the state directory but the one store that was asked for by name."""

# Paths are text here: names in any encoding.
# ruff: noqa: PTH112, PTH114, PTH118

from __future__ import annotations

import os
from collections.abc import Iterator

from statefence.errors import StatefenceError
from statefence.policy import Store
from statefence.state.headers import COMPANIONS
from statefence.state.history import shown
from statefence.state.journal import Target, Work, room_of
from statefence.state.merging import RefusedError
from statefence.state.places import Places
from statefence.template import is_literal, matches


def check_bounds(root: str, work: Work, into: Store | None) -> None:
    """Raises RefusedError when a repair would change anything outside the real directory `root`.

    Allowed there are the databases of the store `into`, and nothing else. A link, or another name of the same file, may
    lead outside as well.
    """
    for path in filter(None, (work.source, work.retired)):
        if not _is_below(root, path):
            raise RefusedError(f"{shown(path)} is not in {shown(root)}: the journal of repairs was changed by hand")
    for target in work.targets:
        is_asked_for = into is not None and target.store == into.name
        if not _is_below(root, target.path) and not is_asked_for:
            reason = f"the store {target.store} is {shown(target.path)}, outside {shown(root)}"
            raise RefusedError(f"{reason}: `--into {target.store}` allows it to be changed")
    for path in filter(None, (work.source, *(target.path for target in work.targets))):
        _check_names(path)


def check_places(root: str, work: Work, places: Places) -> None:
    """Raises RefusedError when a journal sends rows outside `root`, and not to where the policy has the store."""
    for target in work.targets:
        if not _is_below(root, target.path) and not _is_place(target, places):
            reason = f"{shown(target.path)} is not where the policy has the store {target.store}"
            raise RefusedError(f"{reason}: the policy or the environment is another than when the repair was begun")


def check_room(root: str) -> None:
    """Raises StatefenceError when what repairs write of themselves would be written elsewhere, through a link."""
    room = room_of(root)
    for path in (room, *_below(room)):
        if os.path.islink(path) or _has_other_names(path):
            raise StatefenceError(f"{shown(path)}: a link, by which a repair would write elsewhere: remove it")


def _below(directory: str) -> Iterator[str]:
    for above, directories, files in os.walk(directory):
        yield from (os.path.join(above, name) for name in (*directories, *files))


def _is_below(root: str, path: str) -> bool:
    """Whether a path is in the directory, also by the links that are on its way now."""
    return os.path.realpath(path) == path and path.startswith(os.path.join(root, ""))


def _is_place(target: Target, places: Places) -> bool:
    templates = [
        claim.template for claim in places.claims if claim.store is not None and claim.store.name == target.store
    ]
    literal = {os.path.realpath(str(template)) for template in templates if is_literal(template)}
    return target.path in literal or any(matches(template, target.path) for template in templates)


def _check_names(path: str) -> None:
    """A file that is written in place changes under its other names too, wherever these are."""
    for part in ("", *COMPANIONS):
        if os.path.islink(path + part):
            raise RefusedError(f"{shown(path + part)} is a link: remove it first")
        if _has_other_names(path + part):
            raise RefusedError(f"{shown(path + part)} has hard links, which would change with it: remove them first")


def _has_other_names(path: str) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return found.st_nlink > 1 and not os.path.isdir(path)
