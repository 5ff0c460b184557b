"""The project, analysed: what rules, the map and the engine read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from statefence.callees import Effect
from statefence.facts import TOO_DEEP, Reader, words_of
from statefence.migrations.model import History
from statefence.migrations.read import histories
from statefence.migrations.rehearse import migrated
from statefence.model import Answer, Place, Skipped, Span, Step
from statefence.module_names import module_names
from statefence.policy import Policy
from statefence.project import functions, scopes
from statefence.project.environments import environments, program_name
from statefence.project.flows import propagated
from statefence.project.interpreter import AMBIENT
from statefence.project.mentions import Mentions, other_names
from statefence.project.program import Chain, Program, RawSite, Unit, walk_functions
from statefence.project.relevance import callee_words, derived_classes, named, of_wrapping_classes, wrapper_words
from statefence.project.sites import EnvKind, EnvRead, Invocation, Open, PathKind, Spawn, Statement, Target, Write
from statefence.project.statements import (
    Pieces,
    all_known,
    connection_targets,
    driver,
    is_decided_by_caller,
    mentions_postgres,
    schema_of_program,
    texts,
    touched,
)
from statefence.project.targets import effects, is_tree, mode, own_targets, targets
from statefence.project.text_files import Texts
from statefence.project.values import ABSENT, Value, key_of
from statefence.source import Source
from statefence.sql import Schema, Touch
from statefence.template.matching import match


class Module(Struct, frozen=True):
    """A module of the project: its dotted name, its path relative to the root and its text."""

    name: str
    path: str
    source: Source


class Project(Struct, frozen=True):
    """Everything that is known of the project, by the path of the module it stands in.

    Attributes:
        texts: the files that are not Python, by path: those of migrations, for one.
        migrations: the declared sequences, in the policy's order.
        earlier: the sequences as they were at the revision that the run compares with; none without one.
    """

    modules: tuple[Module, ...]
    skipped: tuple[Skipped, ...]
    spawns_by_path: dict[str, tuple[Spawn, ...]]
    opens_by_path: dict[str, tuple[Open, ...]]
    statements_by_path: dict[str, tuple[Statement, ...]]
    reads_by_path: dict[str, tuple[EnvRead, ...]]
    invocations_by_path: dict[str, tuple[Invocation, ...]]
    schema: Schema = Schema()
    texts: dict[str, Source] = {}
    migrations: tuple[History, ...] = ()
    earlier: tuple[History, ...] = ()
    writes_by_path: dict[str, tuple[Write, ...]] = {}

    def spawns(self, module: Module) -> tuple[Spawn, ...]:
        """The calls in the module that start a child or hand an environment on to one, by line."""
        return self.spawns_by_path.get(module.path, ())

    def opens(self, module: Module) -> tuple[Open, ...]:
        """The calls in the module that reach state or hand a path on to such a call, by line."""
        return self.opens_by_path.get(module.path, ())

    def writes(self, module: Module) -> tuple[Write, ...]:
        """The calls in the module that write to a file which is open already, by line."""
        return self.writes_by_path.get(module.path, ())

    def statements(self, module: Module) -> tuple[Statement, ...]:
        """The calls in the module that run SQL or hand it on, by line."""
        return self.statements_by_path.get(module.path, ())

    def env_reads(self, module: Module) -> tuple[EnvRead, ...]:
        """The expressions in the module that read several variables of the environment, one after another."""
        return self.reads_by_path.get(module.path, ())

    def invocations(self, module: Module) -> tuple[Invocation, ...]:
        """The calls in the module of functions of the project, by line."""
        return self.invocations_by_path.get(module.path, ())


def analyse(
    sources: Sequence[Source], policy: Policy, *, thorough: bool = False, reader: Reader | None = None
) -> Project:
    """Analyse a whole project. A function or module that is nested too deeply is unknown, and among the skipped.

    Args:
        sources: every file of it, in any order; of those that are not Python, migrations and texts that are read.
        policy: its policy; what it says of spawners widens what is recognised.
        thorough: interpret every function, also those that cannot matter. The answers are the same, later.
        reader: how files are parsed; by default in this process, remembering nothing.
    """
    with _deep_recursion():
        return _analyse(sources, policy, thorough=thorough, reader=reader or Reader())


def _analyse(sources: Sequence[Source], policy: Policy, *, thorough: bool, reader: Reader) -> Project:
    ordered = sorted((source for source in sources if source.is_python), key=lambda source: source.path)
    others = {source.path: source for source in sources if not source.is_python}
    files = {path: source.text for path, source in others.items()}
    names = _unique(module_names([source.path for source in ordered], policy))
    program = Program([Unit(names[source.path], source.path, source.data) for source in ordered], policy, reader)
    sites = _interpret(program, thorough=thorough or any(store.deny for store in policy.stores))
    _parse_rest(program)
    program.keep_facts()
    modules = tuple(
        Module(names[source.path], source.path, source) for source in ordered if source.path not in program.unparsed
    )
    skipped = [Skipped(path, reason) for path, reason in program.unparsed.items()]
    skipped += [Skipped(path, f"line {line}: {TOO_DEEP}") for path, line in program.too_deep.values()]
    declared = histories(policy, {source.path: source for source in sources})
    project = _project(program, sites, modules, tuple(skipped), files, migrated(declared))
    return replace(project, texts=others, migrations=declared)


PARSED_ANYWAY = 1_000_000
"""In bytes: files that hold nothing of interest are parsed too, for their syntax, unless they are more than this."""


def _parse_rest(program: Program) -> None:
    """Parse the files that no question led to, so that bad syntax is told of, unless they are too many."""
    rest = [unit for unit in program.units.values() if unit.name not in program.facts]
    if sum(len(unit.data) for unit in rest) <= PARSED_ANYWAY:
        program.parse_all((unit, None) for unit in rest)


RECURSION_LIMIT = 10_000
"""In Python frames; a call that is interpreted within another takes some thirty."""


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Allow as deep a recursion as functions that call each other need."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _unique(names: dict[str, str]) -> dict[str, str]:
    """Two files of one dotted name are told apart by their paths."""
    taken: set[str] = set()
    unique = {}
    for path, name in names.items():
        unique[path] = name if name not in taken else path.removesuffix(".py").replace("/", ".")
        taken.add(unique[path])
    return unique


def _interpret(program: Program, *, thorough: bool) -> list[RawSite]:
    """Interpret what can matter, until no further function names a wrapper; gives every site.

    The whole call graph is known only to a `thorough` run, which interprets everything.
    """
    done: set[str] = set()
    _interpret_naming(program, callee_words(program.policy), done)
    if thorough:
        _interpret_rest(program, done)
    derived = derived_classes(program.units.values())
    seen: Mentions | None = None
    while True:
        sites = propagated(program)
        words = wrapper_words(program, sites, derived)
        if words == seen:
            return sites
        _interpret_naming(program, words if seen is None else words.beyond(seen), done)
        seen = words
        _summarize(program, of_wrapping_classes(program, words), done)


def _interpret_naming(program: Program, words: Mentions, done: set[str]) -> None:
    """Interpret the functions whose text holds one of the words, and the modules they stand in."""
    owners = (owner for word in words.words.values() for owner in word.owners | word.libraries)
    words = words.known_as(other_names(program.units.values(), owners))
    matching = list(_matching(words, program.units.values()))
    program.parse_all(matching)
    for unit, _ in matching:
        scopes.namespace(program, unit.name)
    for unit, pattern in matching:
        _summarize(program, named(program, unit, pattern), done)


def _matching(words: Mentions, units: Iterable[Unit]) -> Iterator[tuple[Unit, re.Pattern[bytes]]]:
    for unit in units:
        pattern = words.pattern(unit)
        if pattern is not None and pattern.search(unit.data):
            yield unit, pattern


def _interpret_rest(program: Program, done: set[str]) -> None:
    """Interpret every function, so that the whole call graph is known."""
    for unit in program.units:
        scopes.namespace(program, unit)
    known = 0
    while len(program.definitions) > known:
        known = len(program.definitions)
        _summarize(program, list(walk_functions(program.definitions)), done)


def _summarize(program: Program, keys: Iterable[str], done: set[str]) -> None:
    for key in list(keys):
        if key not in done:
            done.add(key)
            functions.summarize(program, key)


def _project(
    program: Program,
    sites: list[RawSite],
    modules: tuple[Module, ...],
    skipped: tuple[Skipped, ...],
    files: Texts,
    ddl: Sequence[str],
) -> Project:
    groups: dict[tuple[str, str, Span], list[RawSite]] = {}
    for site in sites:
        groups.setdefault((site.kind, site.path, site.span), []).append(site)
    schema = schema_of_program(sites, files, ddl)
    spawns: list[Spawn] = []
    opens: list[Open] = []
    writes: list[Write] = []
    statements: list[Statement] = []
    for (kind, _, _), group in sorted(groups.items()):
        group.sort(key=lambda site: site.via is not None)
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
            unit = program.by_path.get(group[0].path)
            postgres = unit is not None and mentions_postgres(unit.words | words_of(unit.path.encode()))
            statements.extend(_statements(group, schema, files, postgres=postgres))
    return Project(
        modules,
        skipped,
        _by_path(spawns),
        _by_path(opens),
        _by_path(statements),
        _by_path(_reads(program)),
        _by_path(_invocations(program)),
        schema,
        writes_by_path=_by_path(writes),
    )


def _is_chosen_within(site: RawSite, groups: Mapping[tuple[str, str, Span], list[RawSite]], *, unknown: bool) -> bool:
    """Whether what a wrapper's call hands over is itself a site (`add(Database(path))`), which then answers for it.

    Where the call's own answer is unknown, any of its arguments may be the one.
    """
    handed_over = site.handed_over if unknown else (site.argument,)
    return site.via is not None and any(
        (site.kind, site.path, span) in groups for span in handed_over if span is not None
    )


Site = TypeVar("Site", Spawn, Open, Write, Statement, EnvRead, Invocation)


def _by_path(sites: Iterable[Site]) -> dict[str, tuple[Site, ...]]:
    grouped: dict[str, list[Site]] = {}
    for site in sites:
        grouped.setdefault(site.path, []).append(site)
    return {path: tuple(sorted(group, key=lambda site: site.span)) for path, group in grouped.items()}


def _spawn(program: Program, group: list[RawSite]) -> Spawn:
    first = group[0]
    found = _distinct(environment for site in group for environment in environments(site, _at_import(program, site)))
    name = program_name(first)
    return Spawn(first.path, first.span, first.api, first.via, first.symbol, found, name, first.argument, first.trace)


def _at_import(program: Program, site: RawSite) -> Value:
    """What the module's own statements did to the process's environment before a function of it starts a child."""
    module = program.by_path[site.path].name
    return ABSENT if site.function == key_of(module, "") else program.namespaces.get(module, {}).get(AMBIENT, ABSENT)


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
    return tuple(target for target in found if target not in reached)


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
    seen: set[tuple[Pieces, tuple[Target, ...]]] = set()
    for site in group:
        connection = connection_targets(site.roles["connection"])
        for pieces in () if is_decided_by_caller(site) else texts(site, files):
            touches = None if (pieces, connection) in seen else touched(site, pieces, schema, postgres=postgres)
            seen.add((pieces, connection))
            if touches is not None:
                yield _statement(site, pieces, touches, connection)


def _statement(site: RawSite, pieces: Pieces, touches: tuple[Touch, ...], connection: tuple[Target, ...]) -> Statement:
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
    )


def _invocations(program: Program) -> Iterator[Invocation]:
    for edges in program.edges.values():
        for edge in edges:
            callee = program.definitions.get(edge.callee)
            if callee is not None:
                yield Invocation(edge.path, edge.span, edge.symbol, callee.symbol)


def _reads(program: Program) -> Iterator[EnvRead]:
    """The fallback chains, each at its outermost expression."""
    for chains in program.chains.values():
        for chain in chains:
            names = _distinct(chain.names)
            if len(names) > 1 and not any(_within(chain, other) for other in chains):
                yield EnvRead(chain.path, chain.span, chain.symbol, names, chain.expression, dict(chain.reads))


def _within(chain: Chain, other: Chain) -> bool:
    start, end = (chain.span.line, chain.span.column), (chain.span.end_line, chain.span.end_column)
    outer_start, outer_end = (other.span.line, other.span.column), (other.span.end_line, other.span.end_column)
    return chain is not other and chain.span != other.span and outer_start <= start and end <= outer_end
