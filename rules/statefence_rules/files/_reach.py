"""Who leads to a write of a store, call by call: found from the writes up, over the graph of all calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from statefence.api import (
    Answer,
    Mode,
    Module,
    Open,
    PathKind,
    Place,
    Project,
    Statement,
    Step,
    Store,
    Target,
    Write,
    match,
)

VERBS = {
    Mode.WRITE: "opens {} for writing",
    Mode.APPEND: "appends to {}",
    Mode.CREATE: "creates or replaces {}",
    Mode.REMOVE: "removes {}",
}
"""What an open does to its store in each mode that is known to change it."""


MOST_ROUTES = 8
"""So many routes are told apart for each function; any further one counts as one that no call rules out."""


Way = tuple[Place, ...]
"""Where calls stand, each in the function that the one before it calls; the last may be a write."""


class Need(NamedTuple):
    """The end of a way that some call rules out: a route begins with it.

    Attributes:
        missing: how many calls of the way come before the route.
    """

    way: Way
    missing: int


class Call(NamedTuple):
    """A call of a function of the project, by the dotted names of both sides, and the ways on that it rules out."""

    place: Place
    caller: str
    callee: str
    ruled_out: tuple[Way, ...] = ()


class Route(NamedTuple):
    """How a function comes to write a store: by itself when `call` is None, else by that call and what follows it.

    Attributes:
        needs: how it begins, so far as some call rules that out.
        opened: the last open on the way where some call hands that another path.
    """

    write: tuple[Step, ...]
    call: Call | None = None
    following: Route | None = None
    needs: frozenset[Need] = frozenset()
    opened: Place | None = None


class Writes(NamedTuple):
    """Where a store is written.

    Attributes:
        by_function: the ways to the writes of each function that has any, by the function's dotted name.
        own: the opens that are of the store whatever they are handed.
        elsewhere: for a call that hands over another path, the open that it thereby keeps from the store.
    """

    by_function: dict[str, list[tuple[Step, ...]]]
    own: frozenset[Place]
    elsewhere: dict[Place, Place]


class Reach(NamedTuple):
    """What leads to the writes of a store: the functions that do, each with its routes, the shortest first."""

    routes: dict[str, list[Route]]
    writes: Writes

    def entered_by(self, call: Call) -> Route | None:
        """The shortest route to a write on which the call leads; None when it leads to none."""
        return next((route for route in self.routes.get(call.callee, ()) if self.is_taken_by(call, route)), None)

    def is_taken_by(self, call: Call, route: Route) -> bool:
        """Whether a call leads on a route of what it calls, for all that is known of what it passes."""
        if route.opened is not None and self.writes.elsewhere.get(call.place) == route.opened:
            return False
        return all(Need(way, 0) not in route.needs for way in call.ruled_out)


def chain(route: Route | None) -> Iterator[Call]:
    """The calls of a route."""
    while route is not None and route.call is not None:
        yield route.call
        route = route.following


def calls(module: Module, project: Project) -> Iterator[Call]:
    """The calls in the module of functions of the project."""
    for call in project.invocations(module):
        yield Call(Place(call.path, call.span), call.caller, call.callee, call.ruled_out)


def writes_of(project: Project, store: Store) -> Writes:
    """Every way to write the store, one for each function, and the calls that send a write elsewhere."""
    opens = [opened for module in project.modules for opened in project.opens(module)]
    own = frozenset(_place(opened) for opened in opens if opened.via is None and is_write(opened, store))
    by_function: dict[str, list[tuple[Step, ...]]] = {}
    for opened in opens:
        if is_write(opened, store) and not is_handed_on(opened, own):
            what = f"{opened.via or opened.api} {VERBS[opened.mode].format(store.name)}"
            by_function.setdefault(opened.symbol, []).append((Step(_place(opened), what), *opened.trace))
    open_to_callers = {opened.symbol for opened in opens if is_handed_on(opened, own) and is_open_to_callers(opened)}
    for statement in (each for module in project.modules for each in project.statements(module)):
        if writes_to(statement, store) and statement.symbol not in open_to_callers:
            tables = ", ".join(dict.fromkeys((*statement.writes, *statement.ddl)))
            step = Step(_place(statement), f"a statement writes {tables} in {store.name}")
            by_function.setdefault(statement.symbol, []).append((step, *statement.trace))
    for write in (each for module in project.modules for each in project.writes(module)):
        if is_at(store, write.targets):
            step = Step(_place(write), f"{write.api} writes to {store.name}, which was opened before")
            by_function.setdefault(write.symbol, []).append((step,))
    at_store = {_place(opened) for opened in opens if is_at(store, opened.targets)}
    others = [opened for opened in opens if is_handed_on(opened, own) and _place(opened) not in at_store]
    return Writes(by_function, own, {_place(opened): opened.trace[-1].place for opened in others if opened.argument})


def is_open_to_callers(opened: Open) -> bool:
    """Whether a caller may hand over another path, so that its statements are on the store only by default."""
    return any(target.kind is PathKind.PARAMETER for target in opened.targets)


def is_write(opened: Open, store: Store) -> bool:
    """Whether the open provably changes the store, or lets it be changed."""
    return opened.mode in VERBS and is_at(store, opened.reached)


def writes_to(statement: Statement, store: Store) -> bool:
    """Whether the statement provably changes the store's rows or tables."""
    return bool(statement.writes or statement.ddl) and is_at(store, statement.connection)


def is_handed_on(opened: Open, own: frozenset[Place]) -> bool:
    """Whether it is a call that leads to one of these opens and hands it a path, or a part of one."""
    return bool(opened.trace) and opened.trace[-1].place in own


def is_at(store: Store, targets: Iterable[Target]) -> bool:
    """Whether one of the targets provably is the store."""
    templates = (target.template for target in targets)
    return any(template is not None and match(store.path, template) is Answer.YES for template in templates)


def _place(site: Open | Statement | Write) -> Place:
    return Place(site.path, site.span)


def reach_of(writes: Writes, callers: Mapping[str, Iterable[Call]]) -> Reach:
    """How each function that leads to a write comes to it, by the fewest calls: from the writes up, breadth first.

    A function has several routes where some call rules one of them out and not another.
    """
    ruled_out = frozenset(way for known in callers.values() for call in known for way in call.ruled_out)
    reach = Reach({}, writes)
    todo = deque(
        (symbol, _written(way, ruled_out, frozenset(writes.elsewhere.values())))
        for symbol, ways in sorted(writes.by_function.items())
        for way in ways
    )
    while todo:
        symbol, found = todo.popleft()
        route = _added(reach.routes.setdefault(symbol, []), found)
        for call in callers.get(symbol, ()) if route is not None else ():
            if route is not None and reach.is_taken_by(call, route) and not _goes_round(call, route):
                needs = _after(call.place, route.needs, ruled_out)
                todo.append((call.caller, Route(route.write, call, route, needs, route.opened)))
    return reach


def _goes_round(call: Call, route: Route) -> bool:
    """Whether a route with this call before it comes through the caller again, and again."""
    return [each.callee for each in (call, *chain(route))].count(call.caller) > 1


def _written(way: tuple[Step, ...], ruled_out: frozenset[Way], elsewhere: frozenset[Place]) -> Route:
    """The route that is a write itself."""
    needs = frozenset[Need]()
    for step in reversed(way):
        needs = _after(step.place, needs, ruled_out)
    opened = way[-1].place
    return Route(way, needs=needs, opened=opened if opened in elsewhere else None)


def _after(place: Place, needs: frozenset[Need], ruled_out: frozenset[Way]) -> frozenset[Need]:
    """How a route begins that goes on, after a call at a place, as one does that begins so."""
    begun = {Need(way, len(way) - 1) for way in ruled_out if way[-1] == place}
    return frozenset(begun | {Need(way, left - 1) for way, left in needs if left and way[left - 1] == place})


def _added(routes: list[Route], route: Route) -> Route | None:
    """The route as it was added to those of a function; None where whatever takes it can take one of them."""
    if any(known.needs <= route.needs and known.opened in {None, route.opened} for known in routes):
        return None
    routes.append(route if len(routes) < MOST_ROUTES else route._replace(needs=frozenset(), opened=None))
    return routes[-1]
