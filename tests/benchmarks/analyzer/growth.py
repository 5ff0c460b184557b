"""How cost and memory grow with the size of a project."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.analyzer.running import Outcome
from tests.benchmarks.analyzer.scenarios import SETTLING, Bench, cold
from tests.benchmarks.analyzer.tools import Tool
from tests.benchmarks.analyzer.trees import grown

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
"""In lines."""


def growth(
    bench: Bench, tools: Sequence[Tool], trees: Sequence[Path], scratch: Path, sizes: Sequence[int]
) -> dict[int, dict[str, Outcome]]:
    """What each tool costs, cold and with nothing changed, by the number of lines and what was run."""
    found: dict[int, dict[str, Outcome]] = {}
    for size in sizes:
        tree = scratch / f"grown-{size}"
        tree.mkdir()
        lines = grown(trees, tree, size)
        time.sleep(SETTLING)
        found[lines] = {}
        for tool in tools:
            found[lines][f"{tool.name}, cold"] = cold(bench, tool, tree)
            found[lines][f"{tool.name}, warm"] = bench.run(tool, tree)
    return found
