"""The hooks of a run that is guarded."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_statefence import report as reports
from pytest_statefence.after_run import ends_with_pytest, watch_exit
from pytest_statefence.findings import Finding, Package, Span, merged, packed, unpacked
from pytest_statefence.guard import Guard
from pytest_statefence.marks import Allowance, allowance_of
from pytest_statefence.post import Post
from pytest_statefence.private import is_private
from pytest_statefence.records import Judgement, Mode, Violation
from pytest_statefence.system import SYSTEM
from statefence.policy import Policy

_ALLOWANCE = pytest.StashKey[Allowance]()
_WRONG = pytest.StashKey[pytest.UsageError]()
_FOUND = pytest.StashKey[dict[str, tuple[Violation, ...]]]()
_CHANNEL = "statefence"
_LAST_WORDS = "statefence_last_words"
"""The entry of a worker's input that says where it writes down what its exit handlers did."""
CARRIED = "statefence_violations"
"""The attribute of a report in which violations cross to the process that talks to the user."""
_PROPERTY = "statefence"
_FIXTURE = "statefence"


class Run:
    """One run of pytest, or one worker of it. The process that only starts workers watches until they start.

    Attributes:
        findings: what no test can be blamed for; complete when the session is finished.
        faults: what broke in the plugin, as a set that keeps its order.
    """

    def __init__(self, config: pytest.Config, mode: Mode, policy: Policy, post: Post) -> None:
        self.policy = policy
        self.guard: Guard | None = Guard(policy, post)
        self._post = post
        self._config = config
        self._mode = mode
        self._worker = ""
        self._last_words: dict[str, Path] = {}
        self.findings: list[Finding] = []
        self._unknown: dict[str, None] = {}
        self.faults: dict[str, None] = {}
        self._allows: dict[str, bool] = {}
        self._nowhere: frozenset[str] | None = None
        self._spans: list[Span] = []
        self._has_failed = False
        self._last = "nothing"
        self._began = self._before = SYSTEM.time()
        self._ends_with_pytest = ends_with_pytest()
        self._on: tuple[pytest.Item, str, bool] | None = None
        if self._ends_with_pytest:
            watch_exit(self._exit_lines, fails=mode is Mode.FAIL)

    def close(self) -> None:
        """Ends the guard, unless the process goes on to its exit handlers."""
        if not self._ends_with_pytest:
            self._close()

    def _close(self) -> None:
        if self.guard is not None:
            self.guard.close()
            self.guard = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """What happened until now was done by configuration and conftest files."""
        self._worker = getattr(self._config, "workerinput", {}).get("workerid", "")
        self._of_run("while conftest files and plugins were imported")
        if self._starts_workers():
            self._close()
            if not self._post.sightings:
                self._post.withdraw()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Collection imports the test modules."""
        try:
            return (yield)
        finally:
            self._of_run("during collection")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Reads every test's markers, so that a wrong one is told before anything runs."""
        for item in items:
            try:
                item.stash[_ALLOWANCE] = allowance_of(item)
            except pytest.UsageError as error:
                if not self._worker:
                    raise
                item.stash[_WRONG] = error  # a worker that ends here would only be told of as one that crashed

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """The first phase of a test, with the fixtures it is the first to need."""
        if self.guard is not None and not self.guard.is_quiet():
            self._of_run(f"after {self._last} and before {item.nodeid}")
        item.stash[_FOUND] = {}
        if _WRONG in item.stash:
            raise item.stash[_WRONG]
        if self.guard is not None:
            self.guard.begin(item.nodeid, keep_all=_FIXTURE in getattr(item, "fixturenames", ()))
        return (yield from self._phase(item, "setup", is_leaving=False))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """The test itself."""
        return (yield from self._phase(item, "call", is_leaving=False))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """The last phase of a test, with the fixtures nobody needs after it."""
        self._last = item.nodeid
        is_leaving = nextitem is None or nextitem.parent is not item.parent
        return (yield from self._phase(item, "teardown", is_leaving=is_leaving))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """What a fixture does that more tests than one use is told by its name, with the test that needs it first."""
        if fixturedef.scope == "function" or self.guard is None:
            return (yield)
        self._found_so_far("")
        before = self.guard.enter(_fixture_text(fixturedef))
        try:
            return (yield)
        finally:
            self._found_so_far(f"the setup of {_fixture_text(fixturedef)}")
            self.guard.enter(before)

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """The same for its teardown, which comes after that of the test's own fixtures."""
        if self._on is not None and (fixturedef.scope != "function" or self._on[2]):
            self._found_so_far(f"the teardown of {_fixture_text(fixturedef)}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Puts what a phase did into its report, after everybody else has had their say."""
        report = yield
        if call.when == "call" and not (report.skipped and not hasattr(report, "wasxfail")):
            for allow in item.stash.get(_ALLOWANCE, Allowance()).names():
                self._allows.setdefault(allow, False)
        violations = item.stash.get(_FOUND, {}).pop(call.when, ())
        if violations:
            (reports.fail if self._mode is Mode.FAIL else reports.note)(report, violations)
            lines = [reports.line(violation) for violation in violations]
            setattr(report, CARRIED, msgspec.to_builtins(violations))
            for properties in (report.user_properties, item.user_properties):  # JUnit's file reads the last phase's
                properties.extend((_PROPERTY, line) for line in lines)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remembers, in the process that talks to the user, when tests ran, and whether any did what it must not."""
        self._has_failed = self._has_failed or hasattr(report, CARRIED)
        if self._starts_workers():
            self._spans.append(Span(report.nodeid, report.start, report.stop))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Takes in what a worker found outside its tests."""
        self._take_in(unpacked(getattr(node, "workeroutput", {}).get(_CHANNEL, {})))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 -- xdist need not be installed
        """Tells a worker where to write what happens in it when it can no longer send anything."""
        worker = node.workerinput["workerid"]
        self._last_words[worker] = Path(self._post.last_words(worker))
        node.workerinput[_LAST_WORDS] = str(self._last_words[worker])

    def _hear_last_words(self) -> None:
        """Takes in what exit handlers of the workers did, whose processes have ended by now."""
        for worker, path in self._last_words.items():
            try:
                self._take_in(msgspec.json.decode(path.read_bytes(), type=Package))
            except (OSError, msgspec.DecodeError):
                self._unknown[f"what exit handlers of {worker} did: it ended without telling"] = None

    def _take_in(self, package: Package) -> None:
        self.findings += package.findings
        if package.nowhere is not None:
            self._nowhere = package.nowhere if self._nowhere is None else self._nowhere & package.nowhere
        self._unknown.update(dict.fromkeys(package.unknown))
        self.faults.update(dict.fromkeys(package.faults))
        for allow, is_used in package.allows.items():
            self._allows[allow] = is_used or self._allows.get(allow, False)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """What happened after the last test; the run fails for what is nobody's."""
        self._of_run(f"after {self._last}, the last test")
        self._hear_last_words()
        if self.guard is not None:
            self._nowhere = self.guard.nowhere()
            self._unknown.update((f"what it does after the run: {line}", None) for line in self.guard.running())
        findings = merged(self.findings, self._spans) if self._starts_workers() else tuple(self.findings)
        self.findings = list(findings)
        if self._worker:
            nowhere = self._nowhere or frozenset()
            package = Package(findings, nowhere, tuple(self._unknown), tuple(self.faults), self._allows)
            self._config.workeroutput[_CHANNEL] = packed(package)  # type: ignore[attr-defined] # xdist adds it
        failed = ((findings or self._has_failed) and self._mode is Mode.FAIL) or self.faults  # a rerun heals nothing
        if failed and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def not_judged(self) -> tuple[str, ...]:
        """What could not be told, and why."""
        nowhere = (f"{clause}: it is nowhere in the environments of this run" for clause in sorted(self._nowhere or ()))
        return (*nowhere, *self._unknown)

    def unused_allows(self) -> tuple[str, ...]:
        """The markers that allowed nothing which happened in this run."""
        return tuple(sorted(allow for allow, is_used in self._allows.items() if not is_used))

    def _phase(self, item: pytest.Item, when: str, *, is_leaving: bool) -> Generator[None, object, object]:
        self._on = item, when, is_leaving
        try:
            return (yield)
        finally:
            if when == "call" or self._may_have_acted(item, when, is_leaving=is_leaving):
                self._found_so_far("")
            self._on = None

    def _may_have_acted(self, item: pytest.Item, when: str, *, is_leaving: bool) -> bool:
        """Whether a setup or a teardown is worth a look; what is not seen now is seen, and dated, by the next."""
        if self.guard is None or not self.guard.is_quiet():
            return True
        return when == "teardown" and (is_leaving or _uses_fixtures(item))

    def _found_so_far(self, by: str) -> None:
        """Lays what happened since the last look to the phase of the test that is on, done `by` a part of it."""
        judgement = self._take()
        if self._on is None:
            for violation in judgement.violations:
                self._add_finding(violation, by, ())
            return
        if not judgement.violations:
            return
        item, when, _ = self._on
        allowance = item.stash.get(_ALLOWANCE, Allowance())
        violations = (replace(v, culprits=(by, *v.culprits)) if by else v for v in judgement.violations)
        judged = tuple(v for v in violations if not allowance.covers(v.subject))
        for violation in judgement.violations:
            self._allows.update(dict.fromkeys(allowance.used_for(violation.subject), True))
        found = item.stash[_FOUND]
        found[when] = (*found.get(when, ()), *self._own(judged, item.nodeid))

    def _own(self, violations: tuple[Violation, ...], nodeid: str) -> tuple[Violation, ...]:
        """Those of the violations that are surely the test's; the others become findings of the run."""
        own = []
        for violation in violations:
            if self._worker and not is_private(violation, self._config.getoption("basetemp"), self._worker):
                moment, names = "on files that several workers share", (nodeid, *violation.candidates)
                self._add_finding(violation, moment, names)
            elif violation.candidates:
                self._add_finding(violation, f"during {nodeid}, maybe not by it", violation.candidates)
            else:
                own.append(violation)
        return tuple(own)

    def _exit_lines(self) -> list[str]:
        """What exit handlers did, unless the process that started this worker is told; the guard has no more to do."""
        self.findings.clear()
        self._unknown.clear()
        self._of_run("after the run, by an exit handler or a thread")
        self._close()
        if self._worker and self._has_told():
            return []
        violations = [finding.violation for finding in self.findings]
        return [text for violation in violations for text in (reports.line(violation), *violation.culprits)]

    def _has_told(self) -> bool:
        """Whether what was found after the run could be written where the process that started this worker reads it."""
        told = self._config.workerinput.get(_LAST_WORDS)  # type: ignore[attr-defined] # xdist adds it
        if told is None:
            return False
        path = Path(told)
        package = Package(tuple(self.findings), None, tuple(self._unknown), tuple(self.faults))
        try:
            path.with_suffix(".new").write_bytes(msgspec.json.encode(package))
            path.with_suffix(".new").replace(path)
        except OSError:
            return False
        return True

    def _of_run(self, moment: str) -> None:
        for violation in self._take().violations:
            self._add_finding(violation, moment, ())

    def _add_finding(self, violation: Violation, moment: str, candidates: tuple[str, ...]) -> None:
        self.findings.append(Finding(violation, moment, self._before, self._began, self._worker, candidates))

    def _take(self) -> Judgement:
        if self.guard is None:
            return Judgement()
        judgement = self.guard.take()
        self._before, self._began = self._began, SYSTEM.time()
        self._unknown.update(dict.fromkeys(judgement.unknown))
        self.faults.update(dict.fromkeys(self.guard.faults()))
        return judgement

    def _starts_workers(self) -> bool:
        return self._config.pluginmanager.hasplugin("dsession")


def _uses_fixtures(item: pytest.Item) -> bool:
    """Whether anything is torn down after the test; parameters are not."""
    callspec = getattr(item, "callspec", None)
    given = () if callspec is None else callspec.params
    return any(name not in given for name in getattr(item, "fixturenames", ["unknown"]))


def _fixture_text(fixturedef: pytest.FixtureDef[Any]) -> str:
    return f"the {fixturedef.scope} fixture `{fixturedef.argname}`"
