"""From the value handed over as a child's environment to what the child gets."""

from __future__ import annotations

from msgspec import Struct, structs

from statefence.callees import Given, Spawner
from statefence.model import Answer, Step
from statefence.project.blocks import Block, dropped, fold, inherited, is_decided_elsewhere, over
from statefence.project.process_block import after, plain
from statefence.project.program import RawSite
from statefence.project.sinks import SPAWNER_BY_NAME
from statefence.project.sites import Anchor, Environment, EnvKind
from statefence.project.values import (
    ABSENT,
    ENVIRON,
    Absent,
    Constant,
    Dictionary,
    Drop,
    EnvironmentVariable,
    Item,
    LiveEnvironment,
    Parameter,
    Path,
    Result,
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


class Start(Struct, frozen=True):
    """A child that is started.

    Attributes:
        parent: what it inherits.
    """

    site: RawSite
    entry: Spawner
    parent: LiveEnvironment


def environments(site: RawSite, imported: Value = ABSENT) -> tuple[Environment, ...]:
    """What the child of a spawn gets: the main answer first, then those that other branches and arguments give.

    Args:
        imported: what became of the process's own block when the module was imported, before the call.
    """
    entry = site.spawner or SPAWNER_BY_NAME[site.entry]
    given, parent = site.roles["env"], site.roles.get("ambient", ENVIRON)
    earlier = plain(imported.changes) if isinstance(imported, Dictionary) else ()
    both = after(Sequence((given, parent)), entry.block, earlier)
    is_changed = isinstance(both, Sequence) and isinstance(both.items[1], LiveEnvironment) and both.items[1].changes
    found: list[Environment] = []
    decisive = both if is_changed else given
    for world in worlds(decisive, lambda world: _gist(_environment(*_started(world, site, entry)))):
        value, start = _started(world, site, entry)
        for environment in _alternatives(value, world, start):
            known = _as_known(environment, world)
            if known not in found:
                found.append(known)
    return tuple(found)


def _started(world: World, site: RawSite, entry: Spawner) -> tuple[Value, Start]:
    """What is handed over in a world, and what starts there."""
    if isinstance(world.value, Sequence) and isinstance(world.value.items[-1], LiveEnvironment):
        given, parent = world.value.items
        assert isinstance(parent, LiveEnvironment)
        return given, Start(site, entry, parent)
    return world.value, Start(site, entry, ENVIRON)


def _gist(environment: Environment) -> tuple[object, ...]:
    """What of an environment a test must change for it to matter together with others."""
    exceptions = frozenset(item for item in environment.carried.items() if item[1] is not environment.rest)
    return environment.kind, environment.rest, environment.prefixes, environment.kept, exceptions


def _as_known(environment: Environment, world: World) -> Environment:
    """The environment with what the tests on the way say of the parent's."""
    lacks, has = _parent(world)
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
    if not isinstance(owner, LiveEnvironment) or first.value in inherited(owner.changes).carried:
        return None
    return first.value


def _alternatives(value: Value, world: World, start: Start) -> list[Environment]:
    main = _environment(value, start)
    if isinstance(value, Parameter) and world.asks_about(value):
        return [main]
    if isinstance(value, Parameter) and isinstance(value.default, Constant | Absent) and value.kind != "kwargs":
        return [main, _environment(value.default, start)]
    if isinstance(value, Parameter) and value.default is not None:
        return [main, *[_environment(other.value, start) for other in worlds(value.default)]]
    if isinstance(value, Item) and value.default is not None:
        return [main, _if_missing(value.default, _environment(value.default, start))]
    return [main]


def _if_missing(default: Value, environment: Environment) -> Environment:
    """What a child gets where a mapping lacks the key. Whether one that is unpacked into the call does is not known."""
    return structs.replace(environment, certain=not isinstance(default, Absent))


def _environment(value: Value, start: Start) -> Environment:
    site = start.site
    if isinstance(value, Absent):
        return _outside(start.entry.absent, start)
    if isinstance(value, Constant) and value.value is None:
        return _outside(start.entry.none, start)
    if is_decided_elsewhere(value):
        return Environment(
            EnvKind.PASSTHROUGH, reason=_decider(value), anchor_path=site.path, anchor_span=site.argument
        )
    if isinstance(value, LiveEnvironment):
        value = Dictionary((Spread(value),))
    if isinstance(value, Sequence):
        return Environment(EnvKind.UNKNOWN, reason="the environment is no mapping")
    if not isinstance(value, Dictionary):
        reason = (
            value.reason if isinstance(value, Unknown) else "the environment comes from a call that is not followed"
        )
        return Environment(EnvKind.UNKNOWN, reason=reason, anchor_path=site.path, anchor_span=site.argument)
    return _of_block(value, _without_nothing(fold(value.changes)), start)


def _decider(value: Value) -> str:
    names = [node.name for node in walk(value) if isinstance(node, Parameter)]
    return f"the parameter {names[0]!r} decides" if names else "a value from elsewhere decides"


def _outside(kind: str, start: Start) -> Environment:
    """What a child gets when nothing is handed over."""
    parent, keeps = inherited(start.parent.changes), start.entry.keeps
    if kind == "inherits":
        block = parent
    elif kind == "filtered":
        own = {name: value for name, value in parent.own.items() if name in keeps}
        block = Block(carried={name: parent.carries(name) for name in keeps}, own=own)
    else:
        block = Block()
    left = kind != "inherits" or block.is_parents
    return structs.replace(
        _described(block, OUTSIDE[kind] if left else _kind(block)),
        anchor=Anchor.ABSENT,
        anchor_path=start.site.path,
        anchor_span=start.site.span,
    )


def _of_block(value: Dictionary, block: Block, start: Start) -> Environment:
    kind, site, entry = _kind(block), start.site, start.entry
    parent = inherited(start.parent.changes)
    if entry.given is Given.ADDS_TO_LIST:
        kept = {name: parent.carries(name) for name in entry.keeps}
        block = structs.replace(block, carried={**kept, **block.carried})
        kind = EnvKind.FILTERED if kind is EnvKind.EMPTY else kind
    elif entry.given is Given.ADDS and kind in {EnvKind.PARTIAL, EnvKind.EMPTY, EnvKind.FILTERED}:
        block = over(parent, block)
        kind = EnvKind.FULL if block.is_parents else _kind(block)
    place = value.place
    return structs.replace(
        _described(block, kind),
        reason=block.unknown if kind is EnvKind.UNKNOWN else _decider(value) if kind is EnvKind.PASSTHROUGH else "",
        anchor=Anchor.DISPLAY if value.display else Anchor.EXPRESSION,
        anchor_path=site.path if place is None else place.path,
        anchor_span=site.argument if place is None else place.span,
        trace=() if place is None else (Step(place, "the environment is built here"),),
    )


def _described(block: Block, kind: EnvKind) -> Environment:
    """What a child gets whose block it is."""
    own = [name for name, put in block.own.items() if block.carries(name) is Answer.YES and _never_missing(put)]
    gone = [name for name in block.gone if block.carries(name) is Answer.NO]
    return Environment(
        kind,
        sets=tuple(block.sets),
        drops=tuple(dict.fromkeys([name for name in (*block.drops, *gone) if name not in block.sets])),
        carried=dict(block.carried),
        rest=block.rest,
        prefixes=block.prefixes,
        kept=block.kept if block.rest is not Answer.YES else (),
        ensured=tuple(dict.fromkeys([name for name, put in block.sets.items() if _never_missing(put)] + own)),
        reads={name: read for name, put in block.sets.items() if (read := _variables(put))},
        reason=block.unknown if kind is EnvKind.UNKNOWN else "",
    )


def _without_nothing(block: Block) -> Block:
    """The block without the names that are None, which no child can be given: whoever gets them leaves them out."""
    for name, value in block.sets.items():
        if is_constant_none(value):
            block = dropped(block, Drop(Constant(name)))
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
