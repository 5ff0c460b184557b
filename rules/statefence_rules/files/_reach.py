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


class Call(NamedTuple):
    """A call of a function of the project, by the dotted names of both sides."""

    place: Place
    caller: str
    callee: str


class Route(NamedTuple):
    """How a function comes to write a store: by itself when `call` is None, else by that call."""

    write: tuple[Step, ...]
    call: Call | None


class Writes(NamedTuple):
    """Where a store is written.

    Attributes:
        by_function: the way to the first write of each function that has one, by the function's dotted name.
        own: the opens that are of the store whatever they are handed.
        elsewhere: for a call that hands over another path, the open that it thereby keeps from the store.
    """

    by_function: dict[str, tuple[Step, ...]]
    own: frozenset[Place]
    elsewhere: dict[Place, Place]


class Reach(NamedTuple):
    """What leads to the writes of a store: the functions that do, and the calls that only seem to."""

    routes: dict[str, Route]
    writes: Writes

    def is_entered_by(self, call: Call) -> bool:
        """Whether the call leads to a write."""
        route = self.routes.get(call.callee)
        return route is not None and self.writes.elsewhere.get(call.place) != route.write[-1].place


def chain(function: str, reach: Reach) -> Iterator[Call]:
    """The calls from a function to the write that it leads to."""
    while (call := reach.routes[function].call) is not None:
        yield call
        function = call.callee


def calls(module: Module, project: Project) -> Iterator[Call]:
    """The calls in the module of functions of the project."""
    for call in project.invocations(module):
        yield Call(Place(call.path, call.span), call.caller, call.callee)


def writes_of(project: Project, store: Store) -> Writes:
    """Every way to write the store, one for each function, and the calls that send a write elsewhere."""
    opens = [opened for module in project.modules for opened in project.opens(module)]
    own = frozenset(_place(opened) for opened in opens if opened.via is None and is_write(opened, store))
    by_function: dict[str, tuple[Step, ...]] = {}
    for opened in opens:
        if is_write(opened, store) and not is_handed_on(opened, own):
            what = f"{opened.via or opened.api} {VERBS[opened.mode].format(store.name)}"
            by_function.setdefault(opened.symbol, (Step(_place(opened), what), *opened.trace))
    open_to_callers = {opened.symbol for opened in opens if is_handed_on(opened, own) and is_open_to_callers(opened)}
    for statement in (each for module in project.modules for each in project.statements(module)):
        if writes_to(statement, store) and statement.symbol not in open_to_callers:
            tables = ", ".join(dict.fromkeys((*statement.writes, *statement.ddl)))
            step = Step(_place(statement), f"a statement writes {tables} in {store.name}")
            by_function.setdefault(statement.symbol, (step, *statement.trace))
    for write in (each for module in project.modules for each in project.writes(module)):
        if is_at(store, write.targets):
            step = Step(_place(write), f"{write.api} writes to {store.name}, which was opened before")
            by_function.setdefault(write.symbol, (step,))
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
    """How each function that leads to a write comes to it, by the fewest calls: from the writes up, breadth first."""
    reach = Reach({symbol: Route(write, None) for symbol, write in sorted(writes.by_function.items())}, writes)
    todo = deque(reach.routes)
    while todo:
        callee = todo.popleft()
        for call in callers.get(callee, ()):
            if call.caller not in reach.routes and reach.is_entered_by(call):
                reach.routes[call.caller] = Route(reach.routes[callee].write, call)
                todo.append(call.caller)
    return reach
