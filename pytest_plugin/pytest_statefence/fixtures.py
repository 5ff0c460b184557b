"""The plugin's fixtures. They work without a policy too, so that a test does not depend on an option."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_statefence.records import TableChange, Violation
    from pytest_statefence.run import Run


class LiveReport:
    """What a test has done to the state so far. Without a guard it is empty."""

    def __init__(self, run: Run | None) -> None:
        self._run = run

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What happened in this phase of the test that the policy forbids."""
        guard = None if self._run is None else self._run.guard
        return () if guard is None else guard.look()

    def writes(self, store: str) -> Mapping[str, TableChange]:
        """The tables of a store's databases that differ from when the test began, by name.

        Raises pytest.UsageError when the policy has no store of that name, StatefenceError when it cannot be read.
        """
        guard = None if self._run is None else self._run.guard
        if self._run is None or guard is None:
            return {}
        names = [known.name for known in self._run.policy.stores]
        if store not in names:
            raise pytest.UsageError(f"the policy has no store {store!r}: it has {', '.join(names) or 'none'}")
        return guard.written(store)


@pytest.fixture(name="statefence")
def live_report(pytestconfig: pytest.Config) -> LiveReport:
    """What this test has done to the application's state so far."""
    return LiveReport(pytestconfig.pluginmanager.getplugin("statefence-run"))


@pytest.fixture
def state_dir(pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state directory of this test's own, at which the policy's variables point."""
    run: Run | None = pytestconfig.pluginmanager.getplugin("statefence-run")
    if run is None:
        return tmp_path
    from pytest_statefence.redirect import redirected

    variables, directory = redirected(run.policy, tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    directory.mkdir(parents=True, exist_ok=True)
    return directory
