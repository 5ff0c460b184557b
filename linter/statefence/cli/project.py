"""Which policy and which of its files a command is about, from its arguments and the working directory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from statefence.cache.remember import Reading
from statefence.engine import Loaded, Report, is_within
from statefence.errors import UsageError
from statefence.migrations.files import places
from statefence.policy import Policy
from statefence.policy.load import candidates, default, find, load


def policy_in_force(config: str | None) -> Policy:
    """The policy of `--config`, else the nearest one, else the default one for the working directory.

    Raises PolicyError when it cannot be read or is wrong.
    """
    if config is not None:
        return load(Path(config))
    found = find(Path.cwd())
    return load(found) if found is not None else default(Path.cwd())


def reading(policy: Policy, config: str | None, started: int, run: Report | Loaded, packs: Iterable[str]) -> Reading:
    """What a run has read, whose policy comes from `--config` or the nearest file, and its rules from these packs."""
    others = (config,) if config is not None else map(str, candidates(Path.cwd()))
    return Reading(
        str(Path(policy.root).absolute()),
        started,
        run.listing,
        {path: source.data for path, source in run.sources.items()},
        (*map(os.path.abspath, others), *places(policy)),
        frozenset({"statefence", *packs}),
    )


def relative_paths(given: Sequence[str], root: str) -> tuple[str, ...]:
    """The paths of the command line relative to the root; raises UsageError for one that is missing or outside."""
    return tuple(_relative(path, root) for path in given)


def _relative(path: str, root: str) -> str:
    if not os.path.lexists(path):
        raise UsageError(f"{path}: no such file or directory")
    for absolute, base in ((os.path.realpath(path), os.path.realpath(root)), (os.path.abspath(path), root)):  # noqa: PTH100 # start-up does without pathlib
        relative = os.path.relpath(absolute, base).replace(os.sep, "/")
        if relative != ".." and not relative.startswith("../"):
            return relative
    raise UsageError(f"{path}: outside the project {root}: run statefence there, or choose its policy with --config")


def require_files(given: Sequence[str], paths: Sequence[str], known: Iterable[str]) -> None:
    """Raise UsageError when one of the `given` paths (`paths` seen from the root) holds none of the `known` files."""
    every = tuple(known)
    for shown, path in zip(given, paths, strict=True):
        if not any(is_within(file, (path,)) for file in every):
            raise UsageError(f"{shown}: no Python file of the project there; is it ignored by git?")
