"""What still holds of the answers of an earlier run when some of the files have changed.

Every answer is about one body: of a function, or of a module. What its statements come to holds unless the body asks,
at any distance, about something that has changed. What its calls reach holds unless one is of a wrapper of which
callers find something else than they did. Bodies of which one of the two does not hold are found out anew, in the
order of the first run, with whatever they ask about. The rest is taken as it was.

All of that is given up, and everything found out anew, where a change could reach answers in another way: when the
files concerned are many (`differences`), the schema changes, or the order of asking might matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, structs

from statefence.module_names import is_test_file
from statefence.project.answers import Answers, Body, File, Past, Question
from statefence.project.consulted import Root
from statefence.project.differences import Difference, adapted, difference
from statefence.project.flows import Handed
from statefence.project.handed_on import from_data, struct_table
from statefence.project.mentions import Word
from statefence.project.program import Program
from statefence.project.records import by_body, ddl_by_body
from statefence.project.relevance import Wrappers, exports_of
from statefence.project.rounds import Chosen, Interpretation, interpret_again
from statefence.project.struct_table import StructTable
from statefence.project.whole import bodies_of, decided_by, file_of, parse_rest, schema_by, whole

SHARE = 2
"""Where more than one in so many bodies does not hold, all are found out anew."""
MOST_TURNS = 12
"""What calls reach is followed from changed wrappers to their callers so many times; beyond that, everything is new."""
MOST_WIDENINGS = 4
"""So many times a change may make other wrappers, whose callers are looked for; beyond that, everything is new."""


def answers(program: Program, question: Question, past: Past | None) -> Answers:
    """What there is to find out about a program; `past` spares what still holds of it."""
    before = None if past is None else past.known()
    renewed = None if before is None else _renewed(before, program, question)
    if renewed is None:
        program = program if before is None else program.anew()
        found = whole(program, question)
    else:
        program, found = renewed
    program.keep_facts(of_others=renewed is not None)
    if past is not None and found is not before:
        past.keep(found)
    return found


class _Change(Struct, frozen=True):
    """A program that has changed since its answers were found.

    Attributes:
        stale: the keys of what has changed, and those that ask about it at any distance.
        tests: the modules of tests.
        table: that of the answers, to which new structs are added.
    """

    before: Answers
    program: Program
    question: Question
    found: Difference
    stale: frozenset[str]
    tests: frozenset[str]
    table: StructTable


class _Turn(Struct, frozen=True):
    """What is known when the bodies are found out anew that are not `kept`."""

    interpretation: Interpretation
    fresh: dict[str, Body]
    kept: dict[str, Body]
    bodies: dict[str, Body]


def _renewed(before: Answers, program: Program, question: Question) -> tuple[Program, Answers] | None:
    """The answers as they are now, and the program that tells; None where it takes a whole run to tell."""
    if before.given != question.digest or before.too_deep or _is_worn(before):
        return None
    found = difference(before, program)
    if found is not None and _is_same(before, program, found):
        return program, before
    tests = frozenset(unit.name for unit in program.units.values() if is_test_file(unit.path))
    for _ in range(MOST_WIDENINGS):
        if found is None:
            return None
        stale = _reaching(before.bodies, found)
        if SHARE * len(stale) > len(before.bodies):
            return None
        change = _Change(before, program, question, found, stale, tests, struct_table(before.nodes))
        turn = _settled(change)
        if turn is None:
            return None
        wrappers = _wrappers(before, turn)
        wider = adapted(found, wrappers, program)
        if wider is found:
            renewed = _merged(change, turn, wrappers)
            return None if renewed is None else (program, renewed)
        program, found = program.anew(), wider
    return None


def _is_worn(before: Answers) -> bool:
    """Whether most of the table may be of answers that no longer hold."""
    return len(before.nodes) > 2 * before.whole + 10_000


def _is_same(before: Answers, program: Program, found: Difference) -> bool:
    return not found.units and [file.path for file in before.files] == list(program.by_path)


def _unit(key: str) -> str:
    return key.partition(":")[0]


def _reaching(bodies: Mapping[str, Body], found: Difference) -> frozenset[str]:
    """The keys of what changed, and those that ask about them at any distance."""
    askers: dict[str, list[str]] = {}
    for key, body in bodies.items():
        for asked in body.asked:
            askers.setdefault(asked, []).append(key)
    changed = {key for key in (*bodies, *askers) if _unit(key) in found.units}
    return frozenset(_spread(changed | found.stale, askers))


def _spread(start: Iterable[str], steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Whatever can be reached, with where it starts."""
    found = set(start)
    todo = list(found)
    while todo:
        more = [key for key in steps.get(todo.pop(), ()) if key not in found]
        found.update(more)
        todo += more
    return found


def _settled(change: _Change) -> _Turn | None:
    """What is known after a change: what calls reach is found out anew until no further caller finds anything else."""
    anew = change.stale
    for _ in range(MOST_TURNS):
        turn = _turn(change, anew)
        if turn is None or not _is_in_order(change):
            return None
        gone = turn.kept.keys() - turn.bodies.keys()
        if any(turn.kept[key].handed for key in gone):
            return None
        further = _finding_else(change, turn)
        if not further:
            return turn
        anew |= further
    return None


def _turn(change: _Change, anew: frozenset[str]) -> _Turn | None:
    before, program = change.before, change.program
    chosen = _chosen(change, anew)
    if chosen is None:
        return None
    kept = {key: body for key, body in before.bodies.items() if key not in anew}
    known = _Kept(kept, change.table)
    keys, thorough = change.found.keys, change.question.thorough
    interpretation = interpret_again(program, change.found.rounds, chosen, keys, known, thorough=thorough)
    if program.too_deep:
        return None
    sites = by_body(program, interpretation.sites)
    ddl = ddl_by_body(sites, change.question.files)
    found = bodies_of(program, interpretation, sites, ddl, before.schema, change.question.files, change.table)
    fresh = {key: body for key, body in found.items() if key not in before.bodies or key in anew}
    return _Turn(interpretation, fresh, kept, _asked_about({**fresh, **kept}, _roots(change, interpretation)))


class _Kept:
    """The sites in the bodies that are taken as they were."""

    def __init__(self, bodies: Mapping[str, Body], table: StructTable) -> None:
        self.bodies = bodies
        self.table = table

    def is_known(self, body: str) -> bool:
        """Whether it is one of the bodies."""
        return body in self.bodies

    def handed_to(self, functions: Collection[str]) -> list[Handed]:
        """The sites in them that callers of these functions decide."""
        handed = (each for body in self.bodies.values() for each in body.handed)
        return [from_data(each, self.table) for each in handed if any(map(functions.__contains__, each.functions))]


def _chosen(change: _Change, anew: frozenset[str]) -> Chosen | None:
    """What has to be interpreted: what no longer holds, and where circles were entered that it leads to."""
    bodies, changed = change.before.bodies, change.found.units
    steps = {key: body.asked for key, body in bodies.items()}
    roots = {root.key for root in change.before.roots}
    asked = (*roots, *(key for key in bodies if key == exports_of(_unit(key))))
    keys = {key for key in asked if key in change.stale} | (anew - change.stale)
    keys = {key for key in keys if _unit(key) in change.program.units and _unit(key) not in changed}
    todo = keys | {key for key in steps if _unit(key) in changed}
    seen: set[str] = set()
    while todo:
        reached = _spread(todo, steps) - seen
        seen |= reached
        found = [bodies[key] for key in reached if key in bodies and key not in change.stale]
        entered = {body.first.key for body in found if body.first is not None}
        if "" in entered:
            return None
        todo = entered - keys
        keys |= todo
    kept = frozenset(key for key in keys if _unit(key) not in changed)
    return Chosen(changed, kept, kept & roots)


def _is_in_order(change: _Change) -> bool:
    """Whether circles were entered where a whole run would enter them."""
    noted, steady = change.program.consulted, change.found.steady
    if change.found.rounds[steady:] and any(noted.first[key].round >= steady for key in noted.circular):
        return False
    for key, first in noted.first.items():
        body = change.before.bodies.get(key)
        if key not in change.stale and body is not None and body.first is not None and first != body.first:
            return False
    return True


def _roots(change: _Change, interpretation: Interpretation) -> list[Root]:
    roots = [root for root in change.before.roots if root.key not in change.stale]
    own = {root.key for root in roots}
    return [*roots, *(root for root in interpretation.roots if root.key not in own)]


def _asked_about(bodies: Mapping[str, Body], roots: Iterable[Root]) -> dict[str, Body]:
    """The bodies that a run comes to; of each module that it runs it asks for what that passes on."""
    steps = {key: body.asked for key, body in bodies.items()}
    reached = _spread((root.key for root in roots), steps)
    while more := {exports_of(_unit(key)) for key in reached if key.endswith(":")} - reached:
        reached |= _spread(more, steps)
    return {key: bodies[key] for key in sorted(reached) if key in bodies}


def _finding_else(change: _Change, turn: _Turn) -> set[str]:
    """The bodies with a call of a wrapper of which they find something else than they did."""
    nothing = Body(frozenset())
    for_all: set[str] = set()
    for_tests: set[str] = set()
    for key in turn.fresh.keys() | (change.before.bodies.keys() - turn.bodies.keys()):
        was, now = change.before.bodies.get(key, nothing), turn.bodies.get(key, nothing)
        if was.handed != now.handed:
            functions = for_tests if _unit(key) in change.tests else for_all
            differing = frozenset(was.handed) ^ frozenset(now.handed)
            functions.update(function for each in differing for function in each.functions)
    return {
        key
        for key, body in turn.kept.items()
        if key in turn.bodies and (body.calls & for_all or (_unit(key) in change.tests and body.calls & for_tests))
    }


def _merged(change: _Change, turn: _Turn, wrappers: Wrappers) -> Answers | None:
    before, program = change.before, change.program
    schema = schema_by(change.question, {key: body.ddl for key, body in turn.bodies.items()})
    if schema != before.schema:
        return None
    needed = {_unit(key) for key in turn.bodies if key.endswith(":")}
    all_parsed = parse_rest(program, needed)
    if all_parsed != before.all_parsed:
        return None
    return structs.replace(
        before,
        files=_files(change, set(program.units) if all_parsed else needed),
        rounds=change.found.rounds,
        roots=tuple(_roots(change, turn.interpretation)),
        wrappers=wrappers,
        bodies=turn.bodies,
        nodes=tuple(change.table.nodes),
    )


def _files(change: _Change, parsed: Collection[str]) -> tuple[File, ...]:
    """The files as they are now; of one that is not parsed it is not known whether it could be."""
    program = change.program
    was = {file.name: file for file in change.before.files}
    found = []
    for unit in program.units.values():
        file = was.get(unit.name) if unit.name not in change.found.units else None
        known = program.unparsed.get(unit.path, "") if file is None or unit.name in program.facts else file.reason
        reason = known if unit.name in parsed else ""
        found.append(file_of(unit, reason) if file is None else structs.replace(file, reason=reason))
    return tuple(found)


def _wrappers(before: Answers, turn: _Turn) -> Wrappers:
    """The wrappers that there are now, by the bodies that make them."""
    passed_on: dict[str, tuple[Word, ...]] = {}
    for unit in sorted(_unit(key) for key in turn.bodies if key.endswith(":")):
        found = before.wrappers if exports_of(unit) in turn.kept else turn.interpretation.wrappers
        if unit in found.exported:
            passed_on[unit] = found.exported[unit]
    return Wrappers(decided_by(turn.bodies.values()), passed_on)
