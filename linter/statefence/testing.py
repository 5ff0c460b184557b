"""The proof that a rule does what its cases say. Public: rule packs of others test themselves with it.

    CASES = {name: (rule, case) for name, rule, case in parameters(pack_rules("acme_rules"))}

    @pytest.mark.parametrize("name", CASES)
    def test_case(name):
        check_case(*CASES[name])

A case is analysed as a project of its own, whose only files are the case's; they are never written anywhere.
"""

from __future__ import annotations

import io
import re
import textwrap
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct, structs

from statefence.cases import Expected, Marker, read_files
from statefence.model import Edit, FileHit, Hit, Safety
from statefence.policy import Policy
from statefence.policy.load import load_text
from statefence.registry import LoadedRule
from statefence.rule import Bad, Files, Good, RepositoryCheck
from statefence.source import Source, decoded

ROUNDS = 4
"""How often fixes are applied, at most: edits of one call may have to wait for one another."""

if TYPE_CHECKING:
    from statefence.project import Module, Project

_ENGINE_RULES = frozenset({"SF001", "SF002"})
_ROOT = "/case"
_POLICY_FILE = "statefence.toml"


class Found(Struct, frozen=True):
    """A finding, as far as a case says anything of it."""

    path: str
    line: int
    message: str
    edits: tuple[Edit, ...]
    fix: Safety

    def fits(self, marker: Marker) -> bool:
        """Whether it is the finding that the marker expects."""
        return (self.path, self.line) == (marker.path, marker.line) and marker.fragment in self.message


def parameters(rules: Iterable[LoadedRule]) -> Iterator[tuple[str, LoadedRule, Good | Bad]]:
    """Every case of the rules with its identifier, `SF101-literal-block`."""
    for rule in rules:
        for case in rule.rule.cases:
            title = re.sub(r"[^a-z0-9]+", "-", case.title.lower()).strip("-")
            yield f"{rule.code}-{title}", rule, case


def check_case(rule: LoadedRule, case: Good | Bad) -> None:
    """Prove one case; raises AssertionError that says what differs.

    The findings stand exactly on the marked lines; fixing gives exactly the expected text, which compiles, holds every
    comment it held before, and in which only the findings still marked remain.
    """
    found = check_findings(rule, case.files, case.policy)
    marked = bool(read_files(case.files).markers)
    if isinstance(case, Good):
        _require(not marked, "a good case has a marker")
        return
    _require(marked, "a bad case has no marker")
    if case.fixed is not None:
        _check_fix(rule, read_files(case.files).files, read_files(case.fixed), read_policy(case.policy))
        return
    offered = [edit for each in found for edit in each.edits]
    _require(not offered, f"a fix is offered, and the case expects none: {offered}")


def check_findings(rule: LoadedRule, files: Files, policy: str = "") -> list[Found]:
    """Prove that the findings stand exactly on the marked lines, whatever their fixes do, and return them."""
    expected = read_files(files)
    found = _findings(rule, expected.files, read_policy(policy))
    _compare(found, expected.markers, expected.files)
    return found


def read_policy(text: str) -> Policy:
    """The policy of a case; raises PolicyError."""
    return load_text(textwrap.dedent(text), root=_ROOT, source="statefence.toml")


def _check_fix(rule: LoadedRule, before: Mapping[str, str], expected: Expected, policy: Policy) -> None:
    fixed = _fixed(rule, before, policy)
    wanted = {**before, **expected.files}
    for path in dict.fromkeys((*wanted, *fixed)):
        _require(fixed.get(path) == wanted.get(path), _difference(path, wanted.get(path, ""), fixed.get(path, "")))
    for path in (path for path in fixed if path.endswith(".py")):
        _must_compile(path, fixed[path])
        lost = _comments(path, before.get(path, "")) - _comments(path, fixed[path])
        _require(not lost, f"{path}: the fix loses comments: {', '.join(lost)}")
    _compare(_findings(rule, fixed, policy), expected.markers, fixed)


def _fixed(rule: LoadedRule, files: Mapping[str, str], policy: Policy) -> dict[str, str]:
    """The files after every fix; what is found anew after one round of them waits for the next."""
    texts = dict(files)
    for _ in range(ROUNDS):
        found = [each for each in _findings(rule, texts, policy) if each.edits]
        if not found:
            break
        changes: dict[str, str] = {}
        for path in dict.fromkeys(each.path for each in found):
            if path not in changes:
                changes |= _after(path, texts | changes, found)
        texts |= changes
    return texts


def _after(path: str, texts: Mapping[str, str], found: Sequence[Found]) -> dict[str, str]:
    """The files that change when the findings of the one at `path` are fixed."""
    from statefence.fix import changed

    contents = {name: text.encode() for name, text in texts.items()}
    groups = tuple(dict.fromkeys(each.edits for each in found if each.path == path))
    result = changed(contents.get, path, groups)
    _require(any(reason is None for reason in result.refusals), f"{path}: the fix is refused: {result.refusals}")
    changes = {name: data.decode() for name, data in result.contents.items() if data != contents.get(name)}
    _require(bool(changes), f"{path}: no edit was made: {result.refusals}")
    return changes


def _findings(rule: LoadedRule, files: Mapping[str, str], policy: Policy) -> list[Found]:
    """What the rule finds in these files, sorted by place."""
    data = {path: text.encode() for path, text in files.items()}
    if rule.rule.check_repository:
        found = _of_the_repository(rule.rule.check_repository, rule, data, policy)
    else:
        found = _of_the_run(rule, data, policy) if rule.code in _ENGINE_RULES else _of_the_check(rule, data, policy)
    return sorted(found, key=lambda each: (each.path, each.line, each.message))


def _of_the_check(rule: LoadedRule, data: Mapping[str, bytes], policy: Policy) -> Iterator[Found]:
    from statefence.project import analyse

    sources = [decoded(path, content) for path, content in sorted(data.items())]
    project = analyse(tuple(source for source in sources if isinstance(source, Source)), policy)
    hits = [
        FileHit(module.path, hit) for module in project.modules for hit in _in_module(rule, module, project, policy)
    ]
    hits += rule.rule.check_project(project, policy) if rule.rule.check_project else ()
    yield from (_as_found(rule, each) for each in hits)


def _of_the_repository(
    check: RepositoryCheck, rule: LoadedRule, data: Mapping[str, bytes], policy: Policy
) -> Iterator[Found]:
    """What the rule finds in a repository that tracks whatever of the files it does not ignore.

    The policy may be among the files, so that findings can stand in it.
    """
    from tempfile import TemporaryDirectory

    from statefence.discover import files, git
    from statefence.repository import repository

    with TemporaryDirectory() as root:
        for path, content in data.items():
            Path(root, path).parent.mkdir(parents=True, exist_ok=True)
            Path(root, path).write_bytes(content)
        git(root, "init", "--quiet")
        git(root, "add", "--all")
        own = data.get(_POLICY_FILE)
        known = structs.replace(policy, root=root)
        if own is not None:
            known = load_text(own.decode(), root=root, source=_POLICY_FILE)
        for hit in check(repository(known, files(known).tracked), known):
            yield _as_found(rule, hit)


def _as_found(rule: LoadedRule, located: FileHit) -> Found:
    hit = located.hit
    fix = (hit.safety or rule.rule.fix) if hit.edits else Safety.NONE
    return Found(located.path, hit.span.line, hit.message, hit.edits, fix)


def _in_module(rule: LoadedRule, module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    return rule.rule.check(module, project, policy) if rule.rule.check else iter(())


def _of_the_run(rule: LoadedRule, data: Mapping[str, bytes], policy: Policy) -> Iterator[Found]:
    """The engine itself reports what it could not read and what was suppressed, so it runs as a whole."""
    from tempfile import TemporaryDirectory

    from statefence.engine import check

    with TemporaryDirectory() as empty:
        report = check(structs.replace(policy, root=empty), overrides=data)
    for finding in report.findings:
        if finding.code == rule.code:
            yield Found(finding.place.path, finding.place.span.line, finding.message, finding.edits, finding.fix)


def _compare(found: Sequence[Found], markers: Sequence[Marker], files: Mapping[str, str]) -> None:
    """Match each finding with one marker of its line, those that quote a message first."""
    missing = sorted(markers, key=lambda marker: not marker.fragment)
    unexpected: list[Found] = []
    for each in found:
        fitting = [marker for marker in missing if each.fits(marker)]
        if fitting:
            missing.remove(fitting[0])
        else:
            unexpected.append(each)
    problems = [f"not found: {marker.path}:{marker.line}: {marker.fragment or 'error'}" for marker in missing]
    problems += [f"not expected: {each.path}:{each.line}: {each.message}" for each in unexpected]
    _require(not problems, "\n".join([*problems, *_numbered(files)]))


def _require(condition: bool, otherwise: str) -> None:
    """Like `assert`, but also under `python -O`."""
    if not condition:
        _fail(otherwise)


def _fail(message: str) -> NoReturn:
    raise AssertionError(message)


def _numbered(files: Mapping[str, str]) -> Iterator[str]:
    for path, text in files.items():
        yield f"--- {path}"
        yield from (f"{number:4} {line}" for number, line in enumerate(text.split("\n"), 1))


def _difference(path: str, expected: str, actual: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(
        expected.splitlines(), actual.splitlines(), f"{path} as expected", f"{path} as fixed", lineterm=""
    )
    return "\n".join(lines)


def _must_compile(path: str, text: str) -> None:
    try:
        compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise AssertionError(f"{path}:{error.lineno}: does not compile: {error.msg}") from error


def _comments(path: str, text: str) -> Counter[str]:
    """The comments of a file that suppress nothing, with how often each stands there."""
    source = Source(path, text.encode())
    suppressing = {suppression.span.line for suppression in source.suppressions}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(t.string for t in tokens if t.type == tokenize.COMMENT and t.start[0] not in suppressing)
