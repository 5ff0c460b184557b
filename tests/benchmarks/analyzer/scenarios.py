"""The four ways in which an analyzer is run, each with every tool in turn, round by round.

In turn, so that what else the machine does hits all of them alike and the ratio of a round means something.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.analyzer.running import Cost, Outcome, measured
from tests.benchmarks.analyzer.tools import Tool, environment

COLD, WARM, CHANGED, ONE_FILE = "cold", "warm", "one changed", "one file"
SETTLING = 2.5
"""In seconds: a file written so shortly before a run is not trusted by its times alone, and costs more."""
LONG = 20.0
"""In seconds of processor time: what takes longer is run once."""
USUAL_SIZE = 39_000
"""In bytes: of the files that are changed."""


class Bench(NamedTuple):
    """Where and how tools are run.

    Attributes:
        programs: the directory they are installed in.
        homes: a directory below which each gets one of its own.
        rounds: how often each is run.
        limit: after so many seconds a run is killed.
    """

    programs: Path
    homes: Path
    rounds: int
    limit: float

    def run(self, tool: Tool, tree: Path, path: str = ".") -> Outcome:
        """One run of one tool on a path of a tree."""
        home = self.homes / tool.name.replace(" ", "-")
        home.mkdir(parents=True, exist_ok=True)
        command = tool.command(self.programs, home, path)
        return measured(command, tree, environment(self.programs, home), fine=tool.fine, limit=self.limit)

    def forget(self, tool: Tool) -> None:
        """Take everything away that a tool has kept."""
        shutil.rmtree(self.homes / tool.name.replace(" ", "-"), ignore_errors=True)


Outcomes = dict[str, list[Outcome]]


def all_scenarios(bench: Bench, tools: Sequence[Tool], tree: Path) -> dict[str, Outcomes]:
    """Every scenario on a tree that may be changed: the outcomes of each round, by scenario and tool."""
    time.sleep(SETTLING)
    paths = usual_files(tree, bench.rounds)
    remembering = [tool for tool in tools if tool.remembers]
    found = {COLD: in_turn(bench, tools, lambda _: None, lambda tool, _: cold(bench, tool, tree))}
    for tool in remembering:
        bench.run(tool, tree)
    found[WARM] = in_turn(bench, remembering, lambda _: None, lambda tool, _: bench.run(tool, tree))
    found[CHANGED] = in_turn(
        bench, remembering, lambda number: change(tree / paths[number]), lambda tool, _: bench.run(tool, tree)
    )
    found[ONE_FILE] = in_turn(
        bench,
        tools,
        lambda number: change(tree / paths[number]),
        lambda tool, number: bench.run(tool, tree, paths[number]),
    )
    return found


def in_turn(
    bench: Bench, tools: Iterable[Tool], prepare: Callable[[int], object], run: Callable[[Tool, int], Outcome]
) -> Outcomes:
    """The outcomes of each tool, all of them once in each round; of one that fails or takes long, only the first."""
    outcomes: Outcomes = {tool.name: [] for tool in tools}
    for number in range(bench.rounds):
        prepare(number)
        for tool in tools:
            if not number or is_worth_repeating(outcomes[tool.name][0]):
                outcomes[tool.name].append(run(tool, number))
    return outcomes


def is_worth_repeating(first: Outcome) -> bool:
    """Whether another run would tell more."""
    return isinstance(first, Cost) and first.cpu < LONG


def cold(bench: Bench, tool: Tool, tree: Path) -> Outcome:
    """A run that remembers nothing."""
    bench.forget(tool)
    return bench.run(tool, tree)


def usual_files(tree: Path, count: int) -> list[str]:
    """For each round the file to change: those whose sizes are nearest to `USUAL_SIZE`, relative to the tree.

    What a change costs statefence depends on how much of the program rests on the file, so that one would not tell.
    """
    sizes = {path.relative_to(tree).as_posix(): path.stat().st_size for path in tree.rglob("*.py")}
    nearest = sorted(sizes, key=lambda path: (abs(sizes[path] - USUAL_SIZE), path))
    return [nearest[number % len(nearest)] for number in range(count)]


def change(path: Path) -> None:
    """Give a file content that it never had, and other facts."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef changed_{time.time_ns()}():\n    return open('changed.txt')\n")
