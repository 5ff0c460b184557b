"""Whether a child gets the environment variables that the policy demands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath

from msgspec import Struct

from pytest_statefence.audit import Child
from statefence.policy import Policy, Variable


class SpawnAnswer(Struct, frozen=True):
    """What a child would miss: variables `dropped` for certain, and those nobody can tell about.

    A variable that is not set in this run and that a block made by hand does not name is *untold*: it may be that the
    block would drop it, and that it would carry it.
    """

    dropped: tuple[Variable, ...] = ()
    untold: tuple[Variable, ...] = ()


def judge_spawn(policy: Policy, child: Child, parent: Mapping[str, str], modules: Sequence[str]) -> SpawnAnswer:
    """What a child started by code of `modules` (innermost first) in the environment `parent` would miss."""
    missing = [variable for variable in policy.variables if variable.name not in child.environ]
    required = [v for v in missing if _is_required(v, policy, child.arguments[0], modules)]
    carries_all = all(name in child.environ for name in parent)
    return SpawnAnswer(
        tuple(v for v in required if v.name in parent),
        tuple(v for v in required if v.name not in parent and child.replaced and not carries_all),
    )


def _is_required(variable: Variable, policy: Policy, program: str, modules: Sequence[str]) -> bool:
    if any(fnmatchcase(program, glob) or fnmatchcase(PurePath(program).name, glob) for glob in variable.exempt):
        return False
    return not variable.layers or _layer(policy, modules) in variable.layers


def _layer(policy: Policy, modules: Sequence[str]) -> str | None:
    """The layer of the innermost module that belongs to one."""
    return next(filter(None, map(policy.layer_of, modules)), None)
