"""What a child process gets, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statefence.model import Answer
from statefence.policy.model import Policy, Variable
from statefence.project.sites import Environment, EnvKind, Spawn

_GETS = {
    EnvKind.INHERITS: "everything its parent has, since no environment is passed",
    EnvKind.FULL: "everything its parent has, and what the block adds",
    EnvKind.PARTIAL: "only what is listed here",
    EnvKind.EMPTY: "no variable at all",
    EnvKind.FILTERED: "a part of what its parent has",
    EnvKind.PASSTHROUGH: "what the caller decides",
    EnvKind.UNKNOWN: "an environment that the analysis does not know",
}
_CARRIES = {Answer.YES: "the child gets it", Answer.NO: "the child does not get it", Answer.UNKNOWN: "not known"}


def spawn_words(spawn: Spawn, policy: Policy, layer: str | None) -> Iterator[str]:
    """Lines that say what the child of one spawn gets: the main answer, then what else it may get at this line.

    Args:
        spawn: the call.
        policy: names the variables that must reach the child.
        layer: the layer of the module that the call stands in, None without one.
    """
    if spawn.program is not None:
        yield f"It starts the program {spawn.program}."
    required = [v for v in policy.variables if not v.layers or layer in v.layers]
    main, *others = spawn.environments
    yield from _environment("The child gets", main, required)
    for other in others:
        yield from _environment("Or, by another branch, flag or argument, it gets", other, required)


def _environment(beginning: str, environment: Environment, required: Sequence[Variable]) -> Iterator[str]:
    reason = f": {environment.reason}" if environment.reason else ""
    yield f"{beginning} {_GETS[environment.kind]} ({environment.kind}){reason}."
    for line in _changes(environment):
        yield f"  {line}"
    for variable in required:
        yield f"  {variable.name}, required by the policy: {_required(environment, variable)}"


def _changes(environment: Environment) -> Iterator[str]:
    for name in environment.sets:
        reads = ", ".join(environment.reads.get(name, ()))
        yield f"sets {name}{f', read from {reads}' if reads else ''}"
    kept = sorted(name for name, answer in environment.carried.items() if answer is Answer.YES)
    if environment.rest is not Answer.YES and (passed := [name for name in kept if name not in environment.sets]):
        yield f"passes on {', '.join(passed)}"
    if environment.drops:
        yield f"drops {', '.join(environment.drops)}"
    if environment.kept:
        yield f"has, of all other names, at most those that begin with {', '.join(environment.kept)}"
    if environment.prefixes:
        yield f"drops every name that begins with {', '.join(environment.prefixes)}"
    unsure = sorted(name for name, answer in environment.carried.items() if answer is Answer.UNKNOWN)
    if unsure:
        yield f"perhaps passes on {', '.join(unsure)}"


def _required(environment: Environment, variable: Variable) -> str:
    if variable.ensure is None or environment.carries(variable.name) is not Answer.YES:
        return _CARRIES[environment.carries(variable.name)]
    if environment.ensures(variable.name) is Answer.YES:
        return "the child gets it"
    return "the child gets it only if its parent has it"
