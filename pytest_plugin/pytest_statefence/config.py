"""From the command line and the project's policy to what the plugin is to do in this run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_statefence.records import Mode
    from statefence.policy import Policy

OPTION = "--statefence"
OBSERVE = "--statefence-observe"
REPORT = "--statefence-report"
STATE_DIR = "statefence_state_dir"
ALLOW = "statefence_allow"
OFF = "statefence_off"

MARKERS = (
    f'{ALLOW}(glob, reason="..."): files (by the end of their path) or programs about which statefence is to be silent',
    f'{OFF}(reason="..."): statefence does not judge this test',
)


def state_dir_is_shared(config: pytest.Config) -> bool:
    """Whether all tests of a process share one `state_dir`; raises pytest.UsageError for a setting that is none."""
    per = config.getini(STATE_DIR)
    if per not in {"test", "worker"}:
        raise pytest.UsageError(f"{STATE_DIR} = {per}: write test or worker")
    return bool(per == "worker")


def add_options(parser: pytest.Parser) -> None:
    """Declares the plugin's options."""
    group = parser.getgroup("statefence", "statefence: state where the policy wants it")
    group.addoption(
        OPTION,
        dest="statefence",
        choices=("off", "warn", "fail"),
        default=None,
        help="What a test gets that breaks the project's policy: nothing, a line in the summary, or a failure "
        "(default: fail where there is a policy with stores, forbidden paths or variables, else off).",
    )
    parser.addini(STATE_DIR, "Who has a state_dir of its own: each test, or each worker.", default="test")
    group.addoption(
        OBSERVE,
        metavar="FILE",
        default=None,
        help="Write every child that the project's code starts and every file it opens, with the lines that did, "
        "for `statefence map --observed FILE`.",
    )
    group.addoption(
        REPORT,
        metavar="FILE",
        default=None,
        help="Write what statefence found as JSON (its schema: report.schema.json in the plugin's package).",
    )


def settings(asked: str | None, root: Path) -> tuple[Mode, Policy] | None:
    """What to do by which policy; None for nothing. `asked` is the option's value, `root` pytest's root directory.

    Raises pytest.UsageError when the policy cannot be used, or when it was asked for and there is none.
    """
    policy = None if asked == "off" else policy_at(root)
    if asked == "off" or (asked is None and policy is None):
        return None
    from pytest_statefence.records import Mode

    if policy is not None and os.name == "nt":
        raise pytest.UsageError(f"statefence: the plugin needs a POSIX system: run with {OPTION}=off here")
    if policy is not None and (policy.stores or policy.forbidden or policy.variables):
        return Mode(asked or "fail"), policy
    if asked is None:
        return None
    problem = "there is no policy" if policy is None else f"{policy.source} has no stores, forbidden paths or variables"
    raise pytest.UsageError(f"{OPTION}={asked}: {problem} at {root} or above: write one, or run `statefence init`")


def policy_at(root: Path) -> Policy | None:
    """The policy of the project that `root` is in, None without one; raises pytest.UsageError for one that is wrong."""
    if not _may_have_policy(root):
        return None
    from statefence.errors import StatefenceError
    from statefence.policy.load import find, load

    try:
        path = find(root)
        return None if path is None else load(path)
    except StatefenceError as error:
        raise pytest.UsageError(f"statefence: {error}") from error


def _may_have_policy(root: Path) -> bool:
    """A quick look, so that projects without a policy pay for no import."""
    for directory in (root, *root.parents):
        if (directory / "statefence.toml").is_file():
            return True
        project = directory / "pyproject.toml"
        if project.is_file() and b"statefence" in project.read_bytes():
            return True
    return False
