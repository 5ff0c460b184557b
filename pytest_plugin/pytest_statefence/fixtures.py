"""The plugin's fixtures. They work without a policy too, so that a test does not depend on an option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from pytest_statefence.config import policy_at, state_dir_is_shared

if TYPE_CHECKING:
    from pytest_statefence.records import TableChange, Violation
    from pytest_statefence.run import Run
    from statefence.policy import Policy


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


def _scope(fixture_name: str, config: pytest.Config) -> Literal["function", "session"]:  # noqa: ARG001 -- pytest's
    """Of the state directories: each test its own, or all tests of a process one."""
    return "session" if state_dir_is_shared(config) else "function"


@pytest.fixture(scope=_scope)
def state_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty state directory, at which the policy's variables point: the test's own, or the worker's."""
    shared = request.scope == "session"
    base: Path = tmp_path_factory.mktemp("worker") if shared else request.getfixturevalue("tmp_path")
    policy = _policy(request.config)
    if policy is None:
        yield base
        return
    from pytest_statefence.redirect import redirected

    variables, directory = redirected(policy, base)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        directory.mkdir(parents=True, exist_ok=True)
        yield directory


@pytest.fixture(scope=_scope)
def seeded_state_dir(request: pytest.FixtureRequest, state_dir: Path) -> Path:
    """As `state_dir`, with the databases of those stores that have migrations; not those with a placeholder in it."""
    policy = _policy(request.config)
    if policy is not None:
        from pytest_statefence.redirect import databases
        from pytest_statefence.seed import seed

        for store, database in databases(policy):
            seed(database, (Path(policy.root, directory) for directory in store.migrations.values()))
    return state_dir


def _policy(config: pytest.Config) -> Policy | None:
    """The project's policy, also where the tests are not judged by it: they are to stay off the user's own state."""
    run: Run | None = config.pluginmanager.getplugin("statefence-run")
    return policy_at(config.rootpath) if run is None else run.policy
