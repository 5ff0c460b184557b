"""Violations that no test can be blamed for, and how those of several processes become one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from pytest_statefence.records import Violation


class Finding(Struct, frozen=True):
    """A violation of the run, not of one test. `began` and `ended` (seconds since the epoch) say when it happened.

    Attributes:
        moment: when, in words, such as `during collection`.
        worker: the process that saw it; empty when there is only one.
        candidates: the tests that may have done it.
    """

    violation: Violation
    moment: str
    began: float
    ended: float
    worker: str = ""
    candidates: tuple[str, ...] = ()


class Span(Struct, frozen=True):
    """When a test, or a phase of it, ran, in seconds since the epoch."""

    nodeid: str
    began: float
    ended: float


class Package(Struct, frozen=True):
    """What a worker sends to the process that started it, when it ends.

    Attributes:
        nowhere: the clauses of the policy whose files were nowhere in every environment of the worker; None
            where that has been told before.
        allows: the markers of tests that ran, and whether they allowed anything.
    """

    findings: tuple[Finding, ...] = ()
    nowhere: frozenset[str] | None = frozenset()
    unknown: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    allows: dict[str, bool] = {}


def packed(package: Package) -> object:
    """A package in plain types, which any channel can carry."""
    return msgspec.to_builtins(package)


def unpacked(data: object) -> Package:
    """The package that was `packed`."""
    return msgspec.convert(data, Package)


def merged(findings: Iterable[Finding], spans: Iterable[Span]) -> tuple[Finding, ...]:
    """One finding for each violation that several workers saw on shared files.

    It happened while all of them say it did, and its candidates are the tests that ran then, in any worker.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        violation = finding.violation
        groups.setdefault((violation.code, violation.subject, violation.what), []).append(finding)
    spans = tuple(spans)
    return tuple(_one(group, spans) for group in groups.values())


def _one(group: list[Finding], spans: tuple[Span, ...]) -> Finding:
    began, ended = max(finding.began for finding in group), min(finding.ended for finding in group)
    if began > ended:  # seen at different times: it happened more than once
        began, ended = min(finding.began for finding in group), max(finding.ended for finding in group)
    first = group[0]
    seen = {span.nodeid for span in spans if span.began <= ended and span.ended >= began}
    candidates = seen | {candidate for finding in group for candidate in finding.candidates}
    if not first.worker:
        candidates = set(first.candidates)
    return msgspec.structs.replace(first, began=began, ended=ended, candidates=tuple(sorted(candidates)))
