"""What Python children, and forks of this process, told of themselves: from a journal's records to what is known."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_statefence.audit import Child
from pytest_statefence.evidence import Started, Touch, at, command_text
from pytest_statefence.owners import Stack, stack_of
from pytest_statefence.records import Violation
from pytest_statefence.spawns import judge_spawn
from pytest_statefence.verdict import SPAWN
from pytest_statefence.witness import names_in_parent
from statefence.policy import Policy, Variable

if TYPE_CHECKING:
    from pytest_statefence.journal import Record


class Place(Struct, frozen=True):
    """Where a process said it was: the variables that decide where the policy points, and its working directory.

    Attributes:
        at: when it said so, in nanoseconds since the epoch.
    """

    pid: int
    variables: Mapping[str, str]
    cwd: str
    at: int

    @property
    def is_left(self) -> bool:
        """Whether the process has ended."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def place_told(record: Record) -> Place:
    """Where a process said it was."""
    place = record["place"]
    return Place(record["family"][0], place["variables"], place["cwd"], record["at"])


def touch_told(record: Record, during: str) -> Touch:
    """What a process said it did to a file."""
    return Touch(record["did"], record["path"], stack_of(record["stack"]), record["cuts"], during, _teller(record))


def start_told(record: Record, during: str) -> Started:
    """The child that a process said it started."""
    return Started(tuple(record["arguments"]), stack_of(record["stack"]), during, by=_teller(record))


def dropped_by_teller(policy: Policy, record: Record) -> Iterator[Violation]:
    """What is wrong with a child that a process said it started."""
    stack = stack_of(record["stack"])
    block = dict.fromkeys((*record["kept"], *record["changed"], *record["added"]), "")
    child = Child(tuple(record["arguments"]), block, "", replaced=record["replaced"])
    answer = judge_spawn(policy, child, dict.fromkeys(names_in_parent(record), ""), stack.modules)
    for variable in answer.dropped:
        violation = spawn_violation(policy, child, stack, variable)
        yield replace(violation, culprits=(f"{_teller(record)}{at(stack)}",))


def spawn_violation(policy: Policy, child: Child, stack: Stack, variable: Variable) -> Violation:
    """A child that was started, by what is on the stack, without a variable that the policy demands."""
    key = f"env.{variable.name}"
    return Violation(
        SPAWN,
        child.arguments[0],
        f"a child was started without {variable.name}: `{command_text(child.arguments)}`",
        f"{policy.source}:{policy.lines.get(key, 0)} env.{variable.name}: every child must carry it",
        culprits=stack.lines or ("no line of the project is on the stack",),
        places=stack.places,
    )


def _teller(record: Record) -> str:
    who = f"child `{command_text(record['command'])}`" if record["command"] else "a fork of this process"
    return f"{who} (pid {record['family'][0]})"
