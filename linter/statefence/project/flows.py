"""Who hands a decisive value over: sites carried up the call graph until no parameter is left to bind.

A site whose environment, path or SQL depends on a parameter makes every caller that binds this parameter a site of its
own, `via` the API it ends in. This runs to a fixed point over all calls at once, so recursion ends and the order of
files does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Protocol, TypeVar

from msgspec import Struct, structs
from msgspec.structs import astuple

from statefence.callees import Effect
from statefence.facts import ir
from statefence.model import Answer, Place, Span, Step
from statefence.module_names import is_test_file
from statefence.policy import Policy
from statefence.project import argparse
from statefence.project.bindings import instantiate
from statefence.project.bounds import bounded
from statefence.project.classes import lineage
from statefence.project.program import Edge, Program, RawSite
from statefence.project.targets import targets
from statefence.project.texts import TEXT_METHODS
from statefence.project.values import (
    PARAMETERS,
    WORKING_DIRECTORY,
    Absent,
    Binding,
    Choice,
    ClassValue,
    Connection,
    Constant,
    Derived,
    Directory,
    Element,
    EnvironmentVariable,
    Item,
    Member,
    Parameter,
    Path,
    Put,
    Result,
    Term,
    Test,
    Text,
    Unknown,
    Value,
    parameters_of,
)
from statefence.project.worlds import holds_by_default, settled
from statefence.template.matching import match

LONGEST = 8
"""A chain of wrappers is followed through at most so many calls."""
MOST = 6
"""At most so many alternatives are derived for one call, those with the shortest chains; one more, unknown, says so."""

_NO_DATABASE = Absent | Constant | Derived | Directory | EnvironmentVariable | Path | Text

DECISIVE = {"spawn": ("env",), "open": ("path",), "write": ("path",), "statement": ("sql", "connection")}


Call = tuple[str, str, Span, Effect | None]
"""What kind of site a call is, its file, where it stands there, and what it does to a database or file."""


_Way = tuple[int, str, str, Effect | None, tuple[Value, ...]]
"""A call, by identity, and what it leads to there: the kind, entry and effect of a site, and its decisive values."""


def _way(site: RawSite, edge: Edge) -> _Way:
    return id(edge), site.kind, site.entry, _effect(site), _values(site)


class _Key(Struct, frozen=True):
    kind: str
    path: str
    line: int
    column: int
    entry: str
    effect: Effect | None
    values: tuple[Value, ...]


class Hop(Struct, frozen=True, array_like=True, order=True):
    """A call on the way of a site, from the one that reaches the API on.

    Attributes:
        function: which of the functions that decide the site is called, by their order.
        number: which of the calls that stand at this place.
    """

    function: int
    path: str
    span: Span
    number: int


class Handed(Struct, frozen=True):
    """A site that callers decide, as they find it.

    Attributes:
        way: the calls that led to it. Sites are carried on in the order of their ways, shorter ones first.
        deciding: of each function or constructor that decides it the first such parameter, and whether it is a piece
            of its SQL.
    """

    site: RawSite
    way: tuple[Hop, ...]
    deciding: tuple[tuple[Parameter, bool], ...]


class Carried(Struct, frozen=True):
    """Every site, and those that callers decide."""

    sites: list[RawSite]
    handed: list[Handed]


class Known(Protocol):
    """What is known already of a program that is not all interpreted."""

    def is_known(self, body: str) -> bool:
        """Whether the sites in a body are known, whichever of them are found here."""

    def handed_to(self, functions: Collection[str]) -> list[Handed]:
        """The known sites that callers of these functions decide."""


def propagated(program: Program, known: Known | None = None) -> Carried:
    """Every site of the program: those that call an API, and those that hand a value on to one.

    Args:
        known: sites of bodies that are not looked at; what is found is what stands in the others.
    """
    return _Carrying(program, known).all()


class _Carrying:
    """The sites of one program, carried from call to call, each way once.

    Attributes:
        ways: those already gone: where many functions call each other, as many sites lead back to each call.
    """

    def __init__(self, program: Program, known: Known | None) -> None:
        self.program = program
        self.direct = _in_order(program, program.sites, known)
        self.callers: dict[str, list[tuple[int, Edge]]] = {}
        for number, edge in _in_order(program, program.edges, known):
            self.callers.setdefault(edge.callee, []).append((number, edge))
        self.before: dict[int, list[Handed]] = {}
        for handed in known.handed_to(self.callers.keys()) if known is not None else ():
            self.before.setdefault(len(handed.way), []).append(handed)
        self.found: dict[_Key, RawSite] = {}
        self.derived: Counter[Call] = Counter()
        self.ways: set[_Way] = set()

    def all(self) -> Carried:
        """All sites; those that are as many calls away from the API are carried on together."""
        handed: list[Handed] = []
        found = [self._taken(site, (Hop(0, site.path, site.span, number),)) for number, site in self.direct]
        for distance in range(1, LONGEST + 1):
            own = [each for each in found if each is not None]
            handed += own
            known = self.before.get(distance)
            callees = own if known is None else sorted([*own, *known], key=lambda each: each.way)
            found = [self._taken(*at_call) for callee in callees for at_call in self._handed_over(callee)]
        sites = sorted(self.found.values(), key=lambda site: not all(map(holds_by_default, site.conditions)))
        return Carried(sites, handed)

    def _taken(self, site: RawSite, way: tuple[Hop, ...]) -> Handed | None:
        """Take a site, unless it is there already; gives what callers find of it, if they can decide it."""
        key = _key(site)
        call = _call(site, site.path, site.span)
        if key in self.found or self.derived[call] > MOST:
            return None
        self.derived[call] += 1
        if self.derived[call] > MOST:
            site = _cut(site)
            key = _key(site)
        self.found[key] = site
        if not _may_be_handed_over(site) or not _may_concern(self.program.policy, site):
            return None
        deciding = tuple(_first_of_each(self.program, site))
        return Handed(site, way, deciding) if deciding else None

    def _handed_over(self, handed: Handed) -> Iterator[tuple[RawSite, tuple[Hop, ...]]]:
        """The calls that bind a parameter that decides a site, but for those that have their alternatives already."""
        site = handed.site
        for at, (parameter, in_text) in enumerate(handed.deciding):
            if _is_of_a_record(site, parameter.function):
                continue
            for number, edge in self.callers.get(parameter.function, ()):
                found = (
                    self._at_call(site, edge, parameter, in_text) if self._may_lead_on(site, edge, parameter) else None
                )
                if found is not None:
                    self.ways.add(_way(site, edge))
                    yield found, (*handed.way, Hop(at, edge.path, edge.span, number))

    def _may_lead_on(self, site: RawSite, edge: Edge, parameter: Parameter) -> bool:
        if self.derived.get(_call(site, edge.path, edge.span), 0) > MOST:
            return False
        if is_test_file(site.path) and not is_test_file(edge.path):
            return False  # what tests do with an object is nothing that the program hands over to
        if _is_of_another_object(self.program, site, edge, parameter):
            return False
        if _way(site, edge) in self.ways or any(step.place == Place(edge.path, edge.span) for step in site.trace):
            return False
        # a settings field that no call passes stays open
        return not parameter.settings or edge.binding.get((parameter.function, parameter.name)) != parameter

    def _at_call(self, site: RawSite, edge: Edge, parameter: Parameter, in_text: bool) -> RawSite | None:
        """The site that a call is; kept with the program, since every round asks for it."""
        known = self.program.carried.get((id(site), id(edge), parameter.name))
        if known is None:
            with self.program.consulted.finding(self.program.body_of(edge.caller)):
                known = site, edge, _at(self.program, site, edge, parameter, in_text=in_text)
            self.program.carried[id(site), id(edge), parameter.name] = known
        return known[2]


Located = TypeVar("Located", RawSite, Edge)


def _in_order(
    program: Program, calls: Mapping[str, Iterable[Located]], known: Known | None
) -> Iterator[tuple[int, Located]]:
    """The calls as they stand in the files, whichever function was interpreted first, numbered at each place.

    Args:
        calls: by the key of what they stand in.
    """
    unknown = (each for key, each in calls.items() if known is None or not known.is_known(program.body_of(key)))
    ordered = sorted((call for each in unknown for call in each), key=_place)
    for _, group in groupby(ordered, key=_place):
        yield from enumerate(group)


def _place(call: RawSite | Edge) -> tuple[str, Span]:
    return call.path, call.span


def _may_be_handed_over(site: RawSite) -> bool:
    """Whether a caller may decide it, and is not too far away."""
    open_ended = any(site.roles[role].holds & PARAMETERS for role in DECISIVE[site.kind])
    return open_ended and len(site.trace) < LONGEST and site.kind != "write"


def _may_concern(policy: Policy, site: RawSite) -> bool:
    """Whether a file that is opened may be one the policy names, whatever the callers pass; databases all do."""
    if site.opener is None or site.opener.effect is Effect.DATABASE or site.opener.tree or site.kind != "open":
        return True
    if _begins_open(site.roles["path"]):
        return True
    named = [store.path for store in policy.stores] + [forbidden.path for forbidden in policy.forbidden]
    places = [target.template for target in targets(site)]
    return any(place is None or any(match(pattern, place) is not Answer.NO for pattern in named) for place in places)


def _begins_open(path: Value) -> bool:
    """Whether a path may begin with whatever a caller passes, and so be anywhere."""
    if isinstance(path, Choice):
        return _begins_open(path.then) or _begins_open(path.orelse)
    if isinstance(path, Path | Text):
        return bool(path.parts) and _begins_open(path.parts[0])
    if isinstance(path, Derived):
        return _begins_open(path.source)
    return isinstance(path, Parameter | Item | Element | Member)


def _cut(site: RawSite) -> RawSite:
    """What stands for all further alternatives of a call."""
    roles = {**site.roles, **dict.fromkeys(DECISIVE[site.kind], Unknown(f"more than {MOST} ways lead from here"))}
    return structs.replace(site, roles=roles)


def _key(site: RawSite) -> _Key:
    return _Key(site.kind, site.path, site.span.line, site.span.column, site.entry, _effect(site), _values(site))


def _effect(site: RawSite) -> Effect | None:
    return None if site.opener is None else site.opener.effect


def _values(site: RawSite) -> tuple[Value, ...]:
    """The decisive ones."""
    return tuple([site.roles[role] for role in DECISIVE[site.kind]])


def _call(site: RawSite, path: str, span: Span) -> Call:
    """A call as a site of the same kind."""
    return site.kind, path, span, _effect(site)


def _first_of_each(program: Program, site: RawSite) -> Iterator[tuple[Parameter, bool]]:
    """Of each function that decides a site the first parameter, and whether that is a piece of its SQL."""
    in_text = set(_in_text(program, site))
    first: dict[str, Parameter] = {}
    for parameter in _deciding(program, site):
        first.setdefault(parameter.function, parameter)
    for parameter in first.values():
        yield parameter, parameter in in_text


def _is_of_another_object(program: Program, site: RawSite, edge: Edge, parameter: Parameter) -> bool:
    """Whether a site is where one object is made, and the call is of a method of an object that is known to be another.

    What that object was made with has been put in its place already.
    """
    if _is_in(program, site.function, parameter.function):
        return False
    return any(owner != edge.callee for owner, _ in edge.binding)


def _is_of_a_record(site: RawSite, constructor: str) -> bool:
    """Whether an object that others made gives a file's path no more than a piece of it, as a record's id does.

    Who makes the record knows nothing of the file. A path that begins with what the object holds was chosen there, and
    an object's own methods open what it was made for.
    """
    cls, _, name = constructor.rpartition(".")
    if name != "__init__" or site.kind != "open" or site.opener is None or site.opener.effect is Effect.DATABASE:
        return False
    if site.function.startswith(f"{cls}."):
        return False
    return not any(parameter.function == constructor for parameter in _in_fronts(site.roles["path"]))


def _in_fronts(path: Value) -> Iterable[Parameter]:
    """The parameters in what a path begins with; whatever is not known may hold any."""
    if isinstance(path, Choice):
        yield from _in_fronts(path.then)
        yield from _in_fronts(path.orelse)
    elif isinstance(path, Path | Text) and path.parts:
        yield from _in_fronts(path.parts[0])
    elif isinstance(path, Derived):
        yield from _in_fronts(path.source)
    else:
        yield from parameters_of(path)


def _at(program: Program, site: RawSite, edge: Edge, parameter: Parameter, *, in_text: bool) -> RawSite | None:
    """The site that a call is; None where it cannot reach this one."""
    conditions = holding(program, site.conditions, edge)
    if conditions is None:
        return None
    chosen = _hands_over(edge, parameter) if site.kind == "open" else in_text
    handed = _at_call(program, site, edge, parameter, conditions, chosen=chosen)
    return handed if site.kind != "statement" or _is_of_a_database(handed, edge.binding, parameter) else None


def _is_of_a_database(handed: RawSite, binding: Binding, parameter: Parameter) -> bool:
    """Whether what a call hands over may be a database, where it decides no more than which one it is."""
    bound = binding.get((parameter.function, parameter.name))
    if handed.chosen:
        return True
    return not isinstance(handed.roles["connection"], Unknown) and not isinstance(bound, _NO_DATABASE)


def _deciding(program: Program, site: RawSite) -> Iterable[Parameter]:
    """The parameters that decide the site. A text is decided by those it is joined from, not by what they hold."""
    if site.kind != "statement":
        for role in DECISIVE[site.kind]:
            value = site.roles[role]
            yield from _in_block(value) if role == "env" else parameters_of(value)
        return
    yield from _in_text(program, site)
    yield from _connections(site.roles["connection"])


def _in_block(value: Value) -> Iterable[Parameter]:
    """The parameters that decide an environment; not those of which a part is put under a name."""
    todo: list[object] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, Put):
            todo += [*_handed_on(node.value), node.key]
        elif isinstance(node, Parameter):
            yield node
        elif isinstance(node, Test):
            todo.extend([part for part in reversed(node.operands) if isinstance(part, Parameter | Test)])
        elif isinstance(node, Term) and node.holds & PARAMETERS:
            todo.extend(reversed(astuple(node)))


def _handed_on(value: Value) -> Iterable[Parameter]:
    """The parameters that are a value as they are, or a piece of it."""
    if isinstance(value, Parameter):
        yield value
    elif isinstance(value, Choice | Text | Path):
        for part in (value.then, value.orelse) if isinstance(value, Choice) else value.parts:
            yield from _handed_on(part)


def _in_text(program: Program, site: RawSite) -> Iterable[Parameter]:
    """The parameters of the site's function, and of those around it, that are its SQL, or pieces of it."""
    sql = site.roles.get("sql")
    for part in _parts(sql) if sql is not None else ():
        if isinstance(part, Parameter) and _is_in(program, site.function, part.function):
            yield part


def _is_in(program: Program, function: str, outer: str) -> bool:
    """Whether a function is another, or stands within that; what a class is given is another matter."""
    if function == outer:
        return True
    around = program.definitions.get(outer) if function.startswith(f"{outer}.") else None
    return around is not None and isinstance(around.node, ir.Function)


def _parts(text: Value) -> Iterable[Value]:
    """What a text is joined from, through texts within it and methods that give another form of one."""
    if isinstance(text, Text):
        for part in text.parts:
            yield from _parts(part)
    elif isinstance(text, Result) and text.callee in TEXT_METHODS and text.arguments:
        yield from _parts(text.arguments[0])
    else:
        yield text


def deciding_functions(program: Program, sites: Iterable[RawSite]) -> set[str]:
    """The keys of the functions and constructors on whose parameters some site depends; a command line is neither."""
    deciding = {parameter.function for site in sites for parameter in _deciding(program, site)}
    return deciding - {argparse.OWNER}


def _connections(value: Value) -> Iterable[Parameter]:
    """The parameters that are the connection itself. One that was opened in the function is decided there."""
    if isinstance(value, Choice):
        yield from _connections(value.then)
        yield from _connections(value.orelse)
    while isinstance(value, Member | Item):
        value = value.owner
    if isinstance(value, Parameter):
        yield value


def holding(program: Program, conditions: Iterable[Test], edge: Edge) -> tuple[Test, ...] | None:
    """The tests under which a call reaches what its callee does under these; None when it makes one of them fail."""
    open_tests = list(edge.conditions)
    for test in conditions:
        if not test.holds & PARAMETERS:
            open_tests.append(test)
            continue
        bound = _bound(program, Choice(test, Constant(value=True), Constant(value=False)), edge)
        holds = (
            settled(bound.test) if isinstance(bound, Choice) else isinstance(bound, Constant) and bound.value is True
        )
        if holds is False:
            return None
        if isinstance(bound, Choice) and holds is None:
            open_tests.append(bound.test)
    return tuple(open_tests)


def _bound(program: Program, value: Value, edge: Edge) -> Value:
    """A value of the callee at a call; kept with the call, since many sites of a function depend on the same value."""
    known: dict[Value, Value] = edge.__dict__.setdefault("bound", {})
    if value not in known:
        known[value] = instantiate(program, value, edge.binding)
    return known[value]


def _own(program: Program, path: Value, edge: Edge, parameter: Parameter) -> Value:
    """A path of the callee at a call that hands over anything for the parameter; kept with the call."""
    known: dict[tuple[Value, str], Value] = edge.__dict__.setdefault("own", {})
    if (path, parameter.name) not in known:
        anything = {**edge.binding, (parameter.function, parameter.name): Unknown("whatever is handed over")}
        known[path, parameter.name] = program.shared(instantiate(program, path, anything))
    return known[path, parameter.name]


def _at_call(
    program: Program, site: RawSite, edge: Edge, parameter: Parameter, conditions: tuple[Test, ...], *, chosen: bool
) -> RawSite:
    roles = {role: program.shared(bounded(_bound(program, value, edge))) for role, value in site.roles.items()}
    if site.roles.get("directory") == WORKING_DIRECTORY:
        roles["directory"] = edge.directory
    if site.kind == "open" and isinstance(site.roles["path"], Choice):
        roles["own"] = bounded(_own(program, site.roles["path"], edge, parameter))
    step = Step(Place(site.path, site.span), f"{site.api} {_done(site)}")
    return RawSite(
        site.kind,
        edge.api,
        site.entry,
        edge.path,
        edge.span,
        edge.symbol,
        edge.caller,
        roles,
        via=site.via or site.api,
        argument=edge.spans.get(parameter.name),
        trace=(step, *site.trace),
        conditions=conditions,
        spawner=site.spawner,
        opener=site.opener,
        handed_over=tuple(edge.spans.values()),
        chosen=chosen,
        gives=site.gives and _gives_connection(program, edge.callee),
        held=site.held or not _runs(program, edge.callee, site.function),
    )


def _hands_over(edge: Edge, parameter: Parameter) -> bool:
    """Whether a call passes something for a parameter: an argument, or what a `partial` or `**` brings along."""
    passed = edge.binding.get((parameter.function, parameter.name), parameter.default)
    return passed != parameter.default and not isinstance(passed, Unknown)


def _runs(program: Program, callee: str, function: str) -> bool:
    """Whether a call of one function is on the way to what another does: it is that, or around it, or makes its object.

    What others do with the object that a constructor makes is not.
    """
    if callee == function or function.startswith(f"{callee}."):
        return True
    cls, _, name = callee.rpartition(".")
    owner = function.rpartition(".")[0]
    return name == "__init__" and ClassValue(owner) in lineage(program, cls)


def _gives_connection(program: Program, function: str) -> bool:
    """Whether what a function gives is the connection itself, whichever way it takes."""
    summary = program.summaries.get(function)
    return summary is not None and _is_connection(summary.returns)


def _is_connection(value: Value) -> bool:
    if isinstance(value, Choice):
        return _is_connection(value.then) and _is_connection(value.orelse)
    return isinstance(value, Connection)


def _done(site: RawSite) -> str:
    """What a call does, as the trace of its callers says it."""
    effect = _effect(site)
    return _VERBS[site.kind] if effect is None else _DONE.get(effect, _VERBS[site.kind])


_VERBS = {"spawn": "starts the child", "open": "opens it", "statement": "runs it"}
_DONE = {
    Effect.CREATE: "creates it",
    Effect.REPLACE: "puts another file in its place",
    Effect.TRUNCATE: "shortens it",
    Effect.EXTRACT: "puts files into it",
    Effect.MOVE: "moves it away",
    Effect.REMOVE: "removes it",
}
