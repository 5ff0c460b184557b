"""Which finding of `statefence check` explains what happened. Asked once in a run, and only when something did."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pytest_statefence.records import Explanation, Violation
from statefence.policy import Policy

TIMEOUT = 300
"""Seconds that the analysis of the project may take."""

_MOST = 3

_CHECK = """\
import sys
sys.path[:] = sys.argv.pop(1).splitlines()
from statefence.__main__ import run
sys.exit(run())
"""
"""Started without site, so that the analysis is none of the run's Python children that report to it."""


class _Step(Struct, frozen=True):
    path: str
    line: int


class StaticFinding(Struct, frozen=True):
    """What `check --output-format json` says of a finding, as far as it matters here."""

    code: str
    message: str
    path: str
    line: int
    end_line: int
    trace: tuple[_Step, ...] = ()

    def is_at(self, place: tuple[str, int]) -> bool:
        """Whether a line is one of the finding's."""
        path, line = place
        return path == self.path and self.line <= line <= self.end_line

    def leads_to(self, place: tuple[str, int]) -> bool:
        """Whether a line is one of its trace's."""
        return any((step.path, step.line) == place for step in self.trace)


class _Report(Struct, frozen=True):
    findings: tuple[StaticFinding, ...]


class Explainer:
    """The project's findings, once somebody asked for them.

    Attributes:
        fault: why there are none; empty when they could be had.
    """

    def __init__(self, policy: Policy) -> None:
        self.fault = ""
        self._policy = policy
        self._environ = dict(os.environ)
        self._path = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 -- kept as text
        self._findings: tuple[StaticFinding, ...] | None = None

    def explained(self, violation: Violation) -> Violation:
        """The violation with the findings that explain it."""
        if self._findings is None:
            self._findings = self._ask()
        return replace(violation, explanations=explanations(violation, self._findings))

    def _ask(self) -> tuple[StaticFinding, ...]:
        command = [sys.executable, "-S", "-c", _CHECK, "\n".join(self._path)]
        options = ["check", "--output-format", "json", "--exit-zero", "--no-cache", "--config"]
        try:
            done = subprocess.run(
                [*command, *options, str(self._policy.source)],
                cwd=self._policy.root,
                env=self._environ,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT,
                check=True,
            )
            return msgspec.json.decode(done.stdout, type=_Report).findings
        except subprocess.CalledProcessError as error:
            self.fault = error.stderr.decode(errors="replace").strip() or f"exit status {error.returncode}"
        except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
            self.fault = str(error)
        return ()


def explanations(violation: Violation, findings: Iterable[StaticFinding]) -> tuple[Explanation, ...]:
    """The findings at the lines that did it, the likeliest line first, those of the same code before others.

    A finding of the same code elsewhere explains nothing: it may be of another path. So does one of several that only
    lead to such a line: others call it too.
    """
    findings = tuple(findings)
    found = [finding for place in violation.places for finding in findings if finding.is_at(place)]
    leading = {f for place in violation.places for f in findings if f.leads_to(place) and f.code == violation.code}
    if not any(finding.code == violation.code for finding in found) and len(leading) == 1:
        found += leading
    ordered = sorted(dict.fromkeys(found), key=lambda finding: finding.code != violation.code)
    return tuple(Explanation(f.code, f.path, f.line, f.message) for f in ordered[:_MOST])
