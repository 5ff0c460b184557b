"""A child's block under construction: what the changes that make it leave in it."""

from __future__ import annotations

from msgspec import Struct, structs

from statefence.callees import MCP_KEEPS
from statefence.model import Answer
from statefence.project.mappings import NOWHERE, literal
from statefence.project.process_block import asks_for, is_present_when
from statefence.project.values import (
    ENVIRON,
    Absent,
    Change,
    Clear,
    Constant,
    Dictionary,
    Drop,
    Element,
    EnvironmentVariable,
    External,
    Item,
    LiveEnvironment,
    Member,
    Parameter,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Unknown,
    Value,
    When,
    walk,
)

DECIDED_ELSEWHERE = (Parameter, Item, Member, Element)


class Block(Struct, frozen=True):
    """A block under construction, change by change.

    Attributes:
        rest: whether a name not in `carried` is there when the parent has it.
        parent: the whole parent environment went in.
        open: a value decided elsewhere went in; `unknown` a value nobody can know, with its reason.
        selected: names went in, or were taken out, by choice.
        prefixes: names that begin so were taken out.
        kept: `rest` is said of names that begin so, and no others are there; of all names when it is empty.
        listed: the variables that MCP's SDK gives every server went in.
        sets: the values put, by name.
        own: what the process has put into its own block before it went in.
        gone: what the process has taken out of it.
    """

    rest: Answer = Answer.NO
    parent: bool = False
    open: bool = False
    unknown: str = ""
    selected: bool = False
    added: bool = False
    listed: bool = False
    prefixes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    carried: dict[str, Answer] = {}
    sets: dict[str, Value] = {}
    drops: tuple[str, ...] = ()
    own: dict[str, Value] = {}
    gone: tuple[str, ...] = ()

    @property
    def is_parents(self) -> bool:
        """Whether it is the parent's, but for single names."""
        return self.parent and self.rest is Answer.YES

    def carries(self, name: str) -> Answer:
        """Whether a name is there when the parent has it."""
        if name in self.carried:
            return self.carried[name]
        removed = bool(self.prefixes) and name.startswith(self.prefixes)
        passed_over = bool(self.kept) and not name.startswith(self.kept)
        return Answer.NO if removed or passed_over else self.rest


def fold(changes: tuple[Change, ...]) -> Block:
    """The block that a list of changes makes."""
    block = Block()
    for change in changes:
        block = _apply(block, change)
    return block


def inherited(changes: tuple[Change, ...]) -> Block:
    """What a process has that made these changes to its own block, in terms of what it began with."""
    block = _changed(Block(rest=Answer.YES, parent=True), changes)
    if not block.is_parents:
        return block
    return structs.replace(block, own=block.sets, gone=block.drops, sets={}, drops=(), selected=False, added=False)


def _changed(block: Block, changes: tuple[Change, ...]) -> Block:
    """The block after changes some of which may not have happened."""
    for change in changes:
        block = _branched(block, change) if isinstance(change, When) else _apply(block, change)
    return block


def _branched(block: Block, change: When) -> Block:
    """What is sure of a block after one list of changes or the other; a test for a name tells that it is there."""
    then, orelse = _changed(block, change.then), _changed(block, change.orelse)
    name = asks_for(change.test)
    sets = [then.sets, orelse.sets]
    if name is not None:
        present = not is_present_when(change.test)
        sets[present] = {name: EnvironmentVariable(name, None, required=True, place=NOWHERE), **sets[present]}
    names = dict.fromkeys((*then.carried, *orelse.carried))
    carried = {each: _both(then.carries(each), orelse.carries(each)) for each in names}
    return structs.replace(
        then,
        rest=_both(then.rest, orelse.rest),
        parent=then.parent or orelse.parent,
        unknown=then.unknown or orelse.unknown,
        carried=carried,
        sets={each: value for each, value in sets[0].items() if each in sets[1]},
        drops=tuple([each for each in then.drops if each in orelse.drops]),
    )


def _both(first: Answer, second: Answer) -> Answer:
    return first if first is second else Answer.UNKNOWN


def over(parent: Block, added: Block) -> Block:
    """The process's own block with another that is put over it, which takes nothing out."""
    carried = {name: _either(parent.carries(name), answer) for name, answer in added.carried.items()}
    merged = _merge(parent, structs.replace(added, drops=(), prefixes=(), kept=(), carried=carried))
    return structs.replace(merged, selected=parent.selected)


def _over(block: Block, parent: Block) -> Block:
    """A block into which all of the process's own goes, where that was changed before."""
    if not parent.is_parents:
        return _merge(block, parent)
    whole = _spread(block, ENVIRON)
    told = {name: _either(block.carries(name), answer) for name, answer in parent.carried.items()}
    return structs.replace(whole, carried={**whole.carried, **told}, own={**whole.own, **parent.own}, gone=parent.gone)


def _apply(block: Block, change: Change) -> Block:
    if isinstance(change, Clear):
        return Block()
    if isinstance(change, Put):
        return _put(block, change)
    if isinstance(change, Drop):
        return dropped(block, change)
    if isinstance(change, Select):
        return _merge(block, _select(change))
    if isinstance(change, Spread):
        return _spread(block, change.source)
    return block


def _put(block: Block, change: Put) -> Block:
    name = literal(change.key)
    if name is not None:
        return structs.replace(
            block,
            carried={**block.carried, name: Answer.YES},
            sets={**block.sets, name: change.value},
            drops=tuple(dropped for dropped in block.drops if dropped != name),
            selected=block.selected or (change.chosen and not block.parent),
        )
    selected = any(
        isinstance(node, Item) and isinstance(node.owner, LiveEnvironment) for node in walk(change.value)
    ) or any(isinstance(node, LiveEnvironment) for node in walk(change.key))
    rest = Answer.UNKNOWN if block.rest is Answer.NO else block.rest
    carried = {name: Answer.UNKNOWN if answer is Answer.NO else answer for name, answer in block.carried.items()}
    selected = block.selected or bool(block.drops) or (selected and not block.parent)
    return structs.replace(block, rest=rest, kept=(), carried=carried, drops=(), selected=selected, added=True)


def dropped(block: Block, change: Drop) -> Block:
    """The block without an item."""
    name = literal(change.key)
    if name is not None:
        sets = {key: value for key, value in block.sets.items() if key != name}
        drops = (*block.drops, name) if name not in block.drops else block.drops
        return structs.replace(block, carried={**block.carried, name: Answer.NO}, sets=sets, drops=drops)
    if isinstance(change.key, Element) and isinstance(change.key.source, Sequence):
        for key in change.key.source.items:
            block = dropped(block, Drop(key))
        return block
    rest = Answer.UNKNOWN if block.rest is Answer.YES else block.rest
    carried = {name: Answer.UNKNOWN if answer is Answer.YES else answer for name, answer in block.carried.items()}
    added = block.added or bool(block.sets)
    return structs.replace(block, rest=rest, carried=carried, sets={}, selected=True, added=added)


def _select(change: Select) -> Block:
    """A subset of another mapping, by name."""
    source = _spread(Block(), change.source)
    if change.names == MCP_KEEPS:
        return Block(carried=dict.fromkeys(MCP_KEEPS, Answer.YES), listed=True)
    if change.names is not None:
        carried = {name: source.carried.get(name, source.rest) for name in change.names}
        own = {name: source.own[name] for name in change.names if name in source.own}
        return Block(rest=Answer.NO, selected=True, carried=carried, unknown=source.unknown, own=own)
    if change.denied is not None:
        for name in change.denied:
            source = dropped(source, Drop(Constant(name)))
        return structs.replace(source, selected=True)
    if change.prefixes:
        carried = {
            name: Answer.NO if name.startswith(change.prefixes) else answer for name, answer in source.carried.items()
        }
        sets = {name: value for name, value in source.sets.items() if not name.startswith(change.prefixes)}
        prefixes = source.prefixes + change.prefixes
        return structs.replace(source, carried=carried, sets=sets, prefixes=prefixes, selected=True)
    rest = Answer.UNKNOWN if source.rest is Answer.YES else source.rest
    if change.kept:
        carried = {
            name: answer if name.startswith(change.kept) else Answer.NO for name, answer in source.carried.items()
        }
        sets = {name: value for name, value in source.sets.items() if name.startswith(change.kept)}
        return structs.replace(source, rest=rest, kept=change.kept, carried=carried, sets=sets, selected=True)
    carried = {name: Answer.UNKNOWN if answer is Answer.YES else answer for name, answer in source.carried.items()}
    return structs.replace(source, rest=rest, carried=carried, sets={}, selected=True)


def _spread(block: Block, source: Value) -> Block:
    if isinstance(source, LiveEnvironment) and source.changes:
        return _over(block, inherited(source.changes))
    if isinstance(source, LiveEnvironment):
        return structs.replace(
            block,
            rest=Answer.YES,
            parent=True,
            selected=False,
            prefixes=(),
            kept=(),
            carried={name: Answer.YES for name, answer in block.carried.items() if answer is not Answer.NO},
            drops=(),
        )
    if isinstance(source, Dictionary):
        return _merge(block, fold(source.changes))
    if isinstance(source, Absent) or (isinstance(source, Constant) and source.value is None):
        return block
    rest = block.rest if block.rest is Answer.YES else Answer.UNKNOWN
    carried = {name: Answer.UNKNOWN if answer is Answer.NO else answer for name, answer in block.carried.items()}
    drops: tuple[str, ...] = ()
    if is_decided_elsewhere(source):
        return structs.replace(block, rest=rest, kept=(), carried=carried, drops=drops, open=True)
    reason = source.reason if isinstance(source, Unknown) else "a mapping that is not followed goes in"
    return structs.replace(block, rest=rest, kept=(), carried=carried, drops=drops, unknown=block.unknown or reason)


def _merge(block: Block, other: Block) -> Block:
    """The block after all of another one was put into it."""
    names = dict.fromkeys((*block.carried, *other.carried))
    carried = {name: _either(block.carries(name), other.carries(name)) for name in names}
    return Block(
        rest=_either(block.rest, other.rest),
        parent=block.parent or other.parent,
        open=block.open or other.open,
        unknown=block.unknown or other.unknown,
        selected=_selected(block, other),
        added=block.added or other.added,
        listed=block.listed or other.listed,
        prefixes=_prefixes(block, other),
        kept=_kept(block, other),
        carried=carried,
        sets={**block.sets, **other.sets},
        drops=tuple(dict.fromkeys(name for name in (*block.drops, *other.drops) if carried[name] is Answer.NO)),
        own={**block.own, **other.own},
        gone=tuple(dict.fromkeys((*block.gone, *other.gone))),
    )


def _selected(block: Block, other: Block) -> bool:
    """Whether names are missing by choice from two blocks together: one with the whole parent mends the other."""
    if block.parent == other.parent:
        return block.selected and other.selected if block.parent else block.selected or other.selected
    return block.selected if block.parent else other.selected


def _kept(block: Block, other: Block) -> tuple[str, ...]:
    """The beginnings of all names that two blocks may have together besides those known; empty for any name."""
    if block.rest is Answer.NO or other.rest is Answer.NO:
        return other.kept if block.rest is Answer.NO else block.kept
    return (*block.kept, *other.kept) if block.kept and other.kept else ()


def _prefixes(block: Block, other: Block) -> tuple[str, ...]:
    """The prefixes whose names are missing from both blocks."""
    kept = [prefix for prefix in block.prefixes if other.rest is Answer.NO or prefix in other.prefixes]
    return (*kept, *[prefix for prefix in other.prefixes if block.rest is Answer.NO and prefix not in kept])


def _either(first: Answer, second: Answer) -> Answer:
    if Answer.YES in {first, second}:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in {first, second} else Answer.NO


def is_decided_elsewhere(value: Value) -> bool:
    """Whether it is a parameter or a part of an object, and not of what an unknown call gave."""
    if not isinstance(value, DECIDED_ELSEWHERE):
        return False
    root: Value = value
    while isinstance(root, Item | Member | Element):
        root = root.source if isinstance(root, Element) else root.owner
    return not isinstance(root, Unknown | Result | External)
