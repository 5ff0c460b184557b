"""Fix a whole project: apply, analyse again, and keep of the edits only what provably repaired something.

The driver neither reads nor writes files, and knows no rule: it is given the bytes of a file and an analysis of the
project in which the contents of some files are replaced.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from statefence.fix.comments import keeps_comments
from statefence.fix.files import Read, changed, local
from statefence.model import Finding, Safety

Analysis = Callable[[Mapping[str, bytes]], Sequence[Finding]]
_Key = tuple[str, str, str, str]


class FixedFile(Struct, frozen=True):
    """A file, its bytes before (None: it is made) and after, and its findings that are gone, placed as when fixed."""

    path: str
    before: bytes | None
    after: bytes
    fixed: tuple[Finding, ...]


class RefusedFix(Struct, frozen=True):
    """A finding that has a fix which was not made, and why."""

    finding: Finding
    reason: str


class Outcome(Struct, frozen=True):
    """What fixing a project came to.

    Attributes:
        files: those that change, by path.
        refused: the findings whose fix was asked for and not made.
        remaining: every finding of the project as it will be, refused ones included.
        fixed: the findings that are gone, in whichever file they stood.
    """

    files: tuple[FixedFile, ...]
    refused: tuple[RefusedFix, ...]
    remaining: tuple[Finding, ...]
    fixed: tuple[Finding, ...] = ()


class _Candidate(Struct, frozen=True):
    """What fixing the findings of one file comes to, in it and in others, not yet verified.

    Attributes:
        path: the file that the findings stand in.
        before: the bytes of each file that changes, None for one that is made.
        after: the new bytes of each.
    """

    path: str
    before: dict[str, bytes | None]
    after: dict[str, bytes]
    fixed: tuple[Finding, ...]


class _State(Struct, frozen=True):
    """Where fixing stands: verified contents, what is found in them, and why files or findings are left alone.

    Attributes:
        given_up: by its path, why a file is left as it is by now.
        left: by what stays the same of it, why a finding is.
    """

    contents: dict[str, bytes]
    findings: tuple[Finding, ...]
    fixed: tuple[Finding, ...] = ()
    given_up: dict[str, str] = {}
    left: dict[_Key, str] = {}
    refused: tuple[RefusedFix, ...] = ()


def fix_project(
    read: Read,
    analyse: Analysis,
    *,
    unsafe: bool,
    chosen: Callable[[Finding], bool] = lambda _: True,
    passes: int = 10,
) -> Outcome:
    """Fix what can be fixed, over and over until nothing more can.

    Every file that changes parses and has the same comments; what was fixed in it is not found any more, nothing new
    is found anywhere, and fixing it again would change nothing. A fix that stands in the way of that is not made, and
    where too many of a file do, the file stays as it is.

    Args:
        read: the bytes of a file on disk, by its path relative to the project's root; None when there is none.
        analyse: every finding of the project, with these contents in place of those on disk.
        unsafe: also make the fixes that may change the program's meaning.
        chosen: which findings may be fixed.
        passes: how often to apply before a file that still changes is given up.
    """
    start = _State({}, tuple(analyse({})))
    state = start
    for _ in range(passes):
        candidates, refused = _candidates(read, state, _wanted(state, unsafe=unsafe, chosen=chosen))
        state = replace(state, refused=refused)
        if not candidates:
            return _outcome(read, state)
        state = _settled(read, analyse, state, candidates)
    return _outcome(read, _without_unstable(read, analyse, start, state, unsafe=unsafe, chosen=chosen))


def _wanted(state: _State, *, unsafe: bool, chosen: Callable[[Finding], bool]) -> list[Finding]:
    safeties = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    return [finding for finding in state.findings if finding.edits and finding.fix in safeties and chosen(finding)]


def _candidates(
    read: Read, state: _State, wanted: Iterable[Finding]
) -> tuple[list[_Candidate], tuple[RefusedFix, ...]]:
    """New bytes for every file in which something is wanted, and what could not be done."""
    by_path = defaultdict[str, list[Finding]](list)
    for finding in wanted:
        by_path[finding.place.path].append(finding)
    candidates: list[_Candidate] = []
    refused: list[RefusedFix] = []
    taken: set[str] = set()
    for path, findings in sorted(by_path.items()):
        known = [state.left.get(_key(finding), state.given_up.get(path)) for finding in findings]
        refused += (RefusedFix(one, reason) for one, reason in zip(findings, known, strict=True) if reason is not None)
        open_findings = [one for one, reason in zip(findings, known, strict=True) if reason is None]
        if not open_findings:
            continue
        candidate, reasons = _candidate(_overlaid(read, state), path, open_findings)
        refused += reasons
        if candidate and taken.isdisjoint(candidate.after):
            taken.update(candidate.after)
            candidates.append(candidate)
        elif candidate:
            refused += (RefusedFix(finding, "another fix changes the same file: run again") for finding in findings)
    return candidates, tuple(refused)


def _overlaid(read: Read, state: _State) -> Read:
    return lambda path: state.contents[path] if path in state.contents else read(path)


def _candidate(read: Read, path: str, findings: Sequence[Finding]) -> tuple[_Candidate | None, list[RefusedFix]]:
    candidate, refused = _made(read, path, findings)
    if _keeps_comments(candidate):
        return (candidate if candidate.fixed else None), refused
    losing = [finding for finding in candidate.fixed if not _keeps_comments(_made(read, path, [finding])[0])]
    losing = losing or list(candidate.fixed)
    kept = [finding for finding in candidate.fixed if finding not in losing]
    smaller, more = _candidate(read, path, kept) if kept else (None, [])
    return smaller, [*refused, *(RefusedFix(finding, "the fix would lose a comment") for finding in losing), *more]


def _made(read: Read, path: str, findings: Sequence[Finding]) -> tuple[_Candidate, list[RefusedFix]]:
    """What fixing these findings of one file comes to, whether or not comments are lost, and what was refused."""
    result = changed(read, path, [finding.edits for finding in findings])
    pairs = list(zip(findings, result.refusals, strict=True))
    refused = [RefusedFix(finding, reason) for finding, reason in pairs if reason is not None]
    fixed = tuple(finding for finding, reason in pairs if reason is None)
    return _Candidate(path, {file: read(file) for file in result.contents}, result.contents, fixed), refused


MOST_APART = 8
"""Of files that are all objected to, so many are tried apart; more are given up together, each with its own reason.
A file of which so many findings cannot be fixed is given up as well."""


def _settled(read: Read, analyse: Analysis, state: _State, candidates: Sequence[_Candidate]) -> _State:
    """The state with the candidates that can be verified.

    One never stops another: those in whose own files something is wrong are tried after the rest, and halves apart;
    of a file that cannot be verified, the findings.
    """
    contents = state.contents | {file: data for candidate in candidates for file, data in candidate.after.items()}
    findings = tuple(analyse(contents))
    objections = _objections(state.findings, findings, candidates)
    if not objections:
        fixed = tuple(finding for candidate in candidates for finding in candidate.fixed)
        return replace(state, contents=contents, findings=findings, fixed=state.fixed + fixed)
    suspects = [candidate for candidate in candidates if _own_objection(objections, candidate)]
    if len(candidates) == 1 or MOST_APART < len(candidates) == len(suspects):
        anywhere = next(iter(objections.values()))
        reasons = {candidate.path: _own_objection(objections, candidate) or anywhere for candidate in candidates}
        if len(candidates) == 1:
            return _apart(read, analyse, state, candidates[0], reasons[candidates[0].path])
        return replace(state, given_up=state.given_up | reasons)
    rest = [candidate for candidate in candidates if candidate not in suspects]
    middle = len(candidates) // 2
    first, second = (rest, suspects) if rest and suspects else (candidates[:middle], candidates[middle:])
    return _settled(read, analyse, _settled(read, analyse, state, first), second)


def _apart(read: Read, analyse: Analysis, state: _State, candidate: _Candidate, reason: str) -> _State:
    """The state with those findings of a file fixed that can be: half of them is tried, then what is left of the rest.

    Args:
        reason: why they cannot all be fixed together.
    """
    keys = list(dict.fromkeys(map(_key, candidate.fixed)))
    if len(keys) == 1:
        return replace(state, left=state.left | {keys[0]: reason})
    before, safeties = len(state.left), {finding.fix for finding in candidate.fixed}
    for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
        if len(state.left) - before >= MOST_APART:
            return replace(state, given_up=state.given_up | {candidate.path: reason})
        wanted = [one for one in state.findings if one.edits and one.fix in safeties and _key(one) in half]
        smaller, _ = _candidate(_overlaid(read, state), candidate.path, wanted) if wanted else (None, [])
        if smaller is not None:
            state = _settled(read, analyse, state, [smaller])
    return state


def _own_objection(objections: Mapping[str, str], candidate: _Candidate) -> str | None:
    return next((objections[path] for path in (candidate.path, *candidate.after) if path in objections), None)


def _objections(
    before: Sequence[Finding], after: Sequence[Finding], candidates: Sequence[_Candidate]
) -> dict[str, str]:
    """Why these candidates cannot be kept, by the file in which it shows, given the findings before and after."""
    objections: dict[str, str] = {}
    counts_before, counts_after = Counter(map(_key, before)), Counter(map(_key, after))
    for finding in after:
        path = finding.place.path
        if counts_after[_key(finding)] > counts_before[_key(finding)]:
            objections.setdefault(path, f"the fix would cause {finding.code} in {path}: {finding.message}")
    fixed = Counter(_key(finding) for candidate in candidates for finding in candidate.fixed)
    for key, count in fixed.items():
        if counts_after[key] > counts_before[key] - count:
            objections.setdefault(key[1], f"{key[0]} would still be found after the fix")
    return objections


def _keeps_comments(candidate: _Candidate) -> bool:
    """Whether every Python file of the candidate keeps its comments, but for suppressions that were to be removed."""
    edits = [edit for finding in candidate.fixed for edit in local(finding.edits)]
    return all(
        keeps_comments(before, candidate.after[path], edits if path == candidate.path else ())
        for path, before in candidate.before.items()
        if before is not None and path.endswith(".py")
    )


def _key(finding: Finding) -> _Key:
    """What makes two findings the same although lines have moved, and others beside them are fixed.

    After a colon a message says how things stand, which another fix may change: what a block holds by now.
    """
    return finding.code, finding.place.path, finding.symbol, finding.message.partition(": ")[0]


def _without_unstable(
    read: Read,
    analyse: Analysis,
    start: _State,
    state: _State,
    *,
    unsafe: bool,
    chosen: Callable[[Finding], bool],
) -> _State:
    """The state without the files that would change once more, or the first one when the rest cannot stand alone."""
    candidates, refused = _candidates(read, state, _wanted(state, unsafe=unsafe, chosen=chosen))
    if not candidates:
        return replace(state, refused=refused)
    unstable = {
        path: "its fixes do not come to an end"
        for candidate in candidates
        for path in (candidate.path, *candidate.after)
    }
    contents = {path: data for path, data in state.contents.items() if path not in unstable}
    findings = tuple(analyse(contents))
    if _objections(start.findings, findings, ()):
        unstable |= dict.fromkeys(contents, "a file that its fix depends on could not be fixed")
        contents, findings = {}, start.findings
    fixed = tuple(finding for finding in state.fixed if finding.place.path not in unstable)
    kept = replace(state, contents=contents, findings=findings, fixed=fixed, given_up=state.given_up | unstable)
    _, refused = _candidates(read, kept, _wanted(kept, unsafe=unsafe, chosen=chosen))
    return replace(kept, refused=refused)


def _outcome(read: Read, state: _State) -> Outcome:
    by_path = defaultdict[str, list[Finding]](list)
    for finding in state.fixed:
        by_path[finding.place.path].append(finding)
    files = tuple(
        FixedFile(path, read(path), data, tuple(by_path[path])) for path, data in sorted(state.contents.items())
    )
    return Outcome(files, state.refused, state.findings, state.fixed)
