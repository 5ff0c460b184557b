"""The guard of one process: watches the policy's files, and answers what happened since it was last asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from pytest_statefence import verdict
from pytest_statefence.copies import ABSENT, Copies, Copy
from pytest_statefence.evidence import culprits, stacks
from pytest_statefence.listener import Listener
from pytest_statefence.locations import Location, clauses_of, locator, own_directory, own_home, variables_of
from pytest_statefence.places import can_hold_forbidden, clauses_at, depths_to_follow, merged
from pytest_statefence.post import Post
from pytest_statefence.records import Clause, Judgement, TableChange, TableState, Violation
from pytest_statefence.system import SYSTEM
from pytest_statefence.watch import Watch
from statefence.errors import StatefenceError
from statefence.policy import Policy


class Guard:
    """Watches from its making to `close`. What it finds between two calls of `take` belongs to the time between them.

    The audit hook calls into it from whichever thread an event happens in; one lock keeps them apart.
    """

    def __init__(self, policy: Policy, post: Post) -> None:
        self._post = post
        self._clauses = clauses_of(policy)
        self._located: set[Clause] = set()
        self._locate = locator(self._clauses, policy.root)
        self._watch = Watch()
        self._copies = Copies()
        self._held: dict[str, Copy] = {}
        self._held_at_start: dict[str, Copy] = {}
        self._violations: list[Violation] = []
        self._unknown: dict[str, None] = {}
        self._here: frozenset[Location] = frozenset()
        self._followed: set[tuple[str, int, int]] = set()
        self._elsewhere = False
        self._keep_all = False
        self._began = SYSTEM.time_ns()
        self._lock = threading.RLock()
        self._listener = Listener(policy, variables_of(self._clauses), self.learn, post)
        self.learn(os.environ, own_home(), own_directory())

    def learn(self, environ: Mapping[str, str], home: str, cwd: str) -> None:
        """Watches where the policy points in another environment too; what is there now was there before."""
        with self._lock:
            locations = self._locate(environ, home, cwd)
            if locations is not self._here:
                self._elsewhere = True
                for path in self._add(locations):
                    self._held_at_start[path] = self._hold(path)

    def begin(self, during: str, *, keep_all: bool) -> None:
        """A test begins: where earlier ones pointed is no longer watched, and `written` counts from now.

        `keep_all` keeps a copy of every store, as `written` needs, and not only of those that can hold foreign tables.
        """
        with self._lock:
            self._listener.during = during
            self._keep_all = keep_all
            dropped = self._watch.retain(self._here) if self._elsewhere else ()
            self._elsewhere = False
            unused = {*self._held_at_start.values(), *(self._held.pop(path, ABSENT) for path in dropped)}
            if keep_all:
                for path in self._watch.files.keys() - self._held.keys():
                    self._held[path] = self._copies.take(path)
            self._held_at_start = dict(self._held)
            self._copies.forget(unused - {*self._held.values()})
            if dropped:
                self._follow()

    def take(self) -> Judgement:
        """What happened since the last call."""
        with self._lock:
            self._check()
            heard = self._listener.hear()
            violations = (*self._violations, *heard.violations)
            unknown = (*self._unknown, *map(_untold_text, heard.untold), *map(_unheard_text, heard.unheard))
            self._violations.clear()
            self._unknown.clear()
            self._began = SYSTEM.time_ns()
        return Judgement(violations, tuple(dict.fromkeys(unknown)))

    def look(self) -> tuple[Violation, ...]:
        """What happened since the last `take`, which will tell it again."""
        with self._lock:
            self._check()
            return tuple(self._violations)

    def written(self, store: str) -> dict[str, TableChange]:
        """The tables of the store's databases that differ from when the test began.

        Raises StatefenceError when one of them cannot be read.
        """
        with self._lock:
            self._check()
            changes: dict[str, TableChange] = {}
            for path in sorted({*self._held, *self._held_at_start}):
                if all(clause.store != store for clause in clauses_at(path, self._watch.locations)):
                    continue
                before, after = (self._tables(path, held) for held in (self._held_at_start, self._held))
                changes.update({change.table: change for change in verdict.table_changes(before, after)})
        return changes

    def nowhere(self) -> frozenset[str]:
        """The clauses whose files are nowhere in every environment there was, so that nothing was watched for them."""
        return frozenset(str(clause) for clause in self._clauses if clause not in self._located)

    def faults(self) -> tuple[str, ...]:
        """What broke in the guard itself; nothing it says is complete then."""
        return tuple(filter(None, (self._copies.fault, self._listener.fault)))

    def close(self) -> None:
        """Stops watching and ends the reader process."""
        self._listener.close()
        self._copies.close()

    def _check(self) -> None:
        here = self._locate(os.environ, own_home(), own_directory())
        if here is not self._here:
            self._here = here
            self._elsewhere = True
            self._adopt(self._add(here))
        look = self._watch.look()
        for path in look.appeared:
            self._judge(path, ABSENT, self._hold(path))
        for path in look.suspect:
            self._warn_of_other_names(path)
            before = self._held.get(path, ABSENT)
            after = self._hold(path)
            if before.image is None or after != before:
                self._judge(path, before, after)
                self._release(before)
        for path in look.vanished:
            before = self._held.pop(path, ABSENT)
            self._judge(path, before, ABSENT)
            self._release(before)
        if look.directories_moved:
            self._judge_made({*look.appeared, *look.vanished})
            self._follow()

    def _tables(self, path: str, held: Mapping[str, Copy]) -> Mapping[str, TableState]:
        contents = self._copies.contents(held.get(path, ABSENT), None)
        if contents.tables is None:
            raise StatefenceError(f"{path}: what was written cannot be told: {contents.reason}")
        return contents.tables

    def _adopt(self, paths: Iterable[str]) -> None:
        """Takes in files at places that nothing told of before: those younger than the phase came to be in it."""
        for path in paths:
            copy = self._hold(path)
            if self._watch.changed_since(path, self._began):
                self._judge(path, ABSENT, copy)

    def _add(self, locations: frozenset[Location]) -> tuple[str, ...]:
        known = len(self._watch.locations)
        found = self._watch.add(locations)
        self._located.update(location.clause for location in locations)
        if len(self._watch.locations) != known:
            self._follow()
        return found

    def _follow(self) -> None:
        """Tells the listener and the reader which directories matter now."""
        self._listener.prefixes = tuple({location.prefix for location in self._watch.locations})
        self._post.watch(self._listener.prefixes)
        directories = self._watch.directories()
        depths = depths_to_follow(directories, self._watch.locations)
        followed = {(directory, directories[directory], depth) for directory, depth in depths.items()}
        if followed != self._followed:
            self._followed = followed
            self._copies.watch(depths.items())

    def _hold(self, path: str) -> Copy:
        """The file as it is now, kept for the next comparison where one may be asked for."""
        clauses = clauses_at(path, self._watch.locations)
        if not self._keep_all and not any(clause.is_forbidden or clause.foreign for clause in clauses):
            return ABSENT
        self._held[path] = self._copies.take(path, self._held.get(path, ABSENT))
        return self._held[path]

    def _release(self, copy: Copy) -> None:
        if copy not in self._held_at_start.values():
            self._copies.forget([copy])

    def _judge(self, path: str, before: Copy, after: Copy) -> None:
        clauses = clauses_at(path, self._watch.locations)
        judgements = [
            *(self._judge_forbidden(clause, path, before, after) for clause in clauses[:1] if clause.is_forbidden),
            *(self._judge_foreign(clause, path, before, after) for clause in merged(clauses)),
        ]
        for judgement in judgements:
            self._note(path, judgement.violations)
            self._unknown.update(dict.fromkeys(judgement.unknown))

    def _judge_forbidden(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if after == ABSENT:
            was_there = self._held_at_start.get(path, ABSENT) != ABSENT  # else its making has been told
            return Judgement((verdict.removed(clause, path),) if was_there else ())
        contents = self._copies.contents(after, None)
        if before == ABSENT:
            return Judgement((verdict.created(clause, path, contents),))
        return verdict.judge_forbidden(clause, path, self._copies.contents(before, None), contents)

    def _judge_foreign(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if not clause.foreign or after == ABSENT:
            return Judgement()
        contents = [self._copies.contents(copy, clause.foreign) for copy in (before, after)]
        return verdict.judge_foreign(clause, path, *contents)

    def _warn_of_other_names(self, path: str) -> None:
        if self._watch.names_of(path) > 1:
            text = f"{path}: what is written by its other name (a hard link), which may lie in a log beside that"
            self._unknown[text] = None

    def _judge_made(self, accounted: set[str]) -> None:
        """Finds forbidden files that were made and are gone again."""
        made = self._copies.made()
        for path in made.files:
            if path not in accounted and path not in self._watch.files:
                for clause in clauses_at(path, self._watch.locations)[:1]:
                    if clause.is_forbidden:
                        self._note(path, (verdict.transient(clause, path),))
        unseen = [path for path in made.unseen if can_hold_forbidden(path, self._watch.locations)]
        reasons = [*(f"{path} was made and removed too quickly to be looked into" for path in unseen), made.lost]
        for reason in filter(None, reasons):
            self._unknown[f"whether a forbidden file was made and removed at once: {reason}"] = None

    def _note(self, path: str, violations: Iterable[Violation]) -> None:
        touches, started = self._listener.seen()
        for violation in violations:
            places = tuple(place for stack in stacks(path, touches, started) for place in stack.places)
            by = culprits(path, touches, started)
            self._violations.append(replace(violation, culprits=by, places=places))


def _untold_text(variable: str) -> str:
    return f"{variable} is not set in this run, so whether children with an environment of their own would lack it"


def _unheard_text(fault: str) -> str:
    return f"what a Python child did, which could not tell it ({fault}): the disk is all there is to go by"
