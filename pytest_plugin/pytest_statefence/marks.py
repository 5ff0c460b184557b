"""The plugin's markers: what a test may do that the policy forbids, with a reason."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from msgspec import Struct

from pytest_statefence.config import ALLOW, OFF


class Allow(Struct, frozen=True):
    """One glob of a marker, and what the marker stands on: a test without its parameters, a class, a module."""

    pattern: str
    on: str = ""

    def covers(self, subject: str) -> bool:
        """Whether a file or program is allowed; a glob without a leading slash is compared from the path's end."""
        return PurePath(subject).match(self.pattern)

    def __str__(self) -> str:
        return f'{ALLOW}("{self.pattern}") of {self.on}'


class Allowance(Struct, frozen=True):
    """What is not held against a test: everything, or what is at `allows`."""

    everything: bool = False
    allows: tuple[Allow, ...] = ()

    def covers(self, subject: str) -> bool:
        """Whether a file or program is allowed."""
        return self.everything or any(allow.covers(subject) for allow in self.allows)

    def names(self) -> tuple[str, ...]:
        """Its globs, with what they stand on."""
        return tuple(map(str, self.allows))

    def used_for(self, subject: str) -> tuple[str, ...]:
        """Those of the names that allow a file or program."""
        return tuple(str(allow) for allow in self.allows if allow.covers(subject))


def allowance_of(item: pytest.Item) -> Allowance:
    """What the markers of a test allow.

    Raises pytest.UsageError, naming the test, for a marker without a reason, or with arguments nobody knows.
    """
    allows: list[Allow] = []
    for node, mark in item.iter_markers_with_node(ALLOW):
        _check(item, mark, '("*.db", reason="...")')
        if not mark.args or not all(isinstance(glob, str) and glob for glob in mark.args):
            raise _error(item, mark, 'it takes globs: write ("*.db", reason="...")')
        allows += [Allow(glob, node.nodeid.partition("[")[0] or "the session") for glob in mark.args]
    off = list(item.iter_markers(OFF))
    for mark in off:
        _check(item, mark, '(reason="...")')
        if mark.args:
            raise _error(item, mark, 'it takes a reason only: write (reason="...")')
    return Allowance(bool(off), tuple(allows))


def _check(item: pytest.Item, mark: pytest.Mark, shape: str) -> None:
    unknown = sorted(mark.kwargs.keys() - {"reason"})
    if unknown:
        raise _error(item, mark, f"unknown argument {unknown[0]!r}: write {shape}")
    reason = mark.kwargs.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise _error(item, mark, f"a reason is missing: write {shape}")


def _error(item: pytest.Item, mark: pytest.Mark, problem: str) -> pytest.UsageError:
    return pytest.UsageError(f"{item.nodeid}: {mark.name}: {problem}")
