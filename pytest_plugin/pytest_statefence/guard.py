"""The guard of one process: watches the policy's files, and answers what happened since it was last asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from pytest_statefence import growth, verdict
from pytest_statefence.copies import ABSENT, Copies, Copy
from pytest_statefence.evidence import Scene, candidates, culprits, stacks, started_line
from pytest_statefence.hearsay import Place
from pytest_statefence.holders import may_hold, other_holders
from pytest_statefence.listener import Listener
from pytest_statefence.locations import (
    Location,
    clauses_of,
    home_of,
    locator,
    machine_locations,
    own_home,
    variables_of,
)
from pytest_statefence.mappings import mapped_inodes
from pytest_statefence.migrated import judge_migrated
from pytest_statefence.places import can_hold_forbidden, clauses_at, depths_to_follow, merged
from pytest_statefence.post import Post
from pytest_statefence.records import NO_FILE, Clause, Extent, Judgement, Made, TableChange, TableState, Violation
from pytest_statefence.system import SYSTEM, own_directory
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
        self._extents: dict[str, Extent] = {}
        self._mapped: frozenset[int] = frozenset()
        self._violations: list[Violation] = []
        self._unknown: dict[str, None] = {}
        self._here: frozenset[Location] = frozenset()
        self._followed: set[tuple[str, int, int]] = set()
        self._elsewhere = False
        self._keep_all = False
        self._began = self._test_began = SYSTEM.time_ns()
        self._children: list[tuple[Place, frozenset[Location]]] = []
        self._earlier = ""
        self._dated: set[str] = set()
        self._undated: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        self._variables = sorted(variables_of(self._clauses))
        self._listener = Listener(policy, self._variables, self.learn, post)
        self._of_machine = machine_locations(policy, os.environ, own_home(), own_directory())
        self._kept = frozenset(self._add(self._of_machine))
        self._hold_all(self._kept)
        self.learn(os.environ, own_home(), own_directory())

    def learn(self, environ: Mapping[str, str], home: str, cwd: str) -> frozenset[Location]:
        """Watches where the policy points in another environment too; what is there now was there before."""
        with self._lock:
            locations = self._locate(environ, home, cwd)
            if locations is not self._here:
                self._elsewhere = True
                self._hold_all(self._add(locations))
            return locations

    def begin(self, during: str, *, keep_all: bool) -> None:
        """A test begins: where earlier ones pointed is no longer watched, and `written` counts from now.

        `keep_all` keeps a copy of every store, as `written` needs, and not only of those that can hold foreign tables.
        """
        with self._lock:
            self._earlier = self._listener.threads.during
            self._test_began = SYSTEM.time_ns()
            self._listener.threads.begin(during)
            self._keep_all = keep_all
            of_children = self._where_children_are()
            dropped = self._watch.retain(self._here | self._of_machine | of_children) if self._elsewhere else ()
            self._elsewhere = bool(of_children)
            for path in dropped:
                self._extents.pop(path, None)
            unused = {*self._held_at_start.values(), *(self._held.pop(path, ABSENT) for path in dropped)}
            if keep_all:
                for path in self._watch.files.keys() - self._held.keys():
                    self._held[path] = self._copies.take(path)
            self._held_at_start = dict(self._held)
            self._copies.forget(unused - {*self._held.values()})
            if dropped:
                self._follow()

    def enter(self, during: str) -> str:
        """Something within the test begins or ends, such as a wide fixture's setup: what was on until now."""
        before = self._listener.threads.during
        self._listener.threads.begin(during)
        return before

    def is_quiet(self) -> bool:
        """Whether nothing can have happened since the last call of `take` but by code of which no hook tells."""
        return self._listener.is_quiet()

    def take(self) -> Judgement:
        """What happened since the last call."""
        with self._lock:
            self._check()
            self._judge_cuts()
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
                if all(clause.store != store for clause in self._clauses_at(path)):
                    continue
                before, after = (self._tables(path, held) for held in (self._held_at_start, self._held))
                changes.update({change.table: change for change in verdict.table_changes(before, after)})
        return changes

    def running(self) -> tuple[str, ...]:
        """The children that still run, one line each."""
        return tuple(map(started_line, self._listener.running()))

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
            self._adopt(self._add(here), self._began)
        self._adopt_places_of_children()
        look = self._watch.look()
        made = self._copies.made() if look.directories_moved else Made()
        self._adopt_other_names(look.appeared)
        for path in filter(self._watch.has_unknown_names, look.suspect):
            text = f"{path}: what is written by its other name (a hard link), which may lie in a log beside that"
            self._unknown[text] = None
        mapped = self._mapped_files()
        self._dated = {*look.suspect}.difference(mapped)
        self._undated = frozenset(mapped)
        for path in dict.fromkeys((*look.appeared, *look.suspect, *mapped, *look.vanished)):
            self._compare_tables(path, is_gone=path in look.vanished, by_stamp=path not in mapped)
            self._compare_bytes(path, remade=path in made.files)
        if look.directories_moved:
            self._judge_made(made, {*look.appeared, *look.vanished})
            self._follow()

    def _mapped_files(self) -> tuple[str, ...]:
        """The watched files that were or are mapped by this process, or by children that go on: no stamp tells."""
        children = [child.pid for child in self._listener.running() if child.pid is not None]
        if not (self._listener.maps or children or self._mapped):
            return ()
        before = self._mapped
        self._mapped = mapped_inodes([os.getpid(), *children])
        self._listener.maps = False
        return self._watch.files_of(before | self._mapped)

    def _judge_cuts(self) -> None:
        """Finds append-only files that this process wrote anew with what they had held: the disk shows no loss."""
        touches, _ = self._listener.seen()
        told = {violation.subject for violation in self._violations}
        for path in dict.fromkeys(touch.path for touch in touches if touch.cuts and touch.path not in told):
            for clause in self._clauses_at(path)[:1]:
                if clause.is_append_only and not clause.is_of_databases:
                    self._note(path, (growth.cut(clause, path),))

    def _compare_tables(self, path: str, *, is_gone: bool, by_stamp: bool) -> None:
        before = self._held.pop(path, ABSENT) if is_gone else self._held.get(path, ABSENT)
        after = ABSENT if is_gone else self._hold(path, by_stamp=by_stamp)
        if before.image is None or after != before:
            self._judge(path, before, after)
            self._release(before)

    def _compare_bytes(self, path: str, *, remade: bool) -> None:
        before = self._extents.pop(path, NO_FILE)
        after = self._measure(path, before)
        for clause in self._clauses_at(path):
            if not clause.is_of_databases and clause.is_of_machine:
                if not self._owned([clause], path):
                    continue
                self._tell(path, growth.judge_of_machine(clause, path, before, after))
            elif not clause.is_of_databases:
                self._tell(path, growth.judge_append_only(clause, path, before, after, remade=remade))

    def _tables(self, path: str, held: Mapping[str, Copy]) -> Mapping[str, TableState]:
        contents = self._copies.contents(held.get(path, ABSENT), None)
        if contents.tables is None:
            raise StatefenceError(f"{path}: what was written cannot be told: {contents.reason}")
        return contents.tables

    def _adopt_places_of_children(self) -> None:
        """Watches where children went by themselves, of which they told before they could do anything there."""
        for place in self._listener.places():
            locations = self._locate(place.variables, home_of(place.variables), place.cwd)
            self._children.append((place, locations))
            if locations is not self._here:
                self._elsewhere = True
                self._adopt(self._add(locations), place.at)

    def _where_children_are(self) -> frozenset[Location]:
        """Where the policy points for children that go on."""
        self._children = [(place, locations) for place, locations in self._children if not place.is_left]
        running = (child.locations for child in self._listener.running())
        return frozenset().union(*running, *(locations for _, locations in self._children))

    def _adopt(self, paths: Iterable[str], since: int) -> None:
        """Takes in files at places that nothing told of before: those younger than the moment `since` came after it."""
        for path in paths:
            copy = self._hold(path)
            self._measure(path)
            if self._watch.changed_since(path, since):
                self._judge(path, ABSENT, copy)

    def _hold_all(self, paths: Iterable[str]) -> None:
        """Takes in files that were there before the test began."""
        for path in paths:
            self._held_at_start[path] = self._hold(path)
            self._measure(path)

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
        self._post.watch(self._listener.prefixes, self._variables)
        directories = self._watch.directories()
        depths = depths_to_follow(directories, self._watch.locations)
        followed = {(directory, directories[directory], depth) for directory, depth in depths.items()}
        if followed != self._followed:
            self._followed = followed
            self._copies.watch(depths.items())

    def _hold(self, path: str, *, by_stamp: bool = True) -> Copy:
        """The file as it is now, kept for the next comparison where one may be asked for."""
        clauses = self._clauses_at(path)
        if not any(clause.compares_tables or (self._keep_all and clause.is_of_databases) for clause in clauses):
            return ABSENT
        self._held[path] = self._copies.take(path, self._held.get(path, ABSENT), by_stamp=by_stamp)
        return self._held[path]

    def _measure(self, path: str, before: Extent = NO_FILE) -> Extent:
        """The bytes of the file as they are now, kept for the next comparison where one may be asked for."""
        if all(clause.is_of_databases for clause in self._clauses_at(path)):
            return NO_FILE
        extent = self._copies.measure(path, before)
        if extent != NO_FILE:
            self._extents[path] = extent
        return extent

    def _release(self, copy: Copy) -> None:
        if copy not in (*self._held_at_start.values(), *self._held.values()):
            self._copies.forget([copy])

    def _judge(self, path: str, before: Copy, after: Copy) -> None:
        if after == ABSENT and path in self._watch.other_names:
            return
        clauses = [clause for clause in self._clauses_at(path) if clause.is_of_databases]
        of_machine = [clause for clause in clauses if clause.is_of_machine]
        of_run = [clause for clause in clauses if not clause.is_of_machine]
        for clause in of_run[:1]:
            if clause.is_forbidden:
                self._tell(path, self._judge_forbidden(clause, path, before, after))
        for clause in merged(of_run):
            self._tell(path, self._judge_foreign(clause, path, before, after))
        for clause in of_run:
            if clause.is_append_only:
                self._tell(path, self._judge_append_only(clause, path, before, after))
            if clause.known is not None and after != ABSENT:
                books = (self._copies.bookkeeping(copy) for copy in (before, after))
                self._note(path, judge_migrated(str(clause), clause.store or "", path, clause.known, *books))
        for clause in self._owned(of_machine, path)[:1]:
            self._tell(path, self._judge_of_machine(clause, path, before, after))

    def _owned(self, of_machine: list[Clause], path: str) -> list[Clause]:
        """The clauses by which a file is its user's."""
        return [clause for clause in of_machine if path in self._kept or not clause.is_kept_only]

    def _judge_forbidden(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if after == ABSENT:
            was_there = self._held_at_start.get(path, ABSENT) != ABSENT  # else its making has been told
            return Judgement((verdict.removed(clause, path),) if was_there else ())
        if before == ABSENT:
            return Judgement((verdict.created(clause, path, self._copies.contents(after, None)),))
        return verdict.judge_forbidden(clause, path, *self._copies.compare(before, after, None))

    def _judge_foreign(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if not clause.foreign or after == ABSENT:
            return Judgement()
        return verdict.judge_foreign(clause, path, *self._copies.compare(before, after, clause.foreign))

    def _judge_append_only(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if before == ABSENT:
            return Judgement()
        if after == ABSENT:
            return Judgement((verdict.removed_append_only(clause, path),))
        contents = self._copies.compare(before, after, None)
        lost = self._copies.lost(before, after, contents[0].tables or ())
        return verdict.judge_rows_lost(clause, path, *contents, lost)

    def _judge_of_machine(self, clause: Clause, path: str, before: Copy, after: Copy) -> Judgement:
        if ABSENT in {before, after}:
            change = "made" if before == ABSENT else "removed"
            tables = (self._copies.contents(copy, None).tables or {} for copy in (before, after))
            return Judgement((verdict.of_machine(clause, path, change, verdict.table_changes(*tables)),))
        return verdict.judge_of_machine(clause, path, *self._copies.compare(before, after, None))

    def _tell(self, path: str, judgement: Judgement) -> None:
        self._note(path, judgement.violations)
        self._unknown.update(dict.fromkeys(judgement.unknown))

    def _clauses_at(self, path: str) -> list[Clause]:
        return clauses_at(self._watch.other_names.get(path, path), self._watch.locations)

    def _adopt_other_names(self, appeared: Iterable[str]) -> None:
        """A further name of a database that was there before is no new one."""
        for path in appeared:
            if path in self._watch.other_names:
                self._held[path] = self._held.get(self._watch.other_names[path], ABSENT)

    def _judge_made(self, made: Made, accounted: set[str]) -> None:
        """Finds forbidden files that were made and are gone again."""
        for path in made.files:
            if path not in accounted and path not in self._watch.files:
                for clause in self._clauses_at(path)[:1]:
                    if clause.is_forbidden:
                        self._note(path, (verdict.transient(clause, path),))
        unseen = [path for path in made.unseen if can_hold_forbidden(path, self._watch.locations)]
        reasons = [*(f"{path} was made and removed too quickly to be looked into" for path in unseen), made.lost]
        for reason in filter(None, reasons):
            self._unknown[f"whether a forbidden file was made and removed at once: {reason}"] = None

    def _is_older_than_test(self, path: str) -> bool:
        """Whether the file changed before the test that is on began."""
        return path in self._dated and not self._watch.moved_since(path, self._test_began)

    def _scene(self, path: str, during: str) -> Scene:
        def moved_since(moment: int) -> bool:
            has_stamp = path in self._watch.files and path not in self._undated
            return not has_stamp or self._watch.moved_since(path, moment)

        return Scene(during, self._began, moved_since, lambda pid: may_hold(pid, path))

    def _note(self, path: str, violations: Iterable[Violation]) -> None:
        touches, seen = self._listener.seen()
        during = self._listener.threads.during
        started = sorted(seen, key=lambda child: child.during != during)
        lines = culprits(path, touches, started, during)
        places = tuple(place for stack in stacks(path, touches, started) for place in stack.places)
        suspected = candidates(path, touches, started, self._scene(path, during))
        if not suspected and self._is_older_than_test(path):
            suspected = (self._earlier,)
        for violation in violations:
            if violation.code == verdict.OWNER and (others := other_holders(path)):
                suspected, lines = suspected or (during,), (*others, *lines)
            told = replace(violation, culprits=lines, candidates=suspected, places=places)
            self._violations.append(told)


def _untold_text(variable: str) -> str:
    return f"{variable} is not set in this run, so whether children with an environment of their own would lack it"


def _unheard_text(fault: str) -> str:
    return f"what a Python child did, which could not tell it ({fault}): the disk is all there is to go by"
