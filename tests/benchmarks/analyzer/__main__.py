"""statefence beside ruff, Fixit, semgrep, bandit and pylint, on work trees that are there already.

    python -m tests.benchmarks.analyzer [--rounds N] [--limit SECONDS] [--only NAME ...] TREE ...
    python -m tests.benchmarks.analyzer --growth [--sizes LINES ...] TREE ...

Run from the root of a checkout by the Python of an environment of its own, which is where the tools are taken from,
since the peers are no part of what developers of statefence need:

    python -m venv /tmp/peers
    /tmp/peers/bin/python -m pip install . ruff fixit semgrep bandit pylint
    /tmp/peers/bin/python -m compileall -q /tmp/peers/lib
    /tmp/peers/bin/python -m tests.benchmarks.analyzer path/to/a/work/tree

A peer that is not installed is said to be absent. Nothing is fetched, and the trees are only read: their Python files
are copied, with a policy (`policy.toml`) that gives the rules something to look for, and every tool gets a home and a
cache of its own. Processor time is the first figure, since it says most on a busy machine; ratios are statefence's cost
over the peer's, the median over the rounds, and the goal is held against that of processor time. In `one file` a file
was just changed and the tool is given it, as pre-commit does; statefence's hook always analyses the whole project.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.analyzer.growth import SIZES, growth
from tests.benchmarks.analyzer.scenarios import Bench, all_scenarios
from tests.benchmarks.analyzer.table import growth_table, table
from tests.benchmarks.analyzer.tools import STATEFENCE, TOOLS, WITHOUT_POLICY, Tool, present
from tests.benchmarks.analyzer.trees import copied, python_files

GROWING = (STATEFENCE.name, WITHOUT_POLICY.name, "ruff F")
"""Those whose growth is measured."""


def main(arguments: Sequence[str]) -> None:
    """Measure, and print a table for each tree, or one of growth."""
    options = _options(arguments)
    wanted = [tool for tool in TOOLS if tool is STATEFENCE or not options.only or tool.name in options.only]
    with tempfile.TemporaryDirectory(prefix="statefence-benchmark-") as directory:
        scratch = Path(directory).resolve()
        bench = Bench(Path(sys.executable).parent, scratch / "homes", options.rounds, options.limit)
        if options.growth:
            compared = [tool for tool in present(wanted, bench.programs) if tool.name in GROWING]
            for line in growth_table(growth(bench, compared, options.trees, scratch, options.sizes)):
                print(line, flush=True)
        else:
            for number, tree in enumerate(options.trees):
                _compare(bench, wanted, tree, copied(tree, scratch / f"tree-{number}"))


def _options(arguments: Sequence[str]) -> Namespace:
    of = ArgumentParser(prog="python -m tests.benchmarks.analyzer")
    of.add_argument("trees", type=Path, nargs="+", metavar="TREE", help="a directory with Python files")
    of.add_argument("--rounds", type=int, default=5, help="how often each tool is run in each scenario (5)")
    of.add_argument("--limit", type=float, default=600, help="seconds after which a run is killed (600)")
    of.add_argument(
        "--only", nargs="+", default=(), metavar="NAME", help="these peers only, by their name in the table"
    )
    of.add_argument("--growth", action="store_true", help="measure how cost grows with the size of a project")
    of.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="LINES", help="with --growth")
    return of.parse_args(arguments)


def _compare(bench: Bench, wanted: Sequence[Tool], given: Path, tree: Path) -> None:
    paths = python_files(tree)
    lines = sum(path.read_bytes().count(b"\n") for path in paths)
    there = present(wanted, bench.programs)
    print(f"\n{given.name}: {len(paths):,} files, {lines:,} lines; at most {bench.rounds} runs each\n", flush=True)
    absent = [tool.name for tool in wanted if tool not in there]
    for line in table(all_scenarios(bench, there, tree), absent, STATEFENCE.name, lines):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
