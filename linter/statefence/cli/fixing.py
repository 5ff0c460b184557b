"""`check --fix` and `check --diff`: make the repairs, or show them, and say which were refused."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from statefence.engine import Report, check, is_within
from statefence.errors import StatefenceError
from statefence.facts import Reader, Recollection
from statefence.model import Edit, Finding
from statefence.policy import Policy
from statefence.project import Past
from statefence.report.labels import counted
from statefence.report.style import visible

if TYPE_CHECKING:
    from statefence.fix import FixedFile, Outcome


def repair(policy: Policy, report: Report, options: Namespace, paths: Sequence[str], log: TextIO, past: Past) -> bool:
    """Repair what `report` found within `paths`; returns whether a file was changed.

    Raises StatefenceError when a file cannot be written; each file is then either as it was or repaired in whole.
    """
    outcome = _outcome(policy, report, options, paths, past)
    if outcome is None:
        return False
    write_files(policy, outcome.files)
    log.writelines(f"{line}\n" for line in _told(outcome, "Fixed"))
    return bool(outcome.files)


def made(policy: Policy, edits: Sequence[Edit]) -> list[str]:
    """Make edits that are about no finding, and return the paths that were written.

    Raises StatefenceError when one is refused or cannot be written.
    """
    from statefence.fix import FixedFile, changed

    def read(path: str) -> bytes | None:
        place = Path(policy.root, path)
        return place.read_bytes() if place.is_file() else None

    result = changed(read, "", [tuple(edits)])
    if result.refusals[0] is not None:
        raise StatefenceError(f"not made: {result.refusals[0]}")
    write_files(policy, [FixedFile(path, read(path), data, ()) for path, data in result.contents.items()])
    return sorted(result.contents)


def write_files(policy: Policy, files: Iterable[FixedFile]) -> None:
    """Write the files, those that are made first, so that none is named before it is there.

    Raises StatefenceError when one cannot be written; each is then either as it was or whole.
    """
    from statefence.fix import create_atomic, write_atomic

    for file in sorted(files, key=lambda file: file.before is not None):
        if file.before is None:
            create_atomic(Path(policy.root, file.path), file.after)
        else:
            write_atomic(Path(policy.root, file.path), file.after, expected=file.before)


def show(policy: Policy, report: Report, options: Namespace, paths: Sequence[str], past: Past) -> bool:
    """Write the repairs to standard output as a unified diff; returns whether there are any."""
    outcome = _outcome(policy, report, options, paths, past)
    if outcome is None:
        return False
    from statefence.fix import unified

    for file in outcome.files:
        sys.stdout.write(unified(file.path, file.before, file.after))
    sys.stderr.writelines(f"{line}\n" for line in _told(outcome, "Would fix"))
    return bool(outcome.files)


def _outcome(policy: Policy, report: Report, options: Namespace, paths: Sequence[str], past: Past) -> Outcome | None:
    """What fixing comes to; None, without loading the fixer, when no finding has a fix."""

    def chosen(finding: Finding) -> bool:
        return is_within(finding.place.path, paths)

    def findings(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        if not contents:
            return report.findings
        return check(
            policy,
            overrides=contents,
            select=options.select,
            ignore=options.ignore,
            reader=reading_again,
            past=past,
        ).findings

    if not any(finding.edits and chosen(finding) for finding in report.findings):
        return None
    from statefence.fix import fix_project

    reading_again = Reader(Recollection())
    return fix_project(reader(policy, report), findings, unsafe=options.unsafe_fixes, chosen=chosen)


def reader(policy: Policy, report: Report) -> Callable[[str], bytes | None]:
    """A function from a path to the bytes that were analysed, or else to those on disk; None where there is no file.

    It raises StatefenceError for a file that cannot be read.
    """

    def read(path: str) -> bytes | None:
        if path in report.sources:
            return report.sources[path].data
        try:
            return Path(policy.root, path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StatefenceError(f"{path}: cannot be read: {error.strerror}") from error

    return read


def _told(outcome: Outcome, verb: str) -> Iterator[str]:
    for refused in outcome.refused:
        place = refused.finding.place
        yield f"Not fixed: {visible(place.path)}:{place.span.line}: {refused.finding.code}: {visible(refused.reason)}"
    yield f"{verb} {counted(len(outcome.fixed), 'finding')} in {counted(len(outcome.files), 'file')}."
