"""The checklist of a schema change: what a change of a table needs beside itself, and which of that is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from statefence.migrations.drift import drifts
from statefence.migrations.model import History, Migration
from statefence.migrations.rehearse import rehearsed, siblings, together
from statefence.migrations.shape import Shape, differences
from statefence.policy import Mirrors, Policy
from statefence.project import Project
from statefence.source import Source

_TEST = re.compile(r"(?:^|/)(?:tests?/.*|test_[^/]*|[^/]*_test|conftest)\.py$")


class State(StrEnum):
    """Whether a step was done, is missing, or is not asked for, since nothing is declared."""

    DONE = "done"
    MISSING = "missing"
    NONE = "none"


class Step(Struct, frozen=True):
    """One step of a schema change: `migration`, `untouched`, `types`, `mirrors` or `test`; `detail` says what of it."""

    name: str
    state: State
    detail: str = ""


class Change(Struct, frozen=True):
    """A table that a store's migrations make otherwise than they did, and the steps that such a change takes."""

    store: str
    namespace: str
    table: str
    differences: tuple[str, ...]
    steps: tuple[Step, ...]


class Checklist(Struct, frozen=True):
    """The changes of the schema since a revision; none when it is the same.

    Attributes:
        unknown: the stores whose schema is not known, then or now, since a migration is not run.
    """

    since: str
    changes: tuple[Change, ...]
    unknown: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many steps are missing."""
        return sum(step.state is State.MISSING for change in self.changes for step in change.steps)


def checklist(
    since: str, before: tuple[History, ...], project: Project, policy: Policy, changed: Collection[str]
) -> Checklist:
    """What changed in the migrated schema, and the steps of each change.

    Args:
        since: how the revision was named.
        before: the sequences as they were then.
        project: the project as it is now.
        policy: its `mirrors` say which types describe the rows of a table.
        changed: the files that differ from the revision's.
    """
    tests = [module.source for module in project.modules if module.path in changed and _TEST.search(module.path)]
    stores = tuple(dict.fromkeys(history.store for history in project.migrations if history.runs))
    shapes = {store: tuple(_shape(store, every) for every in (before, project.migrations)) for store in stores}
    return Checklist(
        since,
        tuple(
            Change(
                owner.store, owner.namespace, table, lines, tuple(_steps(owner, table, before, project, policy, tests))
            )
            for store, (old, new) in shapes.items()
            if old is not None and new is not None
            for owner, table, lines in _changed_tables(store, old, new, before, project.migrations)
        ),
        tuple(store for store, both in shapes.items() if None in both),
    )


def _shape(store: str, every: tuple[History, ...]) -> Shape | None:
    return together(tuple(each for each in every if each.store == store))


def _changed_tables(
    store: str, old: Shape, new: Shape, before: tuple[History, ...], after: tuple[History, ...]
) -> Iterator[tuple[History, str, tuple[str, ...]]]:
    """The tables of a store whose meaning changed, each with the sequence that owns it and what changed."""
    for table in sorted({part.table.lower() for part in (*old.values(), *new.values())}):
        lines = differences(_of_table(old, table), _of_table(new, table))
        owner = _owner(table, store, (after, before))
        if lines and owner is not None:
            yield owner, table, tuple(lines)


def _of_table(shape: Shape, table: str) -> Shape:
    return {key: part for key, part in shape.items() if part.table.lower() == table}


def _owner(table: str, store: str, times: Iterable[tuple[History, ...]]) -> History | None:
    """The sequence that makes the table, now or else before."""
    for every in times:
        for history in every:
            if history.store == store and table in rehearsed(history, siblings(history, every)).tables:
                return history
    return None


def _steps(
    owner: History, table: str, before: Sequence[History], project: Project, policy: Policy, tests: Sequence[Source]
) -> Iterator[Step]:
    now = _same(owner, project.migrations)
    was = _same(owner, before)
    yield _migration_step(now, was, table, before, project.migrations)
    yield _untouched_step(now, was)
    declared = [mirrors for mirrors in policy.mirrors if mirrors.table.lower() == table]
    modules = {module.name: module.source for module in project.modules}
    yield _types_step("types", [replace(each, mirrors=()) for each in declared if each.types], policy, modules, project)
    yield _types_step(
        "mirrors", [replace(each, types=()) for each in declared if each.mirrors], policy, modules, project
    )
    yield _test_step(table, declared, tests)


def _same(history: History, every: Iterable[History]) -> History | None:
    wanted = (history.store, history.namespace)
    return next((each for each in every if (each.store, each.namespace) == wanted), None)


def _migration_step(
    now: History | None, was: History | None, table: str, before: Sequence[History], after: Sequence[History]
) -> Step:
    """A new migration of the owner that names the table."""
    own = _naming(table, _new(now, was))
    if own:
        return Step("migration", State.DONE, ", ".join(own))
    for other in after:
        if now is not None and other.store == now.store and other.namespace != now.namespace:
            foreign = _naming(table, _new(other, _same(other, before)))
            if foreign:
                detail = f"{', '.join(foreign)} of {other.namespace} changes it: its owner is {now.namespace}"
                return Step("migration", State.MISSING, detail)
    return Step("migration", State.MISSING, f"no new migration of {now.namespace if now else 'the owner'} names it")


def _new(now: History | None, was: History | None) -> list[Migration]:
    known = {migration.key for migration in was.migrations} if was else set()
    return [migration for migration in now.migrations if migration.key not in known] if now else []


def _naming(table: str, migrations: Iterable[Migration]) -> list[str]:
    """The keys of the migrations with a statement that names the table."""
    word = re.compile(rf"(?<!\w){re.escape(table)}(?!\w)", re.IGNORECASE)
    return [each.key for each in migrations if any(word.search(sql.text) for sql in each.up)]


def _untouched_step(now: History | None, was: History | None) -> Step:
    present = {migration.key: migration.digest for migration in now.migrations} if now else {}
    earlier = was.migrations if was else ()
    edited = [
        f"{m.key} was {'edited' if m.key in present else 'removed'}" for m in earlier if present.get(m.key) != m.digest
    ]
    return Step("untouched", State.MISSING if edited else State.DONE, ", ".join(edited))


def _types_step(
    name: str, declared: Sequence[Mirrors], policy: Policy, modules: Mapping[str, Source], project: Project
) -> Step:
    """The declared classes fit the table as it is now."""
    if not declared:
        return Step(name, State.NONE, "none declared")
    found = drifts(replace(policy, mirrors=tuple(declared)), modules, project.migrations)
    drifting = [f"{drift.message} ({drift.place.path}:{drift.place.span.line})" for drift in found]
    return Step(name, State.MISSING if drifting else State.DONE, "; ".join(drifting))


def _test_step(table: str, declared: Iterable[Mirrors], tests: Iterable[Source]) -> Step:
    """A test that changed names the table, or a class of its rows."""
    classes = [name.rpartition(":")[2].rpartition(".")[2] for each in declared for name in (*each.types, *each.mirrors)]
    word = re.compile(rf"(?<!\w)(?:(?i:{re.escape(table)})|{'|'.join(map(re.escape, classes)) or '(?!)'})(?!\w)")
    found = sorted(source.path for source in tests if word.search(source.text))
    return Step("test", State.DONE if found else State.MISSING, ", ".join(found))
