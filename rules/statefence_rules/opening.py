"""Which declared store an open reaches, and how an open is replaced by the store's own."""

from __future__ import annotations

from collections.abc import Iterable

from statefence.api import (
    Answer,
    Edit,
    Import,
    Module,
    Open,
    Policy,
    Project,
    ReplaceExpression,
    Store,
    Target,
    match,
)
from statefence_rules.source_text import has_one_argument

_RETURNS_CONNECTION = "sqlite3.connect"


def opens_decided_in(module: Module, project: Project) -> tuple[Open, ...]:
    """The opens whose path this module's code chose; a path that a callee falls back to by itself is the callee's."""
    opens = project.opens(module)
    return tuple(opened for opened in opens if opened.via is None or opened.argument is not None)


def stores_at(target: Target, policy: Policy) -> tuple[Store, ...]:
    """The stores that the target provably is."""
    template = target.template
    if template is None:
        return ()
    return tuple(store for store in policy.stores if match(store.path, template) is Answer.YES)


def store_named(name: str | None, policy: Policy) -> Store | None:
    """The store of that name, if there is one."""
    return None if name is None else policy.store(name)


def open_instead(module: Module, opened: Open, store: Store | None) -> tuple[Edit, ...]:
    """Call the store's `open-with` in place of a hand-made open.

    None where the store has none, where the call is not one that gives a `sqlite3` connection, where it sets anything
    besides the path, or in the module that `open-with` itself is in, which may be the very function being edited.
    """
    if store is None or store.open_with is None or (opened.via or opened.api) != _RETURNS_CONNECTION:
        return ()
    home, _, function = store.open_with.partition(":")
    if home == module.name or not has_one_argument(module, opened.span):
        return ()
    return (ReplaceExpression(opened.span, f"{function}()", (Import(home, function),)),)


def names(stores: Iterable[Store]) -> str:
    """The names of stores as a sentence lists them."""
    return " and ".join(sorted(store.name for store in stores))
