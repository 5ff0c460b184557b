"""Which store of the policy a file is, when a given directory is taken for the state directory."""

# Paths are text here: thousands of files, and names in any encoding.
# ruff: noqa: PTH109, PTH111

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable

from msgspec import Struct

from statefence.policy import Forbidden, Policy, Store, StoreKind
from statefence.state.walk import parents
from statefence.template import Piece, SymbolKind, Template, build, is_literal, matches, resolve, substitute
from statefence.template.build import flatten
from statefence.template.records import WORKING_DIRECTORY, Glob, Symbol


class World(Struct, frozen=True):
    """What symbols of templates mean: the environment, and the directory that is looked at."""

    environ: dict[str, str]
    home: str
    cwd: str
    tmp: str
    repo: str
    directory: str


class Claim(Struct, frozen=True):
    """An absolute template at which a store, or a forbidden database, is.

    `here` tells one that takes the directory for the state directory from one that the environment gives; None for one
    that has nothing to do with the state directory.
    """

    template: Template
    here: bool | None
    store: Store | None = None
    forbidden: Forbidden | None = None


class Places(Struct, frozen=True):
    """The policy's claims on a real file system."""

    policy: Policy
    world: World
    claims: tuple[Claim, ...]

    def at(self, path: str) -> tuple[Claim, ...]:
        """The claims on a file, forbidding ones first."""
        found = [claim for claim in self.claims if _lies_on(claim, path, self.world.directory)]
        return tuple(sorted(found, key=lambda claim: claim.forbidden is None))

    def store_at(self, path: str) -> Store | None:
        """The store that a file is, or is a part of: of a tree, not where a database is forbidden within it."""
        claims = self.at(path)
        forbidden = any(claim.forbidden is not None for claim in claims)
        stores = (claim.store for claim in claims if claim.store is not None)
        return next((store for store in stores if not forbidden or store.kind is not StoreKind.TREE), None)

    def forbidden_at(self, path: str) -> Forbidden | None:
        """The line that forbids a database there."""
        return next((claim.forbidden for claim in self.at(path) if claim.forbidden is not None), None)

    def paths_of(self, store: Store, names: dict[str, str], *, here: bool | None) -> tuple[str, ...]:
        """The paths of a store, with these values of its placeholders, that are `here` or that the environment gives.

        With None they are those of the environment. A template that is still no single path is left out.
        """
        claims = [claim for claim in self.claims if claim.store == store]
        if here is None:
            here = all(claim.here is not False for claim in claims)
        named = [filled(claim.template, names) for claim in claims if claim.here in {None, here}]
        return tuple(dict.fromkeys(str(template) for template in named if is_literal(template)))


def places(policy: Policy, directory: str, environ: dict[str, str]) -> Places:
    """The claims of the policy when `directory` (absolute) is looked at in this environment.

    `{state}` is what the environment makes of it when the directory has to do with it; else it is the directory too,
    so that a copy of a state directory can be looked at anywhere.
    """
    world = _world(policy, directory, environ)
    claims = [
        *(
            Claim(template, here, forbidden=forbidden)
            for forbidden in policy.forbidden
            for template, here in (*located(forbidden.path, policy, world), *_anywhere(forbidden.path, world))
        ),
        *(
            Claim(template, here, store=store)
            for store in policy.stores
            if store.kind is not StoreKind.URL
            for template, here in located(store.path, policy, world)
        ),
    ]
    return Places(policy, world, tuple(claims))


def state_directory(policy: Policy, environ: dict[str, str]) -> str | None:
    """Where the policy says the state is in this environment; None when it does not say, or not one directory."""
    world = _world(policy, os.getcwd(), environ)
    found = _resolved(policy.state, world) if policy.state is not None else ()
    return next((str(template) for template in found if is_literal(template)), None)


def located(template: Template, policy: Policy, world: World) -> tuple[tuple[Template, bool | None], ...]:
    """The absolute templates that a template of the policy means in a world, each with whether it is `here`."""
    below = _below_state(template, policy)
    is_real = _is_real_state(policy, world)
    meant = [(found, None if below is None else is_real) for found in _resolved(template, world)]
    if below is not None and not is_real:
        meant.append((build([world.directory, "/", *below]), True))
    return tuple(meant)


def filled(template: Template, names: dict[str, str]) -> Template:
    """The template with these values in place of its placeholders."""

    def value(symbol: Symbol) -> Iterable[Piece | str]:
        known = symbol.kind is SymbolKind.NAMED and symbol.name in names
        return [names[symbol.name] if known else symbol]

    return substitute(template, value)


def _world(policy: Policy, directory: str, environ: dict[str, str]) -> World:
    return World(
        environ=environ,
        home=os.path.expanduser("~"),
        cwd=os.getcwd(),
        tmp=environ.get("TMPDIR") or tempfile.gettempdir(),
        repo=policy.root,
        directory=directory,
    )


def _lies_on(claim: Claim, path: str, directory: str) -> bool:
    if matches(claim.template, path):
        return True
    is_tree = claim.store is not None and claim.store.kind is StoreKind.TREE
    return is_tree and any(matches(claim.template, above) for above in parents(path, directory))


def _resolved(template: Template, world: World) -> tuple[Template, ...]:
    return resolve(template, world.environ, home=world.home, cwd=world.cwd, tmp=world.tmp, repo=world.repo)


def _anywhere(template: Template, world: World) -> tuple[tuple[Template, None], ...]:
    """What is forbidden in a working directory, in any directory below the one that is looked at: each can be one."""
    if template.segments[0] != WORKING_DIRECTORY:
        return ()
    rest = flatten(Template(template.segments[1:]))
    return ((build([world.directory, "/", Glob("**"), "/", *rest]), None),)


def _below_state(template: Template, policy: Policy) -> list[Piece | str] | None:
    """What follows the state directory in a template; None when it is not below it."""
    if policy.state is None:
        return None
    length = len(policy.state.segments)
    if template.segments[:length] != policy.state.segments:
        return None
    return flatten(Template(template.segments[length:]))


def _is_real_state(policy: Policy, world: World) -> bool:
    """Whether the directory is, holds or lies in the state directory of the environment."""
    real = [str(state) for state in _resolved(policy.state, world) if is_literal(state)] if policy.state else []
    return any(_holds(state, world.directory) or _holds(world.directory, state) for state in real)


def _holds(directory: str, path: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")
