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

from statefence.callees import Effect
from statefence.model import Answer, Place, Span
from statefence.module_names import is_test_file
from statefence.policy import Policy
from statefence.project.call_sites import site_at
from statefence.project.deciding import DECISIVE, first_of_each, is_in
from statefence.project.program import Edge, Program, RawSite
from statefence.project.targets import targets
from statefence.project.values import (
    PARAMETERS,
    Choice,
    Derived,
    Element,
    Item,
    Member,
    Parameter,
    Path,
    Text,
    Unknown,
    Value,
    parameters_of,
)
from statefence.project.worlds import holds_by_default
from statefence.template.matching import match

LONGEST = 8
"""A chain of wrappers is followed through at most so many calls."""
MOST = 6
"""At most so many alternatives are derived for one call, those with the shortest chains; one more, unknown, says so."""

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
        deciding = tuple(first_of_each(self.program, site))
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
                known = site, edge, site_at(self.program, site, edge, parameter, in_text=in_text)
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


def _is_of_another_object(program: Program, site: RawSite, edge: Edge, parameter: Parameter) -> bool:
    """Whether a site is where one object is made, and the call is of a method of an object that is known to be another.

    What that object was made with has been put in its place already.
    """
    if is_in(program, site.function, parameter.function):
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
