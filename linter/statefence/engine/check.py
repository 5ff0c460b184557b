"""Every selected rule over every module, its hits made into findings, and suppressions applied to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from statefence.engine.checklist import Checklist, checklist
from statefence.engine.enclosing import enclosing_symbol
from statefence.engine.load import Loaded, load
from statefence.engine.meta import UNREADABLE_FILE, UNUSED_IGNORE, misused, unreadable
from statefence.engine.revision import Since
from statefence.engine.selection import selected
from statefence.facts import Reader
from statefence.model import Answer, CreateFile, Finding, Hit, InFile, Place, Safety, Skipped
from statefence.policy.model import Policy
from statefence.project import Module, Past, Project
from statefence.project.sites import EnvKind, PathKind
from statefence.registry import LoadedRule, rules
from statefence.repository import Repository, repository
from statefence.source import Source, read
from statefence.suppressions import Suppression

_RuleHit = tuple[LoadedRule, Hit]


class Report(Struct, frozen=True):
    """What a run says.

    Attributes:
        findings: sorted by path, line, column and code.
        files: how many were analysed.
        skipped: the files and places that were not, with why.
        resolved: how many spawns, opens and statements have a known main answer.
        unresolved: how many have not; these are neither findings nor clean.
        sources: the files by path, for excerpts.
        listing: what the list of the files was made from.
        checklist: what changed in the schema since a revision, and the steps of that; None when none was named.
    """

    findings: tuple[Finding, ...]
    files: int
    skipped: tuple[Skipped, ...]
    resolved: int
    unresolved: int
    sources: dict[str, Source]
    listing: bytes = b""
    checklist: Checklist | None = None


def check(
    policy: Policy,
    *,
    overrides: Mapping[str, bytes] = {},
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    reader: Reader | None = None,
    since: Since | None = None,
    past: Past | None = None,
) -> Report:
    """Analyse the whole project and report what the selected rules find in it.

    Args:
        policy: what must hold, and where the project is.
        overrides: bytes to use instead of what is on disk, by path.
        select: codes or prefixes of the rules to run; None means all.
        ignore: codes or prefixes of the rules not to run.
        reader: how files are parsed; by default in this process, remembering nothing.
        since: the revision that migrations are compared with, and what changed since it.
        past: what an earlier run found out, of which only what no longer holds is found out anew.

    Raises:
        UsageError: an unknown code, nothing to analyse.
        PolicyError: the policy does not fit the project.
    """
    every = rules()
    running = selected(every, select, ignore)
    loaded = load(policy, overrides, reader, since.migrations if since else (), past)
    asked = any(rule.rule.check_repository for rule in running)
    known_to_git = repository(policy, loaded.tracked, overrides) if asked else Repository()
    findings = _once(_findings(loaded, known_to_git, policy, running, frozenset(rule.code for rule in every)))
    resolved, unresolved = resolution(loaded.project)
    return Report(
        tuple(sorted(findings, key=_order)),
        len(loaded.project.modules),
        (*loaded.skipped, *([Skipped(".", known_to_git.problem)] if known_to_git.problem else ())),
        resolved,
        unresolved,
        loaded.sources,
        loaded.listing,
        checklist(since.name, since.migrations, loaded.project, policy, since.changed) if since else None,
    )


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Of findings that say the same of one place and only come there by other ways, the one with the shortest way."""
    found: dict[Finding, Finding] = {}
    for finding in findings:
        said = replace(finding, trace=())
        known = found.setdefault(said, finding)
        if len(finding.trace) < len(known.trace):
            found[said] = finding
    return found.values()


def within(report: Report, paths: Sequence[str]) -> Report:
    """The report with only those findings that stand in one of `paths`; what was analysed and skipped is all kept."""
    return replace(report, findings=tuple(f for f in report.findings if is_within(f.place.path, paths)))


def is_within(path: str, paths: Sequence[str]) -> bool:
    """Whether `path` is one of `paths` or lies below one; the root is `.`, and no paths at all mean everything."""
    return not paths or any(given in {".", path} or path.startswith(f"{given}/") for given in paths)


def resolution(project: Project) -> tuple[int, int]:
    """How many sites of the project have a known main answer, and how many have not."""
    known = [answer for module in project.modules for answer in _known(project, module)]
    return sum(known), len(known) - sum(known)


def _known(project: Project, module: Module) -> Iterator[bool]:
    for spawn in project.spawns(module):
        yield spawn.environments[0].kind is not EnvKind.UNKNOWN
    for opened in project.opens(module):
        yield opened.targets[0].kind is not PathKind.UNKNOWN
    for statement in project.statements(module):
        yield statement.known is Answer.YES


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.place.span
    return finding.place.path, span.line, span.column, finding.code, finding.message


def _findings(
    loaded: Loaded, known_to_git: Repository, policy: Policy, running: Sequence[LoadedRule], known: Collection[str]
) -> Iterator[Finding]:
    by_code = {rule.code: rule for rule in running}
    ordinary = [rule for code, rule in by_code.items() if code not in {UNREADABLE_FILE, UNUSED_IGNORE}]
    by_path = _of_project(loaded.project, known_to_git, policy, ordinary)
    if rule := by_code.get(UNREADABLE_FILE):
        for skipped in loaded.unreadable:
            hit = unreadable(skipped, loaded.sources.get(skipped.path))
            yield _finding(rule, hit, skipped.path, "")
    judged = {rule.code for rule in ordinary} | ({UNREADABLE_FILE} & by_code.keys())
    unreadable_paths = {skipped.path for skipped in loaded.unreadable}

    def left(source: Source, hits: Sequence[_RuleHit]) -> list[_RuleHit]:
        """The hits in a file that nothing suppresses, and what is wrong with its suppressions."""
        kept = [(rule, hit) for rule, hit in hits if not _suppressing(source.suppressions, rule.code, hit)]
        if rule := by_code.get(UNUSED_IGNORE):
            asked = judged - {UNREADABLE_FILE} if source.path in unreadable_paths else judged
            kept += [(rule, hit) for hit in _misuse(source.suppressions, hits, asked, known, policy)]
        return kept

    modules = {module.name: module for module in loaded.project.modules}
    for module in loaded.project.modules:
        found = ((rule, hit) for rule in ordinary for hit in _in_module(rule, module, loaded.project, policy))
        hits = [(rule, _repairable(hit, modules)) for rule, hit in found]
        yield from _module_findings(module, left(module.source, [*hits, *by_path.pop(module.path, ())]))
    for path, source in loaded.project.texts.items():
        yield from (_finding(rule, hit, path, "") for rule, hit in left(source, by_path.pop(path, ())))
    for path, others in by_path.items():
        text = read(Path(policy.root), path) if path == policy.source else None
        shown = left(text, others) if isinstance(text, Source) else others
        yield from (_finding(rule, hit, path, "") for rule, hit in shown)


def _in_module(rule: LoadedRule, module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    return rule.rule.check(module, project, policy) if rule.rule.check else iter(())


def _repairable(hit: Hit, modules: Mapping[str, Module]) -> Hit:
    """The hit, without its repair where that calls what the policy names and its module does not have."""
    inner = [edit.edit if isinstance(edit, InFile) else edit for edit in hit.edits]
    wanted = [needed for edit in inner if not isinstance(edit, CreateFile) for needed in edit.imports]
    is_there = all(each.name is None or _has(modules.get(each.module), each.name) for each in wanted)
    return hit if is_there else replace(hit, edits=())


def _has(module: Module | None, name: str) -> bool:
    """Whether a module's text holds a name; one outside the project is taken to have it."""
    return module is None or re.search(rf"\b{re.escape(name)}\b|import \*", module.source.text) is not None


def _of_project(
    project: Project, known_to_git: Repository, policy: Policy, running: Iterable[LoadedRule]
) -> dict[str, list[_RuleHit]]:
    """What those rules find that look at the project as a whole, or at what git knows of it, by path."""
    found: dict[str, list[_RuleHit]] = {}
    for rule in running:
        for located in rule.rule.check_project(project, policy) if rule.rule.check_project else ():
            found.setdefault(located.path, []).append((rule, located.hit))
        for located in rule.rule.check_repository(known_to_git, policy) if rule.rule.check_repository else ():
            found.setdefault(located.path, []).append((rule, located.hit))
    return found


def _suppressing(suppressions: Iterable[Suppression], code: str, hit: Hit) -> list[Suppression]:
    return [suppression for suppression in suppressions if suppression.covers(code, hit.span.line)]


def _misuse(
    suppressions: Sequence[Suppression],
    hits: Sequence[_RuleHit],
    judged: Collection[str],
    known: Collection[str],
    policy: Policy,
) -> Iterator[Hit]:
    for suppression in suppressions:
        used = {rule.code for rule, hit in hits if suppression.covers(rule.code, hit.span.line)}
        yield from misused(suppression, used, judged, known, reasons=policy.require_reasons)


def _module_findings(module: Module, hits: Sequence[_RuleHit]) -> Iterator[Finding]:
    if not hits:
        return
    symbol = enclosing_symbol(module.name, module.source)
    for rule, hit in hits:
        yield _finding(rule, hit, module.path, symbol(hit.span.line))


def _finding(rule: LoadedRule, hit: Hit, path: str, symbol: str) -> Finding:
    safety = (hit.safety or rule.rule.fix) if hit.edits else Safety.NONE
    place = Place(path, hit.span)
    return Finding(rule.code, rule.name, hit.message, place, symbol, rule.rule.severity, safety, hit.trace, hit.edits)
