"""The analyzers that are compared, as data: the program, its arguments, and what is known of how it ends."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.analyzer.trees import POLICY

HERE = Path(__file__).parent
PYFLAKES = "E4,E7,E9,F"


class Tool(NamedTuple):
    """One analyzer with one set of rules.

    Attributes:
        name: what the tables call it.
        program: its file name, looked for beside the interpreter that runs the benchmark.
        arguments: what it is given before the paths; `{home}` stands for a directory of its own.
        remembers: whether it keeps anything between runs, so that a second run may cost less than the first.
        always_whole: whether it is given no paths, since it always analyses the whole project.
        fine: the exit codes of a run that did its work, with findings or without.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    remembers: bool = False
    always_whole: bool = False
    fine: frozenset[int] = frozenset({0, 1})

    def command(self, programs: Path, home: Path, path: str) -> list[str]:
        """What to run for a path, relative to the tree; `.` for all of it."""
        words = [word.format(home=home) for word in self.arguments]
        return [str(programs / self.program), *words, *(() if self.always_whole else (path,))]


STATEFENCE = Tool("statefence", "statefence", ("check", "--config", POLICY), remembers=True, always_whole=True)
WITHOUT_POLICY = Tool("statefence, no policy", "statefence", ("check",), remembers=True, always_whole=True)
RUFF = ("check", "--isolated", "--cache-dir", "{home}/ruff")
SEMGREP = ("scan", "--config", str(HERE / "spawn.yml"), "--metrics=off", "--disable-version-check", "--no-git-ignore")
PYLINT = (f"--rcfile={os.devnull}", "--recursive=y", "--disable=all", "--enable=subprocess-run-check")
TOOLS = (
    STATEFENCE,
    WITHOUT_POLICY,
    Tool("ruff F", "ruff", (*RUFF, "--select", PYFLAKES), remembers=True),
    Tool("ruff default", "ruff", RUFF, remembers=True),
    Tool("Fixit, 1 rule", "fixit", ("--rules", "fixit.rules.use_fstring", "lint")),
    Tool("semgrep, 1 rule", "semgrep", SEMGREP),
    Tool("bandit B603", "bandit", ("-q", "-t", "B603", "-r")),
    Tool("pylint, 1 check", "pylint", PYLINT, fine=frozenset(range(32)) - {1}),
)


def present(tools: Iterable[Tool], programs: Path) -> tuple[Tool, ...]:
    """Those tools that are installed in a directory of programs."""
    return tuple(tool for tool in tools if (programs / tool.program).exists())


def environment(programs: Path, home: Path) -> dict[str, str]:
    """What every tool gets: a home and caches of its own, so that nothing of the user's is read or written."""
    own = {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PYLINTHOME")}
    path = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
    return {**own, "PATH": path, "LANG": "C.UTF-8", "SEMGREP_SETTINGS_FILE": str(home / "semgrep.yml")}
