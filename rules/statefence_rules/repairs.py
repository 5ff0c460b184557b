"""How a call's blocks are made to carry what they lack: the edits that SF101 and SF102 share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import msgspec

from statefence.api import (
    SPAWNERS,
    AddArgument,
    AddItem,
    Anchor,
    Answer,
    Environment,
    EnvKind,
    Given,
    Import,
    KnownSpawner,
    LocalEdit,
    Module,
    Project,
    ReplaceExpression,
    Safety,
    Span,
    Spawn,
    Variable,
)
from statefence_rules.carrying import Item, Lacks, inner_blocks, item_for, lacking_blocks, origin
from statefence_rules.source_text import is_dict, spreads, text_at, within

PARENT = "**os.environ"
PRESENT = "**{}"
"""The replaced text itself, spread into a new display."""

_BLOCK = re.compile(r"[\w.]+(\(\))?")
_PARENT = re.compile(r"(\w+\.)*environ(\.copy\(\))?")


class Repair(msgspec.Struct, frozen=True):
    """The edits that repair a finding, all or nothing, and whether they keep the program's meaning."""

    edits: tuple[LocalEdit, ...] = ()
    safety: Safety = Safety.SAFE


def carrying(
    module: Module, project: Project, spawn: Spawn, variable: Variable, required: Sequence[Variable], lacks: Lacks
) -> Repair:
    """How each block that lacks the variable is made to carry it; no edits unless all of them can be.

    An edit that replaces text brings everything that the call's blocks lack at once, so that the edits of all findings
    of one call are the same edit.
    """
    blocks = {each.name: lacking_blocks(project, spawn, each.name, lacks) for each in required}
    items = {each.name: item_for(each, module, spawn.symbol) for each in required if blocks[each.name]}
    shared = {origin(block) for block in inner_blocks(project, spawn)}
    repairs = [
        _passing(module, spawn, items.values(), removed=_is_removed(spawn, block, items))
        if block.anchor is Anchor.ABSENT
        else _completing(module, spawn, block, variable.name, items, shared=origin(block) in shared)
        for block in blocks[variable.name]
    ]
    if not all(repair.edits for repair in repairs):
        return Repair()
    safe = all(repair.safety is Safety.SAFE for repair in repairs)
    return Repair(_outermost(repairs), Safety.SAFE if safe else Safety.UNSAFE)


def _is_removed(spawn: Spawn, block: Environment, names: Iterable[str]) -> bool:
    """Whether the program has taken one of these out of its own environment, which the child inherits."""
    inherits = _is_over_parent(_callee(spawn))
    return any(name in block.drops or (inherits and block.carries(name) is Answer.NO) for name in names)


def _completing(
    module: Module, spawn: Spawn, block: Environment, name: str, items: dict[str, Item], *, shared: bool
) -> Repair:
    """Add to a block where it is written out in this module, else to what the call hands over.

    A block that may already hold the variable keeps its value. `shared` says that the block is written in what the call
    leads to, where other callers put in what they like.
    """
    removed, may_hold_it = name in block.drops, block.carries(name) is Answer.YES
    here = None if shared or removed or block.anchor_path != module.path else block.anchor_span
    passed = spawn.argument
    if here is not None and here != passed and block.kind is EnvKind.FILTERED and _takes_over(module, here):
        here = None  # what is put in there, too, would be taken out with the rest
    item = items[name]
    for span in (here, passed):
        if span is not None and not removed and is_dict(module, span) and not (may_hold_it and _mixed(module, span)):
            return Repair((AddItem(span, item.key, item.value, item.imports),))
    target = passed or here
    if target is None:
        return Repair()
    return _wrapping(module, spawn, target, list(items.values()), keep=may_hold_it, removed=removed)


def _wrapping(
    module: Module, spawn: Spawn, target: Span, items: Sequence[Item], *, keep: bool, removed: bool
) -> Repair:
    """Spread a block into a new display with the items; `keep` lets the block's own value win."""
    text = text_at(module, target)
    present = PRESENT
    if any(block.anchor is Anchor.ABSENT for block in spawn.environments):
        if not text.isidentifier() or not _is_over_parent(_callee(spawn)):
            return Repair()
        present = f"**(os.environ if {text} is None else {text})"
    sources = [each.source for each in items]
    display = _display([*sources, present] if keep and not _PARENT.fullmatch(text) else [present, *sources])
    doubtful = any(block.kind in {EnvKind.PASSTHROUGH, EnvKind.UNKNOWN} for block in spawn.environments)
    if doubtful and spawn.via is not None and present == PRESENT:
        return Repair()  # the function it is handed to may take None, which cannot be spread
    safe = within(target, spawn.span) and not removed and not doubtful
    edit = ReplaceExpression(target, display, _imports(items))
    return Repair((edit,), Safety.SAFE if safe else Safety.UNSAFE)


def _callee(spawn: Spawn) -> KnownSpawner | None:
    """What the analysis knows of the callee; None for a function of the project."""
    if spawn.via is not None:
        return None
    return next((each for each in SPAWNERS if spawn.api in each.names), None)


def _takes_over(module: Module, display: Span) -> bool:
    """Whether a display begins with another block whole, of which something must be taken out later."""
    return is_dict(module, display) and any(_BLOCK.fullmatch(text) for text in spreads(module, display))


def _mixed(module: Module, display: Span) -> bool:
    """Whether something other than the parent's environment is spread into a display."""
    return not all(_PARENT.fullmatch(text) for text in spreads(module, display))


def _passing(module: Module, spawn: Spawn, items: Collection[Item], *, removed: bool) -> Repair:
    """Hand an environment to a call that passes none, or None, if its callee takes one by keyword.

    Nothing can be copied that the program has `removed` from its own environment; a value of the policy's can be set.
    """
    callee = _callee(spawn)
    if callee is None or callee.env is None or (removed and not all(item.key for item in items)):
        return Repair()
    safety = Safety.UNSAFE if removed else Safety.SAFE
    sources, imports = [item.source for item in items], _imports(items)
    over_parent = _is_over_parent(callee)
    if over_parent:
        imports = tuple(sorted({*imports, Import("os")}))
    display = _display([PARENT, *sources] if over_parent else sources)
    passed = spawn.argument
    if passed is None:
        certain = all(block.anchor is Anchor.ABSENT for block in spawn.environments)
        return Repair((AddArgument(spawn.span, callee.env.keyword, display, imports),) if certain else (), safety)
    if text_at(module, passed) == "None":
        return Repair((ReplaceExpression(passed, display, imports),), safety)
    return _wrapping(module, spawn, passed, list(items), keep=True, removed=removed)


def _is_over_parent(callee: KnownSpawner | None) -> bool:
    """Whether a call without an environment gives the child the parent's, and one with it that alone."""
    return callee is not None and callee.given is Given.REPLACES and callee.absent == "inherits"


def _display(items: Iterable[str]) -> str:
    return f"{{{', '.join(items)}}}"


def _imports(items: Iterable[Item]) -> tuple[Import, ...]:
    return tuple(sorted({needed for item in items for needed in item.imports}))


def _outermost(repairs: Iterable[Repair]) -> tuple[LocalEdit, ...]:
    """Each edit once, without those of text that another one replaces."""
    edits = tuple(dict.fromkeys(edit for repair in repairs for edit in repair.edits))
    replaced = [edit.target for edit in edits if isinstance(edit, ReplaceExpression)]
    return tuple(
        edit for edit in edits if not any(edit.target != span and within(edit.target, span) for span in replaced)
    )
