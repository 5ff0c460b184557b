"""The project, analysed: what rules, the map and the engine read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from msgspec import Struct

from statefence.facts import TOO_DEEP, Reader
from statefence.migrations.model import History
from statefence.migrations.read import histories
from statefence.migrations.rehearse import migrated
from statefence.model import Skipped
from statefence.module_names import module_names
from statefence.policy import Policy
from statefence.project.answers import Answers, Past, Question
from statefence.project.program import Program, Unit
from statefence.project.renewal import answers
from statefence.project.sites import EnvRead, Invocation, Open, Spawn, Statement, Write
from statefence.source import Source
from statefence.sql import Schema


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
    sources: Sequence[Source],
    policy: Policy,
    *,
    thorough: bool = False,
    reader: Reader | None = None,
    past: Past | None = None,
) -> Project:
    """Analyse a whole project. A function or module that is nested too deeply is unknown, and among the skipped.

    Args:
        sources: every file of it, in any order; of those that are not Python, migrations and texts that are read.
        policy: its policy; what it says of spawners widens what is recognised.
        thorough: interpret every function, also those that cannot matter. The answers are the same, later.
        reader: how files are parsed; by default in this process, remembering nothing.
        past: what an earlier run under the same policy found out; what still holds of it is not found out again.
    """
    ordered = sorted((source for source in sources if source.is_python), key=lambda source: source.path)
    others = {source.path: source for source in sources if not source.is_python}
    names = _unique(module_names([source.path for source in ordered], policy))
    units = [Unit(names[source.path], source.path, source.data) for source in ordered]
    declared = histories(policy, {source.path: source for source in sources})
    question = Question(
        {path: source.text for path, source in others.items()},
        tuple(migrated(declared)),
        thorough or any(store.deny for store in policy.stores),
    )
    with _deep_recursion():
        program = Program(units, policy, reader or Reader())
        found = answers(program, question, past)
    return _project(found, ordered, others, declared)


def _project(
    found: Answers, ordered: Sequence[Source], others: dict[str, Source], declared: tuple[History, ...]
) -> Project:
    unparsed = {file.path: file.reason for file in found.files if file.reason}
    skipped = [Skipped(path, reason) for path, reason in unparsed.items()]
    skipped += [Skipped(path, f"line {line}: {TOO_DEEP}") for path, line in found.too_deep]
    sources = {source.path: source for source in ordered}
    records = [body.records for body in found.bodies.values()]
    return Project(
        tuple(Module(file.name, file.path, sources[file.path]) for file in found.files if not file.reason),
        tuple(skipped),
        _by_path(spawn for each in records for spawn in each.spawns),
        _by_path(opened for each in records for opened in each.opens),
        _by_path(statement for each in records for statement in each.statements),
        _by_path(read for each in records for read in each.reads),
        _by_path(invocation for each in records for invocation in each.invocations),
        found.schema,
        texts=others,
        migrations=declared,
        writes_by_path=_by_path(write for each in records for write in each.writes),
    )


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


Site = TypeVar("Site", Spawn, Open, Write, Statement, EnvRead, Invocation)


def _by_path(sites: Iterable[Site]) -> dict[str, tuple[Site, ...]]:
    grouped: dict[str, list[Site]] = {}
    for site in sites:
        grouped.setdefault(site.path, []).append(site)
    return {path: tuple(sorted(group, key=lambda site: site.span)) for path, group in grouped.items()}
