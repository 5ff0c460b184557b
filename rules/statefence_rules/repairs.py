"""How a call's blocks are made to carry what they lack: the edits that SF101 and SF102 share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from statefence.api import (
    SPAWNERS,
    AddArgument,
    AddItem,
    Anchor,
    Answer,
    Edit,
    Environment,
    Given,
    Import,
    Module,
    Project,
    ReplaceExpression,
    Safety,
    Spawn,
    Variable,
)

from statefence_rules.carrying import Item, Lacks, inner_blocks, item_for, lacking_blocks, origin
from statefence_rules.source_text import keyword_argument, spreads, text_at, within

PARENT = "**os.environ"
PRESENT = "**{}"
"""The replaced text itself, spread into a new display."""

_PARENT = re.compile(r"(\w+\.)*environ(\.copy\(\))?")


class Repair(msgspec.Struct, frozen=True):
    """The edits that repair a finding, all or nothing, and whether they keep the program's meaning."""

    edits: tuple[Edit, ...] = ()
    safety: Safety = Safety.SAFE


def carrying(
    module: Module, project: Project, spawn: Spawn, variable: Variable, required: Sequence[Variable], lacks: Lacks
) -> Repair:
    """How each block that lacks the variable is made to carry it; no edits unless all of them can be.

    An edit that replaces text brings everything that the call's blocks lack at once, so that the edits of all findings
    of one call are the same edit.
    """
    blocks = {each.name: lacking_blocks(project, spawn, each.name, lacks) for each in required}
    items = {each.name: item_for(each, module) for each in required if blocks[each.name]}
    shared = {origin(block) for block in inner_blocks(project, spawn)} - {None}
    repairs = [
        _passing(module, spawn, items.values())
        if block.anchor is Anchor.ABSENT
        else _completing(module, spawn, block, variable.name, items, shared=origin(block) in shared)
        for block in blocks[variable.name]
    ]
    if not all(repair.edits for repair in repairs):
        return Repair()
    safe = all(repair.safety is Safety.SAFE for repair in repairs)
    return Repair(_outermost(repairs), Safety.SAFE if safe else Safety.UNSAFE)


def _completing(
    module: Module, spawn: Spawn, block: Environment, name: str, items: dict[str, Item], *, shared: bool
) -> Repair:
    """Add to a block where it is written; one that may already hold the variable keeps its value.

    `shared` says that the block is written in what the call leads to, where other callers put in what they like.
    """
    span = block.anchor_span
    if span is None or block.anchor_path != module.path or name in block.drops:
        return Repair()
    may_hold_it = shared or block.carries(name) is Answer.YES
    if block.anchor is Anchor.DISPLAY and not (may_hold_it and _holds_more_than_parent(spreads(module, span))):
        item = items[name]
        return Repair((AddItem(span, item.key, item.value, item.imports),))
    sources = [item.source for item in items.values()]
    first = may_hold_it and not _PARENT.fullmatch(text_at(module, span))
    display = _display([*sources, PRESENT] if first else [PRESENT, *sources])
    safe = within(span, spawn.span) or block.anchor is Anchor.DISPLAY
    edit = ReplaceExpression(span, display, _imports(items.values()))
    return Repair((edit,), Safety.SAFE if safe else Safety.UNSAFE)


def _holds_more_than_parent(texts: Iterable[str]) -> bool:
    """Whether something other than the parent's environment is spread into a display."""
    return not all(_PARENT.fullmatch(text) for text in texts)


def _passing(module: Module, spawn: Spawn, items: Iterable[Item]) -> Repair:
    """Hand an environment to a call that passes none, or None, if its callee takes one by keyword."""
    callee = next((each for each in SPAWNERS if spawn.api in each.names), None)
    if spawn.via is not None or callee is None or callee.env is None:
        return Repair()
    sources, imports = [item.source for item in items], _imports(items)
    over_parent = callee.given is Given.REPLACES and callee.absent == "inherits"
    if over_parent:
        imports = tuple(sorted({*imports, Import("os")}))
    display = _display([PARENT, *sources] if over_parent else sources)
    passed = keyword_argument(module, spawn.span, callee.env.keyword)
    if passed is None:
        certain = all(block.anchor is Anchor.ABSENT for block in spawn.environments)
        return Repair((AddArgument(spawn.span, callee.env.keyword, display, imports),) if certain else ())
    text = text_at(module, passed)
    if text == "None":
        return Repair((ReplaceExpression(passed, display, imports),))
    if not text.isidentifier() or not over_parent:
        return Repair()
    given = f"**(os.environ if {text} is None else {text})"
    return Repair((ReplaceExpression(passed, _display([*sources, given]), imports),))


def _display(items: Iterable[str]) -> str:
    return f"{{{', '.join(items)}}}"


def _imports(items: Iterable[Item]) -> tuple[Import, ...]:
    return tuple(sorted({needed for item in items for needed in item.imports}))


def _outermost(repairs: Iterable[Repair]) -> tuple[Edit, ...]:
    """Each edit once, without those of text that another one replaces."""
    edits = tuple(dict.fromkeys(edit for repair in repairs for edit in repair.edits))
    replaced = [edit.target for edit in edits if isinstance(edit, ReplaceExpression)]
    return tuple(
        edit for edit in edits if not any(edit.target != span and within(edit.target, span) for span in replaced)
    )
