"""The file of `--statefence-report`: stable, versioned, described by `report.schema.json` beside this module."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import Struct

from pytest_statefence.findings import Finding
from pytest_statefence.records import Explanation, TableChange, Violation

VERSION = 1
"""Raised when a field of the file changes."""

SCHEMA = "report.schema.json"


class Line(Struct, frozen=True):
    """A line of the project that is on the stack of who did it; `path` is relative to the policy's directory."""

    path: str
    line: int


class Entry(Struct, frozen=True):
    """A violation.

    Attributes:
        code: the code of the rule that finds the same in the source.
        what: what happened, in words.
        subject: the file, or the program of a spawn.
        forbidden_by: the line of the policy and its reason.
        tables: what changed in a database; rows are null where the table was not there.
        culprits: who did it, in words, the likeliest first.
        lines: the lines of the project on their stacks, the likeliest first.
        explained_by: the findings of `statefence check` at those lines.
    """

    code: str
    what: str
    subject: str
    forbidden_by: str
    tables: tuple[TableChange, ...]
    culprits: tuple[str, ...]
    lines: tuple[Line, ...]
    explained_by: tuple[Explanation, ...]


class TestEntry(Struct, frozen=True):
    """What a phase of a test did; `outcome` is what pytest says of the phase now."""

    nodeid: str
    when: str
    outcome: str
    violations: tuple[Entry, ...]


class RunEntry(Struct, frozen=True):
    """What no test can be blamed for, with the tests that may have done it; times in seconds since the epoch."""

    moment: str
    began: float
    ended: float
    worker: str
    candidates: tuple[str, ...]
    violation: Entry


class Document(Struct, frozen=True):
    """A whole file.

    Attributes:
        policy: the policy's file, relative to `root`.
        mode: what a violation does to a test: `warn` or `fail`.
        not_judged: what could not be told, and why.
        unused_allows: markers that allowed nothing which happened.
        faults: what broke in the plugin; nothing above is complete then.
    """

    version: int
    root: str
    policy: str
    mode: str
    tests: tuple[TestEntry, ...]
    run: tuple[RunEntry, ...]
    not_judged: tuple[str, ...]
    unused_allows: tuple[str, ...]
    faults: tuple[str, ...]


def test_entry(nodeid: str, when: str, outcome: str, violations: Iterable[Violation]) -> TestEntry:
    """What is written of a phase of a test."""
    return TestEntry(nodeid, when, outcome, tuple(map(_entry, violations)))


def run_entry(finding: Finding) -> RunEntry:
    """What is written of a finding of the run."""
    entry = _entry(finding.violation)
    return RunEntry(finding.moment, finding.began, finding.ended, finding.worker, finding.candidates, entry)


def written(document: Document) -> bytes:
    """The file's bytes."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, draft 2020-12, made from the records above."""
    (described,), definitions = msgspec.json.schema_components([Document])
    for definition in definitions.values():  # Python 3.13 takes the indentation off docstrings by itself
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What pytest --statefence-report writes",
        **described,
        "$defs": definitions,
    }


def _entry(violation: Violation) -> Entry:
    return Entry(
        violation.code,
        violation.what,
        violation.subject,
        violation.clause,
        violation.tables,
        violation.culprits,
        tuple(Line(path, line) for path, line in dict.fromkeys(violation.places)),
        violation.explanations,
    )
