"""One small report, with a fixable finding in a file with odd characters, its trace, and a skipped file."""

from __future__ import annotations

import pytest

from statefence.engine import Report
from statefence.model import Finding, Place, Safety, Severity, Skipped, Span, Step
from statefence.source import Source

RUNNER = "import subprocess\n\nname = '\u4e2d'; subprocess.run(command, env=block)\n"
BLOCKS = "block = {\n    'PATH': '/bin',\n}\n"


@pytest.fixture
def finding() -> Finding:
    start, end = (len(RUNNER.splitlines()[2].partition(mark)[0].encode()) for mark in ("subprocess", "\n"))
    return Finding(
        code="SF101",
        name="partial-spawn-env",
        message="the child does not get APP_HOME",
        place=Place("src/run.py", Span(3, start, 3, end)),
        symbol="app.run",
        severity=Severity.ERROR,
        fix=Safety.SAFE,
        trace=(Step(Place("src/blocks.py", Span(1, 8, 3, 1)), "the block is made here"),),
    )


@pytest.fixture
def other() -> Finding:
    return Finding(
        code="SF001",
        name="unreadable-file",
        message="this file was not analysed: binary",
        place=Place("b.py", Span(1, 0, 1, 0)),
        symbol="",
        severity=Severity.WARNING,
        fix=Safety.NONE,
    )


@pytest.fixture
def report(finding: Finding, other: Finding) -> Report:
    sources = {path: Source(path, text.encode()) for path, text in (("src/run.py", RUNNER), ("src/blocks.py", BLOCKS))}
    return Report((other, finding), 2, (Skipped("b.py", "binary"),), 3, 1, sources)


@pytest.fixture
def clean() -> Report:
    return Report((), 2, (), 3, 0, {})
