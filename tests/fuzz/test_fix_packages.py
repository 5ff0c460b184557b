"""Installed packages under a policy that asks much: what fixes change is small, whole, and needs no second run."""

from __future__ import annotations

import ast
import io
import random
import re
import sysconfig
import tokenize
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from statefence.engine import check
from statefence.fix import FixedFile, Outcome, fix_project
from statefence.model import Finding
from statefence.policy import Policy
from statefence.policy.model import Forbidden, Variable
from statefence.template import parse

PACKAGES = Path(sysconfig.get_path("purelib"))
REACHING = re.compile(rb"\b(subprocess\.|Popen\(|sqlite3\.connect|create_subprocess)")
LARGEST = 40_000
SAMPLE = 40
POLICY = Policy(
    root="",
    variables=(Variable("SF_MODE", ensure="app"), Variable("SF_RAW"), Variable("SF_HOST", resolver="sf_host:host")),
    forbidden=(Forbidden(parse("/**")), Forbidden(parse("{cwd}/**"))),
)


def chosen() -> dict[str, bytes]:
    """The same 40 files in every process, of those that start children or open databases; and the resolver."""
    found = sorted(path for path in PACKAGES.rglob("*.py") if path.stat().st_size < LARGEST)
    reaching = [path for path in found if REACHING.search(path.read_bytes())]
    sample = random.Random(SAMPLE).sample(reaching, min(SAMPLE, len(reaching)))
    files = {f"packages/{path.relative_to(PACKAGES).as_posix()}": path.read_bytes() for path in sample}
    return {"sf_host.py": b"def host():\n    return 'host'\n", **files}


def fixed(files: Mapping[str, bytes], root: Path, *, unsafe: bool) -> Outcome:
    policy = Policy(root=str(root), variables=POLICY.variables, forbidden=POLICY.forbidden)

    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        return check(policy, overrides={**files, **contents}).findings

    return fix_project(files.get, analyse, unsafe=unsafe)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return chosen()


@pytest.fixture(scope="module", params=[False, True], ids=["safe", "unsafe"])
def outcome(
    files: dict[str, bytes], request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    return fixed(files, tmp_path_factory.mktemp("packages"), unsafe=request.param)


def comments(data: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def lines_of_edits(file: FixedFile) -> set[int]:
    """The lines on which something was to be changed; several passes may have moved them by the imports added."""
    moved = len(file.after.splitlines()) - len((file.before or b"").splitlines())
    spans = [span for one in file.fixed for span in (one.place.span, *(edit.target for edit in one.edits))]
    return {line for span in spans for line in range(span.line - max(moved, 0), span.end_line + 1)}


def test_many_files_are_fixed_and_every_refusal_has_its_reason(outcome: Outcome) -> None:
    assert len(outcome.files) > 10
    assert all(refused.reason for refused in outcome.refused)


def test_every_fixed_file_parses_and_keeps_its_comments(outcome: Outcome) -> None:
    for file in outcome.files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(file.after)
        assert file.before is not None
        assert comments(file.after) == comments(file.before), file.path


def test_no_line_changes_but_those_of_the_edits(outcome: Outcome) -> None:
    for file in outcome.files:
        before, after = (file.before or b"").splitlines(keepends=True), file.after.splitlines(keepends=True)
        meant = lines_of_edits(file)
        for tag, start, end, _, _ in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag in {"replace", "delete"}:
                assert {line + 1 for line in range(start, end)} <= meant, (file.path, before[start])


def test_a_second_run_changes_nothing(files: dict[str, bytes], outcome: Outcome, tmp_path: Path) -> None:
    repaired = {file.path: file.after for file in outcome.files}
    unsafe = any(one.fix.value == "unsafe" for file in outcome.files for one in file.fixed)
    assert not fixed({**files, **repaired}, tmp_path, unsafe=unsafe).files
