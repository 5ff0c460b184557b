"""The pytest plugin of statefence. Hooks only: nothing else is imported until a run has something to guard."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pytest_statefence import config as _config

__all__ = ["pytest_addoption", "pytest_configure", "pytest_load_initial_conftests", "pytest_unconfigure"]

_NAME = "statefence-run"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares `--statefence`."""
    _config.add_option(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Begins to watch before the project's own code is imported."""
    _start(early_config, early_config.known_args_namespace.statefence)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declares markers and fixtures; begins to watch if that has not been possible before."""
    from pytest_statefence import fixtures

    for declaration in _config.MARKERS:
        config.addinivalue_line("markers", declaration)
    config.pluginmanager.register(fixtures, "statefence-fixtures")
    _start(config, config.option.statefence)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops watching."""
    run = config.pluginmanager.getplugin(_NAME)
    if run is not None:
        run.close()


def _start(config: pytest.Config, asked: str | None) -> None:
    if config.pluginmanager.hasplugin(_NAME):
        return
    found = _config.settings(asked, config.rootpath)
    if found is not None:
        from pytest_statefence.run import Run

        config.pluginmanager.register(Run(config, *found), _NAME)
