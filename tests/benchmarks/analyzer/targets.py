"""The goals: at most so many times what a peer takes, for a small, a middling and a large tree."""

from __future__ import annotations

from typing import NamedTuple

from tests.benchmarks.analyzer.scenarios import CHANGED, COLD, ONE_FILE, WARM

MIDDLING, LARGE = 100_000, 1_000_000
"""In lines: from here on a tree is middling, or large."""


class Target(NamedTuple):
    """The largest ratio that is good enough, by the size of the tree."""

    small: float
    middling: float
    large: float

    def at(self, lines: int) -> float:
        """The one for a tree of so many lines."""
        return self.small if lines < MIDDLING else self.middling if lines < LARGE else self.large


def _everywhere(ratio: float) -> Target:
    return Target(ratio, ratio, ratio)


TARGETS = {
    (COLD, "ruff F"): Target(5, 3, 1),
    (COLD, "ruff default"): Target(3, 1, 0.4),
    (COLD, "Fixit, 1 rule"): Target(0.02, 0.01, 0.005),
    (COLD, "semgrep, 1 rule"): _everywhere(0.2),
    (COLD, "bandit B603"): Target(0.15, 0.08, 0.03),
    (WARM, "ruff F"): Target(1.5, 1, 0.3),
    (CHANGED, "ruff F"): Target(2, 1.5, 0.35),
    (ONE_FILE, "ruff default"): _everywhere(2.5),
    (ONE_FILE, "Fixit, 1 rule"): _everywhere(0.05),
    (ONE_FILE, "semgrep, 1 rule"): _everywhere(0.025),
    (ONE_FILE, "bandit B603"): _everywhere(0.2),
}
