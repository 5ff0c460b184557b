"""The site that a call is, because of a site in what it calls."""

from __future__ import annotations

from collections.abc import Iterable

from statefence.callees import Effect
from statefence.model import Place, Step
from statefence.project.bindings import instantiate
from statefence.project.bounds import bounded
from statefence.project.classes import lineage
from statefence.project.program import Edge, Program, RawSite
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
    EnvironmentVariable,
    Parameter,
    Path,
    Test,
    Text,
    Unknown,
    Value,
)
from statefence.project.worlds import settled

_NO_DATABASE = Absent | Constant | Derived | Directory | EnvironmentVariable | Path | Text


def site_at(program: Program, site: RawSite, edge: Edge, parameter: Parameter, *, in_text: bool) -> RawSite | None:
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
    return _VERBS[site.kind] if site.opener is None else _DONE.get(site.opener.effect, _VERBS[site.kind])


_VERBS = {"spawn": "starts the child", "open": "opens it", "statement": "runs it"}
_DONE = {
    Effect.CREATE: "creates it",
    Effect.REPLACE: "puts another file in its place",
    Effect.TRUNCATE: "shortens it",
    Effect.EXTRACT: "puts files into it",
    Effect.MOVE: "moves it away",
    Effect.REMOVE: "removes it",
}
