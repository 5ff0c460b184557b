"""From the value handed over as a child's environment to what the child gets."""

from __future__ import annotations

from msgspec import Struct, structs

from statefence.callees import MCP_KEEPS, Given, Spawner
from statefence.model import Answer, Step
from statefence.project.mappings import literal
from statefence.project.program import RawSite
from statefence.project.sinks import SPAWNER_BY_NAME
from statefence.project.sites import Anchor, Environment, EnvKind
from statefence.project.values import (
    ABSENT,
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
    Path,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Test,
    Text,
    Unknown,
    Value,
    is_constant_none,
    walk,
)
from statefence.project.worlds import World, main_world, worlds

OUTSIDE = {"inherits": EnvKind.INHERITS, "empty": EnvKind.EMPTY, "filtered": EnvKind.FILTERED}
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


def environments(site: RawSite, imported: Value = ABSENT) -> tuple[Environment, ...]:
    """What the child of a spawn gets: the main answer first, then those that other branches and arguments give.

    Args:
        imported: what became of the process's own block when the module was imported, before the call.
    """
    ambient = [fold(made.changes) for made in (imported, site.roles.get("ambient")) if isinstance(made, Dictionary)]
    entry = site.spawner or SPAWNER_BY_NAME[site.entry]
    found: list[Environment] = []
    for world in worlds(site.roles["env"], lambda world: _gist(_environment(world.value, entry, site))):
        for environment in _alternatives(world, entry, site):
            known = _as_known(environment, world, ambient)
            if known not in found:
                found.append(known)
    return tuple(found)


def _gist(environment: Environment) -> tuple[object, ...]:
    """What of an environment a test must change for it to matter together with others."""
    exceptions = frozenset(item for item in environment.carried.items() if item[1] is not environment.rest)
    return environment.kind, environment.rest, environment.prefixes, environment.kept, exceptions


def _as_known(environment: Environment, world: World, ambient: list[Block]) -> Environment:
    """The environment with what the tests on the way, and changes to the process's own block, say of the parent's."""
    lacks, has = _parent(world)
    gone: set[str] = set()
    if environment.rest is not Answer.NO or environment.kind in {EnvKind.FULL, EnvKind.INHERITS, EnvKind.FILTERED}:
        for block in ambient:
            has = {*has.difference(block.drops), *block.sets}
            gone = {*gone.difference(block.sets), *block.drops}
    if environment.kind is EnvKind.INHERITS and environment.rest is Answer.YES and gone:
        carried = {**environment.carried, **dict.fromkeys(sorted(gone), Answer.NO)}
        environment = structs.replace(environment, carried=carried, drops=(*environment.drops, *sorted(gone)))
    if not lacks and not has:
        return environment
    carried = {**environment.carried, **dict.fromkeys(lacks.difference(environment.drops), Answer.YES)}
    ensured = [name for name in has if environment.carries(name) is Answer.YES and name not in environment.ensured]
    return structs.replace(environment, carried=carried, ensured=(*environment.ensured, *sorted(ensured)))


def _parent(world: World) -> tuple[set[str], set[str]]:
    """The variables that the parent lacks, and those it has, in this world."""
    lacks: set[str] = set()
    has: set[str] = set()
    for test, holds in world.outcomes.items():
        name = _asked_name(test)
        if name is not None:
            (has if holds == (test.kind != "none") else lacks).add(name)
    return lacks, has


def _asked_name(test: Test) -> str | None:
    """The variable whose presence the test asks for."""
    first = test.operands[0] if test.operands else None
    if test.kind in {"truthy", "none"} and isinstance(first, EnvironmentVariable) and first.default is None:
        return first.name
    if test.kind != "contains" or not isinstance(first, Constant) or not isinstance(first.value, str):
        return None
    owner = test.operands[1]
    if isinstance(owner, Dictionary):
        block = fold(owner.changes)
        return first.value if block.parent and first.value not in block.carried else None
    return first.value if isinstance(owner, LiveEnvironment) else None


def _alternatives(world: World, entry: Spawner, site: RawSite) -> list[Environment]:
    value = world.value
    main = _environment(value, entry, site)
    if isinstance(value, Parameter) and world.asks_about(value):
        return [main]
    if isinstance(value, Parameter) and isinstance(value.default, Constant | Absent) and value.kind != "kwargs":
        return [main, _environment(value.default, entry, site)]
    if isinstance(value, Parameter) and value.default is not None:
        return [main, *[_environment(other.value, entry, site) for other in worlds(value.default)]]
    if isinstance(value, Item) and value.default is not None:
        return [main, _if_missing(value.default, _environment(value.default, entry, site))]
    return [main]


def _if_missing(default: Value, environment: Environment) -> Environment:
    """What a child gets where a mapping lacks the key. Whether one that is unpacked into the call does is not known."""
    return structs.replace(environment, certain=not isinstance(default, Absent))


def _environment(value: Value, entry: Spawner, site: RawSite) -> Environment:
    if isinstance(value, Absent):
        return _outside(entry.absent, entry, site)
    if isinstance(value, Constant) and value.value is None:
        return _outside(entry.none, entry, site)
    if _is_decided_elsewhere(value):
        return Environment(
            EnvKind.PASSTHROUGH, reason=_decider(value), anchor_path=site.path, anchor_span=site.argument
        )
    if isinstance(value, LiveEnvironment):
        return Environment(EnvKind.FULL, rest=Answer.YES, anchor_path=site.path, anchor_span=site.argument)
    if isinstance(value, Sequence):
        return Environment(EnvKind.UNKNOWN, reason="the environment is no mapping")
    if not isinstance(value, Dictionary):
        reason = (
            value.reason if isinstance(value, Unknown) else "the environment comes from a call that is not followed"
        )
        return Environment(EnvKind.UNKNOWN, reason=reason, anchor_path=site.path, anchor_span=site.argument)
    return _of_block(value, _without_nothing(fold(value.changes)), entry, site)


def _is_decided_elsewhere(value: Value) -> bool:
    """Whether it is a parameter or a part of an object, and not of what an unknown call gave."""
    if not isinstance(value, DECIDED_ELSEWHERE):
        return False
    root: Value = value
    while isinstance(root, Item | Member | Element):
        root = root.source if isinstance(root, Element) else root.owner
    return not isinstance(root, Unknown | Result | External)


def _decider(value: Value) -> str:
    names = [node.name for node in walk(value) if isinstance(node, Parameter)]
    return f"the parameter {names[0]!r} decides" if names else "a value from elsewhere decides"


def _outside(kind: str, entry: Spawner, site: RawSite) -> Environment:
    """What a child gets when nothing is handed over."""
    return Environment(
        OUTSIDE[kind],
        carried=dict.fromkeys(entry.keeps, Answer.YES) if kind == "filtered" else {},
        rest=Answer.YES if kind == "inherits" else Answer.NO,
        anchor=Anchor.ABSENT,
        anchor_path=site.path,
        anchor_span=site.span,
    )


def _of_block(value: Dictionary, block: Block, entry: Spawner, site: RawSite) -> Environment:
    kind = _kind(block)
    carried = dict(block.carried)
    rest = block.rest
    if entry.given is Given.ADDS_TO_LIST:
        carried = {**dict.fromkeys(entry.keeps, Answer.YES), **carried}
        kind = EnvKind.FILTERED if kind is EnvKind.EMPTY else kind
    elif entry.given is Given.ADDS and kind in {EnvKind.PARTIAL, EnvKind.EMPTY, EnvKind.FILTERED}:
        kind, rest = EnvKind.FULL, Answer.YES
        carried = dict.fromkeys(carried, Answer.YES)
    place = value.place
    step = () if place is None else (Step(place, "the environment is built here"),)
    return Environment(
        kind,
        sets=tuple(block.sets),
        drops=tuple(name for name in block.drops if name not in block.sets),
        carried=carried,
        rest=rest,
        prefixes=block.prefixes,
        kept=block.kept if rest is not Answer.YES else (),
        ensured=tuple(name for name, put in block.sets.items() if _never_missing(put)),
        reads={name: read for name, put in block.sets.items() if (read := _variables(put))},
        reason=block.unknown if kind is EnvKind.UNKNOWN else _decider(value) if kind is EnvKind.PASSTHROUGH else "",
        anchor=Anchor.DISPLAY if value.display else Anchor.EXPRESSION,
        anchor_path=site.path if place is None else place.path,
        anchor_span=site.argument if place is None else place.span,
        trace=step,
    )


def _without_nothing(block: Block) -> Block:
    """The block without the names that are None, which no child can be given: whoever gets them leaves them out."""
    for name, value in block.sets.items():
        if is_constant_none(value):
            block = _drop(block, Drop(Constant(name)))
    return block


def _variables(value: Value) -> tuple[str, ...]:
    """The variables of the process that a value reads, in order."""
    return tuple(dict.fromkeys(node.name for node in walk(value) if isinstance(node, EnvironmentVariable)))


def _never_missing(value: Value) -> bool:
    if isinstance(value, EnvironmentVariable):
        return value.required or value.default is not None
    return not (isinstance(value, Constant) and value.value is None)


def _kind(block: Block) -> EnvKind:
    if block.parent:
        return EnvKind.FILTERED if block.selected or block.drops or block.prefixes else EnvKind.FULL
    if block.unknown:
        return EnvKind.UNKNOWN
    if block.open:
        return EnvKind.PASSTHROUGH
    if block.selected or (block.listed and not block.sets):
        return EnvKind.FILTERED
    return EnvKind.PARTIAL if block.sets or block.added else EnvKind.EMPTY


def fold(changes: tuple[Change, ...]) -> Block:
    """The block that a list of changes makes."""
    block = Block()
    for change in changes:
        block = _apply(block, change)
    return block


def _apply(block: Block, change: Change) -> Block:
    if isinstance(change, Clear):
        return Block()
    if isinstance(change, Put):
        return _put(block, change)
    if isinstance(change, Drop):
        return _drop(block, change)
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


def _drop(block: Block, change: Drop) -> Block:
    name = literal(change.key)
    if name is not None:
        sets = {key: value for key, value in block.sets.items() if key != name}
        drops = (*block.drops, name) if name not in block.drops else block.drops
        return structs.replace(block, carried={**block.carried, name: Answer.NO}, sets=sets, drops=drops)
    if isinstance(change.key, Element) and isinstance(change.key.source, Sequence):
        for key in change.key.source.items:
            block = _drop(block, Drop(key))
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
        return Block(rest=Answer.NO, selected=True, carried=carried, unknown=source.unknown)
    if change.denied is not None:
        for name in change.denied:
            source = _drop(source, Drop(Constant(name)))
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
    if _is_decided_elsewhere(source):
        return structs.replace(block, rest=rest, kept=(), carried=carried, drops=drops, open=True)
    reason = source.reason if isinstance(source, Unknown) else "a mapping that is not followed goes in"
    return structs.replace(block, rest=rest, kept=(), carried=carried, drops=drops, unknown=block.unknown or reason)


def _merge(block: Block, other: Block) -> Block:
    """The block after all of another one was put into it."""
    names = {*block.carried, *other.carried}
    carried = {name: _either(_carries(block, name), _carries(other, name)) for name in names}
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
    )


def _carries(block: Block, name: str) -> Answer:
    if name in block.carried:
        return block.carried[name]
    removed = bool(block.prefixes) and name.startswith(block.prefixes)
    passed_over = bool(block.kept) and not name.startswith(block.kept)
    return Answer.NO if removed or passed_over else block.rest


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


def program_name(site: RawSite) -> str | None:
    """argv[0], where it is known; of one that is looked for on `PATH`, its name."""
    value = main_world(site.roles["program"])
    if isinstance(value, Sequence) and value.items:
        value = value.items[0]
    if isinstance(value, Result) and value.callee == "shutil.which" and value.arguments:
        value = value.arguments[0]
    text = _literal_path(value)
    if not text and isinstance(value, Text):
        text = _literal_path(value.parts[0]) if value.parts else ""
        text = text if len(text.split(maxsplit=1)) > 1 or text[-1:].isspace() else ""
    return text.split()[0] if text.strip() else None


def _literal_path(value: Value) -> str:
    """A text or path that is written out, empty for any other value."""
    if isinstance(value, Constant):
        return value.value if isinstance(value.value, str) else ""
    if not isinstance(value, Path | Text):
        return ""
    parts = [_literal_path(part) for part in value.parts]
    return ("/" if isinstance(value, Path) else "").join(parts) if all(parts) else ""
