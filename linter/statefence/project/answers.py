"""What a run finds out about a project, as data, and what of it holds when some of the files have changed.

Every answer is about one body: of a function, or of a module. An answer still holds unless its body asks, at any
distance, about something in a changed file. Those that do not hold are found out anew, in the order of the first run,
with whatever they ask about. The rest is taken as it was.

All of that is given up, and everything found out anew, where a change could reach answers in another way: when files
come or go, when classes, their bases or the other names of imports change (they are looked for in every file's text),
when other functions become wrappers, when the schema changes, when the order of asking might matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from msgspec import Struct, structs

from statefence.project.consulted import Root
from statefence.project.flows import deciding_functions
from statefence.project.mentions import Word
from statefence.project.outlines import digest, outline
from statefence.project.program import Program, RawSite, Unit, is_test_file
from statefence.project.records import NOTHING, Records, by_body, ddl_by_body, records_by_body
from statefence.project.relevance import Wrappers, exports_of, giving_variables
from statefence.project.rounds import Chosen, Interpretation, Round, interpret, interpret_again
from statefence.project.statements import Pieces
from statefence.project.text_files import Texts
from statefence.sql import Schema, schema_of

PARSED_ANYWAY = 1_000_000
"""In bytes: files that hold nothing of interest are parsed too, for their syntax, unless they are more than this."""


class File(Struct, frozen=True, array_like=True):
    """A Python file of a run.

    Attributes:
        outline: a digest of what of it decides how others are read.
        reason: why it could not be parsed; empty when it could, or was not.
    """

    name: str
    path: str
    digest: bytes
    outline: bytes
    reason: str


class Body(Struct, frozen=True, array_like=True):
    """The answers about one body.

    Attributes:
        asked: the keys that it asked about; for a wrapper, also the bodies because of which it is one. Those in tests
            count for tests alone, and stand with the bodies that ask about the wrapper.
        first: what the run asked about when it came to this body, where that may matter.
        ddl: the texts in it that may make or change tables.
        decided: the functions that are wrappers because of it.
    """

    asked: frozenset[str]
    first: Root | None = None
    records: Records = NOTHING
    ddl: tuple[Pieces, ...] = ()
    decided: frozenset[str] = frozenset()


class Answers(Struct, frozen=True, array_like=True):
    """Everything a run found out.

    Attributes:
        given: a digest of what was asked, but for the Python files.
        bodies: by key; other things that are asked about have a key too.
        too_deep: the places that are nested too deeply to follow.
        all_parsed: the files that nothing asked about were parsed too.
    """

    given: bytes
    files: tuple[File, ...]
    rounds: tuple[Round, ...]
    roots: tuple[Root, ...]
    wrappers: Wrappers
    bodies: dict[str, Body]
    schema: Schema
    too_deep: tuple[tuple[str, int], ...]
    all_parsed: bool


class Past(Protocol):
    """Where answers outlive a run."""

    def known(self) -> Answers | None:
        """What the last run found out, None when it is not remembered."""

    def keep(self, answers: Answers) -> None:
        """Remember what a run found out."""


class Latest:
    """The answers of the last run of one process."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = answers

    def known(self) -> Answers | None:
        """What the last run found out, None before the first."""
        return self.answers

    def keep(self, answers: Answers) -> None:
        """Remember what a run found out."""
        self.answers = answers


class Question(Struct, frozen=True):
    """What is asked, but for the Python files.

    Attributes:
        files: the texts that are not Python.
        migrated: the statements that the migrations run, in order.
        thorough: the whole call graph is asked for.
    """

    files: Texts
    migrated: tuple[str, ...]
    thorough: bool

    @property
    def digest(self) -> bytes:
        """A digest of it."""
        return digest(repr((sorted(self.files.items()), self.migrated, self.thorough)).encode("utf-8", "surrogatepass"))


def answers(program: Program, question: Question, past: Past | None) -> Answers:
    """What there is to find out about a program; `past` spares what still holds of it."""
    before = None if past is None else past.known()
    renewed = None if before is None else _renewed(before, program, question)
    if renewed is None and before is not None:
        program = program.anew()
    found = renewed or _whole(program, question)
    program.keep_facts(of_others=renewed is not None)
    if past is not None and found is not before:
        past.keep(found)
    return found


def _whole(program: Program, question: Question) -> Answers:
    interpretation = interpret(program, thorough=question.thorough)
    sites = by_body(program, interpretation.sites)
    ddl = ddl_by_body(sites, question.files)
    schema = _schema(question, ddl)
    bodies = _bodies(program, sites, ddl, schema, question.files)
    all_parsed = _parse_rest(program, program.facts.keys())
    return Answers(
        question.digest,
        tuple([_file(unit, program.unparsed.get(unit.path, "")) for unit in program.units.values()]),
        interpretation.rounds,
        interpretation.roots,
        Wrappers(_decided(bodies.values()), interpretation.wrappers.exported),
        bodies,
        schema,
        tuple(program.too_deep.values()),
        all_parsed,
    )


def _file(unit: Unit, reason: str) -> File:
    return File(unit.name, unit.path, digest(unit.data), outline(unit), reason)


def _parse_rest(program: Program, needed: Collection[str]) -> bool:
    """Parse the files that no question led to, so that bad syntax is told of, unless they are too many."""
    rest = [unit for unit in program.units.values() if unit.name not in needed]
    if sum(len(unit.data) for unit in rest) > PARSED_ANYWAY:
        return False
    program.parse_all((unit, None) for unit in rest)
    return True


def _schema(question: Question, ddl: Mapping[str, Iterable[Pieces]]) -> Schema:
    """The schema as the migrations make it, and as the program's own DDL declares what they do not."""
    own = (pieces for _, texts in sorted(ddl.items()) for pieces in texts)
    return schema_of([*((sql,) for sql in question.migrated), *own])


def _bodies(
    program: Program,
    sites: Mapping[str, list[RawSite]],
    ddl: Mapping[str, tuple[Pieces, ...]],
    schema: Schema,
    files: Texts,
) -> dict[str, Body]:
    records = records_by_body(program, sites, schema, files)
    giving = giving_variables(program)
    noted = program.consulted
    decided = {key: frozenset(deciding_functions(program, sites.get(key, ()))) for key in noted.asked}
    makers = _Makers.of(decided, _tests(program))
    return {
        key: Body(
            frozenset((*noted.asked.get(key, ()), *makers.come_to(key, noted.asked.get(key, ())))),
            noted.first[key] if key in noted.circular else None,
            records.get(key, NOTHING),
            ddl.get(key, ()),
            decided.get(key, frozenset()) | ({key} & giving),
        )
        for key in noted.asked.keys() | makers.of_program.keys()
    }


def _tests(program: Program) -> frozenset[str]:
    return frozenset(unit.name for unit in program.units.values() if is_test_file(unit.path))


class _Makers(NamedTuple):
    """For each wrapper, the bodies because of which it is one: what calls of it come to depends on these.

    Attributes:
        tests: the modules of tests.
        of_program: those bodies that are not in tests.
        of_tests: those that are; they count for calls in tests alone.
    """

    tests: frozenset[str]
    of_program: dict[str, list[str]]
    of_tests: dict[str, list[str]]

    @staticmethod
    def of(decided: Mapping[str, Iterable[str]], tests: frozenset[str]) -> _Makers:
        """The bodies, given by body the wrappers that it makes."""
        found = _Makers(tests, {}, {})
        for key, functions in decided.items():
            makers = found.of_tests if _unit(key) in tests else found.of_program
            for function in functions:
                if function != key:
                    makers.setdefault(function, []).append(key)
        return found

    def come_to(self, key: str, asked: Iterable[str]) -> Iterator[str]:
        """The bodies that `key` depends on so, given what it asks about."""
        yield from self.of_program.get(key, ())
        for function in asked if _unit(key) in self.tests else ():
            yield from self.of_tests.get(function, ())


def _renewed(before: Answers, program: Program, question: Question) -> Answers | None:
    """The answers as they are now; None where it takes a whole run to tell."""
    changed = _changed(before, program)
    if changed is None or before.given != question.digest or before.too_deep:
        return None
    if not changed:
        return before
    stale = _reaching(before.bodies, changed)
    chosen = _chosen(before, changed, stale)
    if chosen is None:
        return None
    interpretation = interpret_again(program, before.rounds, chosen, before.wrappers.keys, thorough=question.thorough)
    if program.too_deep or not _is_in_order(before, program, stale):
        return None
    return _merged(before, program, question, interpretation, changed, stale)


def _unit(key: str) -> str:
    return key.partition(":")[0]


def _changed(before: Answers, program: Program) -> frozenset[str] | None:
    """The modules whose file has changed; None when files came or went, or changed in what others are read by."""
    units = tuple(program.units.values())
    if [(unit.name, unit.path) for unit in units] != [(file.name, file.path) for file in before.files]:
        return None
    pairs = [(unit, file) for unit, file in zip(units, before.files, strict=True) if digest(unit.data) != file.digest]
    if any(outline(unit) != file.outline for unit, file in pairs):
        return None
    return frozenset(unit.name for unit, _ in pairs)


def _reaching(bodies: Mapping[str, Body], changed: Collection[str]) -> frozenset[str]:
    """The keys of modules that changed, and those that ask about them at any distance."""
    askers: dict[str, list[str]] = {}
    for key, body in bodies.items():
        for asked in body.asked:
            askers.setdefault(asked, []).append(key)
    return frozenset(_spread((key for key in (*bodies, *askers) if _unit(key) in changed), askers))


def _spread(start: Iterable[str], steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Whatever can be reached, with where it starts."""
    found = set(start)
    todo = list(found)
    while todo:
        more = [key for key in steps.get(todo.pop(), ()) if key not in found]
        found.update(more)
        todo += more
    return found


def _chosen(before: Answers, changed: frozenset[str], stale: frozenset[str]) -> Chosen | None:
    """What has to be interpreted: what no longer holds, and where circles were entered that it leads to."""
    steps = {key: body.asked for key, body in before.bodies.items()}
    asked = (*(root.key for root in before.roots), *(key for key in before.bodies if key == exports_of(_unit(key))))
    keys = {key for key in asked if key in stale and _unit(key) not in changed}
    todo = keys | {key for key in steps if _unit(key) in changed}
    seen: set[str] = set()
    while todo:
        reached = _spread(todo, steps) - seen
        seen |= reached
        bodies = [before.bodies[key] for key in reached if key in before.bodies and key not in stale]
        entered = {body.first.key for body in bodies if body.first is not None}
        if "" in entered:
            return None
        makers = {key for key in reached if key in before.bodies and before.bodies[key].decided}
        todo = (entered | makers) - keys
        keys |= todo
    roots = {root.key for root in before.roots}
    kept = frozenset(key for key in keys if _unit(key) not in changed)
    return Chosen(changed, kept, kept & roots)


def _is_in_order(before: Answers, program: Program, stale: frozenset[str]) -> bool:
    """Whether circles that still hold were entered where a whole run would enter them."""
    for key, first in program.consulted.first.items():
        body = before.bodies.get(key)
        if key not in stale and body is not None and body.first is not None and first > body.first:
            return False
    return True


def _merged(
    before: Answers,
    program: Program,
    question: Question,
    interpretation: Interpretation,
    changed: frozenset[str],
    stale: frozenset[str],
) -> Answers | None:
    sites = by_body(program, interpretation.sites)
    ddl = ddl_by_body(sites, question.files)
    fresh = _bodies(program, sites, ddl, before.schema, question.files)
    known = {key: body for key, body in before.bodies.items() if key not in stale}
    roots = [root for root in before.roots if root.key not in stale]
    own = {root.key for root in roots}
    roots += [root for root in interpretation.roots if root.key not in own]
    bodies = _asked_about({**fresh, **known}, (root.key for root in roots))
    wrappers = _wrappers(before, interpretation, bodies, known)
    schema = _schema(question, {key: body.ddl for key, body in bodies.items()})
    complete = _is_complete(before, fresh, _tests(program), changed, stale)
    if not complete or wrappers != before.wrappers or schema != before.schema:
        return None
    needed = {_unit(key) for key in bodies if key.endswith(":")}
    all_parsed = _parse_rest(program, needed)
    if all_parsed != before.all_parsed:
        return None
    files = tuple(
        [_file_now(program, file, changed, is_parsed=all_parsed or file.name in needed) for file in before.files]
    )
    return Answers(before.given, files, before.rounds, tuple(roots), wrappers, bodies, schema, (), all_parsed)


def _file_now(program: Program, file: File, changed: frozenset[str], *, is_parsed: bool) -> File:
    """The file as it is now; of one that is not parsed it is not known whether it could be."""
    reason = program.unparsed.get(file.path, "") if file.name in program.facts else file.reason
    reason = reason if is_parsed else ""
    return _file(program.units[file.name], reason) if file.name in changed else structs.replace(file, reason=reason)


def _is_complete(
    before: Answers,
    fresh: Mapping[str, Body],
    tests: frozenset[str],
    changed: frozenset[str],
    stale: frozenset[str],
) -> bool:
    """Whether all is interpreted that the calls found out anew come to, and no other call comes to more than it did."""
    makers = _Makers.of({key: body.decided for key, body in before.bodies.items()}, tests)
    taken = (key for key in fresh if key in stale or key not in before.bodies)
    reached = _spread(taken, {key: body.asked for key, body in fresh.items()})
    needed = {maker for key in reached & fresh.keys() for maker in makers.come_to(key, fresh[key].asked)}
    if not all(key in fresh for key in needed if _unit(key) not in changed):
        return False
    known = {key: before.bodies[key].decided for key in fresh if key in before.bodies}
    decided = ((function, known.get(key, ())) for key, body in fresh.items() for function in body.decided)
    return all(function in old or function in stale or function not in before.bodies for function, old in decided)


def _asked_about(bodies: Mapping[str, Body], roots: Iterable[str]) -> dict[str, Body]:
    """The bodies that a run comes to; of each module that it runs it asks for what that passes on."""
    steps = {key: body.asked for key, body in bodies.items()}
    reached = _spread(roots, steps)
    while more := {exports_of(_unit(key)) for key in reached if key.endswith(":")} - reached:
        reached |= _spread(more, steps)
    return {key: bodies[key] for key in sorted(reached) if key in bodies}


def _wrappers(
    before: Answers, interpretation: Interpretation, bodies: Mapping[str, Body], known: Collection[str]
) -> Wrappers:
    """The wrappers that there are now, by the bodies that make them."""
    passed_on: dict[str, tuple[Word, ...]] = {}
    for unit in sorted(_unit(key) for key in bodies if key.endswith(":")):
        found = before.wrappers if exports_of(unit) in known else interpretation.wrappers
        if unit in found.exported:
            passed_on[unit] = found.exported[unit]
    return Wrappers(_decided(bodies.values()), passed_on)


def _decided(bodies: Iterable[Body]) -> frozenset[str]:
    return frozenset(key for body in bodies for key in body.decided)
