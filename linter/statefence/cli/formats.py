"""The formats of `check`; only the chosen one's module is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from statefence.cli.output import paint
from statefence.engine import Report
from statefence.registry import LoadedRule

FOR_PEOPLE = frozenset({"full", "concise"})
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson")
_FOR_CODE_HOSTS = frozenset({"github", "gitlab", "sarif"})


def formatted(report: Report, name: str, root: str, ran: Callable[[], tuple[LoadedRule, ...]]) -> Iterable[str]:
    """The lines of the report in the format of that name, one of `FORMATS`.

    Args:
        report: what was found.
        name: the format. Those for code hosts have paths as seen from the top of the git repository.
        root: the project's root.
        ran: gives the rules that ran.
    """
    if name in _FOR_CODE_HOSTS:
        from statefence.report.rebase import rebased

        report = rebased(report, _below_repository(Path(root).resolve()))
    if name == "sarif":
        return _sarif(report, ran())
    return _PRINTERS[name](report)


def _below_repository(root: Path) -> str:
    """The root seen from the top of its git repository; empty when it is the top, or in none."""
    for above in (root, *root.parents):
        if (above / ".git").exists():
            return "" if above == root else root.relative_to(above).as_posix()
    return ""


def _sarif(report: Report, ran: tuple[LoadedRule, ...]) -> Iterator[str]:
    from statefence.docs import page
    from statefence.report.sarif import sarif

    yield sarif(report, ran, page)


def _full(report: Report) -> Iterator[str]:
    from statefence.report.full import full

    return full(report, paint())


def _concise(report: Report) -> Iterator[str]:
    from statefence.report.concise import concise

    return concise(report)


def _json(report: Report) -> Iterator[str]:
    from statefence.report.json import findings_json

    yield findings_json(report)


def _json_lines(report: Report) -> Iterator[str]:
    from statefence.report.json_lines import json_lines

    return json_lines(report)


def _github(report: Report) -> Iterator[str]:
    from statefence.report.github import github

    return github(report)


def _gitlab(report: Report) -> Iterator[str]:
    from statefence.report.gitlab import gitlab

    yield gitlab(report)


def _junit(report: Report) -> Iterator[str]:
    from statefence.report.junit import junit

    yield junit(report)


def _rdjson(report: Report) -> Iterator[str]:
    from statefence.report.rdjson import rdjson

    yield rdjson(report)


_PRINTERS: dict[str, Callable[[Report], Iterator[str]]] = {
    "full": _full,
    "concise": _concise,
    "json": _json,
    "json-lines": _json_lines,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "rdjson": _rdjson,
}
