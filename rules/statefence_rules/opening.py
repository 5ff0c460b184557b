"""Which declared store an open reaches, and how an open is replaced by the store's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from statefence.api import (
    Answer,
    Edit,
    Effect,
    Import,
    Module,
    Open,
    PathKind,
    Policy,
    Project,
    ReplaceExpression,
    Segment,
    Store,
    Symbol,
    SymbolKind,
    Target,
    Template,
    Text,
    match,
)
from statefence_rules.source_text import has_one_argument

_RETURNS_CONNECTION = "sqlite3.connect"
_ABOVE: Segment = (Text(".."),)

DOES: Mapping[Effect, str] = {
    Effect.DATABASE: "opens {} for writing",
    Effect.READ: "reads {}",
    Effect.APPEND: "appends to {}",
    Effect.UPDATE: "writes over parts of {}",
    Effect.OVERWRITE: "empties {} and writes it anew",
    Effect.CREATE: "creates {}",
    Effect.REPLACE: "puts another file in the place of {}",
    Effect.TRUNCATE: "shortens {}",
    Effect.EXTRACT: "puts files into {}, over those that are there",
    Effect.MOVE: "moves {} away",
    Effect.REMOVE: "removes {}",
    Effect.WRITE: "writes to {}",
    Effect.UNKNOWN: "opens {}",
}
"""What each effect does to a store, as a sentence about the call says it."""


def opens_decided_in(module: Module, project: Project) -> tuple[Open, ...]:
    """The opens whose path this module's code chose; a path that a callee falls back to by itself is the callee's."""
    opens = project.opens(module)
    decided = (opened for opened in opens if opened.via is None or opened.argument is not None or opened.chosen)
    return tuple(map(_as_chosen, decided))


def _as_chosen(opened: Open) -> Open:
    """The open without the places that its callee may open by itself, unless it can open no other."""
    chosen = tuple(target for target in opened.targets if target not in opened.own)
    return replace(opened, targets=chosen) if chosen else opened


def stores_at(target: Target, policy: Policy) -> tuple[Store, ...]:
    """The stores that the target provably is."""
    template = target.template
    if template is None:
        return ()
    return tuple(store for store in policy.stores if match(store.path, template) is Answer.YES)


def is_at(store: Store, opened: Open, target: Target) -> bool:
    """Whether the open provably does to the store what it does: at its path, or to a directory that holds it."""
    if target.template is None:
        return False
    if match(store.path, target.template) is Answer.YES:
        return True
    gone = opened.tree and opened.effect in {Effect.REMOVE, Effect.MOVE}
    return gone and any(match(above, target.template) is Answer.YES for above in _directories(store.path))


def _directories(path: Template) -> Iterable[Template]:
    """The directories that a path lies in, as far as its segments name them."""
    return (Template(path.segments[:depth]) for depth in range(1, len(path.segments)))


def only_fills_in(opened: Open, target: Target, project: Project, is_same: Callable[[Target], bool]) -> bool:
    """Whether a call chose no path but only ids in it: a callee's own open is of the same place whatever it is handed.

    A callee that may also be handed a whole path has not chosen it.

    Args:
        is_same: whether a target of the callee is that place.
    """
    for step in opened.way(target):
        for other in project.opens_by_path.get(step.place.path, ()):
            if other.span != step.place.span:
                continue
            own = [each for each in other.targets if is_same(each)]
            is_open = any(_is_handed_whole(each) and each not in own for each in other.targets)
            if not is_open and any(_is_filled(each.template, target.template) for each in own):
                return True
    return False


def _is_handed_whole(target: Target) -> bool:
    """Whether the path is whatever a caller passes, and nothing is put to it."""
    whole = target.template is None or [len(segment) for segment in target.template.segments] == [1]
    return whole and target.kind is PathKind.PARAMETER


def _is_filled(template: Template | None, other: Template | None) -> bool:
    """Whether a path is another one with values for parameters: for segments of it, pieces of one, or what it is in.

    Of a path that is the same as the other one, a caller has decided nothing at all.
    """
    if template is None or other is None:
        return False
    if template == other:
        return True
    base, *rest = template.segments
    while _has_parameter(base) and rest[:1] == [_ABOVE]:
        rest = rest[1:]
    if len(rest) >= len(other.segments):
        return False
    count = len(other.segments) - len(rest)
    pairs = zip(rest, other.segments[count:], strict=True)
    differing = [left for left, right in pairs if left != right]
    if (base,) != other.segments[:count]:
        differing.append(base)
    return bool(differing) and all(map(_has_parameter, differing))


def _has_parameter(segment: Segment) -> bool:
    return any(isinstance(piece, Symbol) and piece.kind is SymbolKind.PARAM for piece in segment)


def store_named(name: str | None, policy: Policy) -> Store | None:
    """The store of that name, if there is one."""
    return None if name is None else policy.store(name)


def open_instead(module: Module, opened: Open, store: Store | None) -> tuple[Edit, ...]:
    """Call the store's `open-with` in place of a hand-made open.

    None where the store has none, where the call does not give the `sqlite3` connection itself, where it sets anything
    besides the path, or in the module that `open-with` itself is in, which may be the very function being edited.
    """
    if store is None or store.open_with is None or (opened.via or opened.api) != _RETURNS_CONNECTION:
        return ()
    if not opened.gives:
        return ()
    home, _, function = store.open_with.partition(":")
    if home == module.name or not has_one_argument(module, opened.span):
        return ()
    return (ReplaceExpression(opened.span, f"{function}()", (Import(home, function),)),)


def names(stores: Iterable[Store]) -> str:
    """The names of stores as a sentence lists them."""
    return " and ".join(sorted(store.name for store in stores))
