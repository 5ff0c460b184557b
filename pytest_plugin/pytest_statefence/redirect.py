"""Which variables lead an application to a state directory of one's own, and which databases belong there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest

from statefence.policy import Policy, Store, StoreKind
from statefence.template import Symbol, SymbolKind, is_literal, resolve
from statefence.template.user_directories import USER_DIRECTORY_VARIABLES


def redirected(policy: Policy, base: Path) -> tuple[dict[str, str], Path]:
    """The variables to set so that all the policy's paths lie below `base`, and the state directory that gives.

    Raises pytest.UsageError when no path depends on a variable or on the home directory.
    """
    roots = list(_roots(policy))
    if not roots:
        known = "{state}, {env:NAME}, {home} or {app:NAME}"
        raise pytest.UsageError(f"state_dir: no path of the policy begins with {known}")
    kinds = {root.kind for root in roots}
    names = dict.fromkeys(root.name for root in roots if root.kind is SymbolKind.ENV)
    directories = ("state", *(f"state-{name.lower()}" for name in list(names)[1:]))
    variables = {name: str(base / directory) for name, directory in zip(names, directories, strict=False)}
    home = base / "home"
    if kinds & {SymbolKind.HOME, SymbolKind.APP}:
        variables["HOME"] = str(home)
    if SymbolKind.APP in kinds:
        variables |= {name: str(home / name.lower()) for name in sorted(USER_DIRECTORY_VARIABLES)}
    return variables, _state(policy, variables, home) or Path(next(iter(variables.values())))


def databases(policy: Policy) -> Iterator[tuple[Store, Path]]:
    """The stores that can be made from migrations where the variables point now, with the one file each is."""
    home, cwd = str(Path.home()), str(Path.cwd())
    for store in policy.stores:
        if not store.migrations or store.kind is not StoreKind.SQLITE:
            continue
        for place in resolve(store.path, os.environ, home=home, cwd=cwd, tmp=gettempdir(), repo=policy.root):
            if is_literal(place):
                yield store, Path(str(place))


def _roots(policy: Policy) -> Iterator[Symbol]:
    """The symbols with which the policy's paths begin, that of `state` first."""
    stores = [store.path for store in policy.stores]
    for template in (*([policy.state] if policy.state else []), *stores, *(f.path for f in policy.forbidden)):
        for piece in template.segments[0][:1]:
            if isinstance(piece, Symbol) and piece.kind in {SymbolKind.ENV, SymbolKind.HOME, SymbolKind.APP}:
                yield piece


def _state(policy: Policy, variables: dict[str, str], home: Path) -> Path | None:
    if policy.state is None:
        return None
    found = resolve(policy.state, variables, home=str(home), cwd=str(home), tmp=str(home), repo=policy.root)
    return next((Path(str(state)) for state in found if is_literal(state)), None)
