"""What the sites of a program resolve to: records of spawns, opens and statements, by the body that they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from statefence.callees import ENVIRON, Effect
from statefence.facts import words_of
from statefence.model import Answer, Place, Span, Step
from statefence.policy import Policy
from statefence.project.environments import environments, program_name
from statefence.project.gates import Gates
from statefence.project.program import Chain, Edge, Program, RawSite
from statefence.project.sites import EnvKind, EnvRead, Invocation, Open, PathKind, Spawn, Statement, Target, Write
from statefence.project.statements import (
    Pieces,
    all_known,
    connection_targets,
    ddl_of,
    driver,
    is_decided_by_caller,
    mentions_postgres,
    opened_at,
    texts,
    touched,
)
from statefence.project.targets import effects, is_tree, mode, own_targets, targets
from statefence.project.text_files import Texts
from statefence.project.values import ABSENT, Value, key_of
from statefence.sql import Schema, Touch
from statefence.template.matching import match


class Records(Struct, frozen=True, array_like=True):
    """What the calls in one body, of a function or a module, resolve to; in no order across the lists."""

    spawns: tuple[Spawn, ...] = ()
    opens: tuple[Open, ...] = ()
    writes: tuple[Write, ...] = ()
    statements: tuple[Statement, ...] = ()
    reads: tuple[EnvRead, ...] = ()
    invocations: tuple[Invocation, ...] = ()


NOTHING = Records()


def by_body(program: Program, sites: Iterable[RawSite]) -> dict[str, list[RawSite]]:
    """The sites by the key of the body that they stand in."""
    found: dict[str, list[RawSite]] = {}
    for site in sites:
        found.setdefault(program.body_of(site.function), []).append(site)
    return found


def ddl_by_body(bodies: Mapping[str, Iterable[RawSite]], files: Texts) -> dict[str, tuple[Pieces, ...]]:
    """The texts in each body that may make or change tables; bodies without any left out."""
    found = {key: tuple(ddl_of(sites, files)) for key, sites in bodies.items()}
    return {key: pieces for key, pieces in found.items() if pieces}


def records_by_body(
    program: Program, bodies: Mapping[str, list[RawSite]], schema: Schema, files: Texts
) -> dict[str, Records]:
    """What every body that was interpreted resolves to; bodies in which there is nothing left out."""
    edges: dict[str, list[Edge]] = {}
    for key, calls in program.edges.items():
        edges.setdefault(program.body_of(key), []).extend(calls)
    chains: dict[str, list[Chain]] = {}
    for key, links in program.chains.items():
        chains.setdefault(program.body_of(key), []).extend(links)
    keys = bodies.keys() | edges.keys() | chains.keys()
    gates = Gates(program) if any(store.deny for store in program.policy.stores) else None
    return {
        key: _records(program, bodies.get(key, []), edges.get(key, ()), chains.get(key, ()), schema, files, gates)
        for key in sorted(keys)
    }


def _records(
    program: Program,
    sites: Iterable[RawSite],
    edges: Iterable[Edge],
    chains: Collection[Chain],
    schema: Schema,
    files: Texts,
    gates: Gates | None,
) -> Records:
    groups: dict[tuple[str, str, Span], list[RawSite]] = {}
    for site in sites:
        groups.setdefault((site.kind, site.path, site.span), []).append(site)
    spawns: list[Spawn] = []
    opens: list[Open] = []
    writes: list[Write] = []
    statements: list[Statement] = []
    for (kind, _, _), found in sorted(groups.items()):
        group = sorted(found, key=lambda site: site.via is not None)
        if kind == "spawn":
            spawn = _spawn(program, group)
            if not _is_chosen_within(group[0], groups, unknown=spawn.environments[0].kind is EnvKind.UNKNOWN):
                spawns.append(spawn)
        elif kind == "open":
            opens.extend(
                opened
                for opened in _opens(group, program.policy)
                if not _is_chosen_within(group[0], groups, unknown=opened.targets[0].kind is PathKind.UNKNOWN)
            )
        elif kind == "write":
            writes.append(_write(group))
        else:
            postgres = _speaks_of_postgres(program, group[0].path)
            statements.extend(_statements(group, schema, files, postgres=postgres))
    return Records(
        tuple(spawns),
        tuple(opens),
        tuple(writes),
        tuple(statements),
        tuple(_reads(chains)),
        tuple(_invocations(program, edges, gates)),
    )


def _speaks_of_postgres(program: Program, path: str) -> bool:
    unit = program.by_path.get(path)
    return unit is not None and mentions_postgres(unit.words | words_of(unit.path.encode()))


def _is_chosen_within(site: RawSite, groups: Mapping[tuple[str, str, Span], list[RawSite]], *, unknown: bool) -> bool:
    """Whether what a wrapper's call hands over is itself a site (`add(Database(path))`), which then answers for it.

    Where the call's own answer is unknown, any of its arguments may be the one.
    """
    handed_over = site.handed_over if unknown else (site.argument,)
    return site.via is not None and any(
        (site.kind, site.path, span) in groups for span in handed_over if span is not None
    )


def _spawn(program: Program, group: list[RawSite]) -> Spawn:
    first = group[0]
    found = _distinct(environment for site in group for environment in environments(site, _at_import(program, site)))
    name = program_name(first)
    return Spawn(first.path, first.span, first.api, first.via, first.symbol, found, name, first.argument, first.trace)


def _at_import(program: Program, site: RawSite) -> Value:
    """What the module's own statements did to the process's environment before a function of it starts a child."""
    module = program.by_path[site.path].name
    block = ENVIRON if site.spawner is None else site.spawner.block
    return ABSENT if site.function == key_of(module, "") else program.namespaces.get(module, {}).get(block, ABSENT)


def _opens(group: list[RawSite], policy: Policy) -> Iterator[Open]:
    """One record for each thing that the call does, in the order in which it does them.

    To files of the policy it does as many things as there are ways to them; ways to the same places are one. All other
    places that it does the same to are alternatives.
    """
    done: dict[tuple[Effect, tuple[Place, ...]], list[RawSite]] = {}
    for site in group:
        is_kept = site.opener is not None and site.opener.effect is not Effect.DATABASE and _is_of(policy, site)
        way = tuple(step.place for step in site.trace) if is_kept else ()
        for effect in effects(site):
            done.setdefault((effect, way), []).append(site)
    found: dict[tuple[Effect, tuple[Target, ...]], Open] = {}
    for (effect, _), sites in done.items():
        opened = _open(sites, effect)
        found.setdefault((effect, opened.targets), opened)
    yield from found.values()


def _is_of(policy: Policy, site: RawSite) -> bool:
    """Whether the site provably reaches what the policy keeps."""
    places = [target.template for target in targets(site) if target.template is not None]
    return any(match(store.path, place) is Answer.YES for place in places for store in policy.stores)


def _write(group: list[RawSite]) -> Write:
    first = group[0]
    found = _distinct(target for site in group for target in targets(site))
    return Write(first.path, first.span, first.api, first.symbol, effects(first)[0], found)


def _open(group: list[RawSite], effect: Effect) -> Open:
    first = group[0]
    ways: dict[Target, tuple[Step, ...]] = {}
    for site in group:
        for target in targets(site):
            ways.setdefault(target, site.trace)
    found = tuple(ways)
    return Open(
        first.path,
        first.span,
        first.api,
        first.via,
        first.symbol,
        mode(first, effect),
        found,
        first.argument,
        effect,
        is_tree(first),
        first.trace,
        all(site.gives for site in group),
        _distinct(target for site in group for target in own_targets(site) if target in found),
        tuple([(target, way) for target, way in ways.items() if way != first.trace]),
        _held(group, found),
        any(site.chosen for site in group),
    )


def _held(group: Sequence[RawSite], found: Iterable[Target]) -> tuple[Target, ...]:
    """Which targets are not opened on the way, but by others with an object that is made on it."""
    if not any(site.held for site in group):
        return ()
    reached = {target for site in group if not site.held for target in targets(site)}
    return tuple([target for target in found if target not in reached])


Item = TypeVar("Item")


def _distinct(items: Iterable[Item]) -> tuple[Item, ...]:
    found: list[Item] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)


def _statements(group: list[RawSite], schema: Schema, files: Texts, *, postgres: bool) -> Iterator[Statement]:
    """One record per text that may be run; a text that is no SQL is none.

    Args:
        postgres: the file speaks of PostgreSQL, so that a text that SQLite does not understand may be for that.
    """
    found: dict[tuple[Pieces, tuple[Target, ...]], list[RawSite]] = {}
    for site in group:
        connection = connection_targets(site.roles["connection"])
        for pieces in () if is_decided_by_caller(site) else texts(site, files):
            found.setdefault((pieces, connection), []).append(site)
    for (pieces, connection), sites in found.items():
        touches = touched(sites[0], pieces, schema, postgres=postgres)
        if touches is not None:
            yield _statement(sites, pieces, touches, connection)


def _statement(
    sites: Sequence[RawSite], pieces: Pieces, touches: tuple[Touch, ...], connection: tuple[Target, ...]
) -> Statement:
    site = sites[0]
    opened = _distinct(step for each in sites for step in opened_at(each.roles["connection"]))
    return Statement(
        site.path,
        site.span,
        site.api,
        site.via,
        site.symbol,
        sql="".join("{}" if piece is None else piece for piece in pieces),
        reads=_distinct(table for touch in touches for table in touch.reads),
        writes=_distinct(table for touch in touches for table in touch.writes),
        rewrites=_distinct(table for touch in touches for table in touch.rewrites),
        ddl=_distinct(table for touch in touches for table in touch.ddl),
        holes=sum(piece is None for piece in pieces),
        known=all_known(touches),
        reason=next((touch.reason for touch in touches if touch.reason), ""),
        connection=connection,
        argument=site.argument,
        trace=site.trace,
        driver=driver(site.roles["connection"]),
        touches=touches,
        pieces=pieces,
        chosen=site.chosen,
        opened=tuple([step for step in opened if not _is_there(step, site)]),
    )


def _is_there(step: Step, site: RawSite) -> bool:
    return step.place.path == site.path and step.place.span.line == site.span.line


def _invocations(program: Program, edges: Iterable[Edge], gates: Gates | None) -> Iterator[Invocation]:
    for edge in edges:
        callee = program.definitions.get(edge.callee)
        if callee is not None:
            ruled_out = () if gates is None else gates.ruled_out(edge)
            yield Invocation(edge.path, edge.span, edge.symbol, callee.symbol, ruled_out)


def _reads(chains: Collection[Chain]) -> Iterator[EnvRead]:
    """The fallback chains, each at its outermost expression."""
    for chain in chains:
        names = _distinct(chain.names)
        if len(names) > 1 and not any(_within(chain, other) for other in chains):
            yield EnvRead(chain.path, chain.span, chain.symbol, names, chain.expression, dict(chain.reads))


def _within(chain: Chain, other: Chain) -> bool:
    start, end = (chain.span.line, chain.span.column), (chain.span.end_line, chain.span.end_column)
    outer_start, outer_end = (other.span.line, other.span.column), (other.span.end_line, other.span.end_column)
    return chain is not other and chain.span != other.span and outer_start <= start and end <= outer_end
