"""The hooks of what people and programs read of a guarded run, in the process that talks to them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from pytest_statefence import report as reports
from pytest_statefence.annotations import annotation, is_on_github
from pytest_statefence.config import REPORT
from pytest_statefence.document import VERSION, Document, run_entry, test_entry, written
from pytest_statefence.explain import Explainer
from pytest_statefence.findings import Finding
from pytest_statefence.records import Mode, Violation
from pytest_statefence.run import CARRIED, Run
from statefence.policy import Policy

_EXPLAINED = "statefence-explained-by"
_MOST_UNKNOWN = 12


class Reporting:
    """Collects what the tests did, and tells it with the static findings that explain it."""

    def __init__(self, config: pytest.Config, run: Run, mode: Mode, policy: Policy) -> None:
        self._config = config
        self._run = run
        self._mode = mode
        self._fails = mode is Mode.FAIL
        self._policy = policy
        self._explainer = Explainer(policy)
        self._told: list[tuple[pytest.TestReport, tuple[Violation, ...]]] = []
        self._findings: tuple[Finding, ...] = ()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Adds the static findings to a report, before others write it down."""
        if self._is_worker():
            return
        before = msgspec.convert(getattr(report, CARRIED, ()), tuple[Violation, ...])
        if before:
            after = tuple(map(self._explainer.explained, before))
            reports.rewrite(report, before, after)
            self._told.append((report, after))
        if report.when == "teardown":  # what JUnit's file holds of a test
            found = [violation for told, after in self._told if told.nodeid == report.nodeid for violation in after]
            report.user_properties += _explanations(found)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Writes the file of `--statefence-report`."""
        if self._is_worker():
            return
        self._findings = tuple(
            replace(finding, violation=self._explainer.explained(finding.violation)) for finding in self._run.findings
        )
        file = self._config.getoption(REPORT)
        if file is not None:
            path = self._config.invocation_params.dir / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(self._document()))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Everything once more, in short, and what could not be judged."""
        found, remarks = list(self._found_lines()), list(self._remarks())
        if found or remarks or self._run.faults:
            terminalreporter.section("statefence")
        for line in found:
            is_first = not line.startswith(" ")
            terminalreporter.write_line(line, red=is_first and self._fails, yellow=is_first and not self._fails)
        for line in remarks:
            terminalreporter.write_line(line, yellow=True)
        for fault in self._run.faults:
            terminalreporter.write_line(f"statefence itself failed, so this run proves nothing: {fault}", red=True)
        if is_on_github(os.environ):
            for line in self._annotations():
                terminalreporter.write_line(line)

    def _found_lines(self) -> Iterator[str]:
        for told, violations in self._told:
            yield from (f"{told.nodeid} ({told.when}): {reports.line(violation)}" for violation in violations)
        for finding in self._findings:
            yield from reports.finding_lines(finding)

    def _remarks(self) -> Iterator[str]:
        unknown = self._run.not_judged()
        yield from (f"not judged: {line}" for line in unknown[:_MOST_UNKNOWN])
        if len(unknown) > _MOST_UNKNOWN:
            yield f"not judged: {len(unknown) - _MOST_UNKNOWN} more of that kind"
        yield from (f"nothing needed {allow}: remove it" for allow in self._run.unused_allows())
        if self._explainer.fault:
            yield f"not explained, since `statefence check` could not tell: {self._explainer.fault}"

    def _document(self) -> Document:
        return Document(
            VERSION,
            self._policy.root,
            str(self._policy.source),
            self._mode.value,
            tuple(test_entry(told.nodeid, str(told.when), told.outcome, found) for told, found in self._told),
            tuple(map(run_entry, self._findings)),
            self._run.not_judged(),
            self._run.unused_allows(),
            tuple(self._run.faults),
        )

    def _annotations(self) -> Iterator[str]:
        level = "error" if self._fails else "warning"
        root = Path(self._policy.root)
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or self._policy.root)
        for told, violations in self._told:
            for violation in violations:
                message = f"{told.nodeid} ({told.when})\n{reports.text([violation])}"
                yield annotation(violation, message, level, root, workspace)
        for finding in self._findings:
            yield annotation(finding.violation, "\n".join(reports.finding_lines(finding)), level, root, workspace)

    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")


def _explanations(violations: Iterable[Violation]) -> list[tuple[str, object]]:
    found = dict.fromkeys(str(each) for violation in violations for each in violation.explanations)
    return [(_EXPLAINED, text) for text in found]
