"""The hooks that decide whether there is a run to guard. Nothing else is imported until there is."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_statefence import config as _config

if TYPE_CHECKING:
    from pytest_statefence.post import Post

__all__ = ["pytest_addoption", "pytest_configure", "pytest_load_initial_conftests", "pytest_unconfigure"]

_RUN = "statefence-run"
_REPORTING = "statefence-reporting"
_OBSERVATION = "statefence-observation"
_POST: pytest.StashKey[Post] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the plugin's options."""
    _config.add_options(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Begins to watch before the project's own code is imported."""
    _start(early_config, early_config.known_args_namespace)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declares markers and fixtures; begins to watch if that has not been possible before."""
    from pytest_statefence import fixtures

    for declaration in _config.MARKERS:
        config.addinivalue_line("markers", declaration)
    config.pluginmanager.register(fixtures, "statefence-fixtures")
    _start(config, config.option)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops watching."""
    for name in (_OBSERVATION, _RUN):
        plugin = config.pluginmanager.getplugin(name)
        if plugin is not None:
            plugin.close()
    post = config.stash.get(_POST, None)
    if post is not None:
        post.close()


def _start(config: pytest.Config, options: Namespace) -> None:
    if _POST in config.stash:
        return
    found = _config.settings(options.statefence, config.rootpath)
    if found is None and options.statefence_observe is None:
        return
    from pytest_statefence.post import Post

    policy = _config.policy_at(config.rootpath) if found is None else found[1]
    root = str(config.rootpath) if policy is None else policy.root
    post = config.stash[_POST] = Post(root, observe=options.statefence_observe is not None)
    if found is not None:
        from pytest_statefence.reporting import Reporting
        from pytest_statefence.run import Run

        run = Run(config, *found, post)
        config.pluginmanager.register(run, _RUN)
        config.pluginmanager.register(Reporting(config, run, *found), _REPORTING)
    if post.sightings:
        from pytest_statefence.observation import Observation

        file = config.invocation_params.dir / options.statefence_observe
        config.pluginmanager.register(Observation(file, post, root, policy, options.basetemp), _OBSERVATION)
