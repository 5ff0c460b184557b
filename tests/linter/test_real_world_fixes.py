"""Fixes on real code: where every child must carry a variable, the standard library's own spawns are repaired."""

from __future__ import annotations

import ast
import re
import sysconfig
import tokenize
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from statefence.engine import check
from statefence.fix import Outcome, fix_project
from statefence.model import Finding
from statefence.policy import Policy
from statefence.policy.model import Variable

LIBRARY = Path(sysconfig.get_path("stdlib"))
LARGEST = 50_000
MODULES = 60
SPAWNS = re.compile(rb"\b(subprocess\.|Popen\(|os\.(exec|spawn|posix_spawn|system|popen)|create_subprocess)")
ENSURED = Variable("STATEFENCE_HOST", ensure="host")


def spawning() -> dict[str, bytes]:
    """The first 60 modules of the standard library, its tests included, that start children; as one package."""
    paths = sorted(path for path in LIBRARY.rglob("*.py") if path.stat().st_size < LARGEST)
    paths = [path for path in paths if not {"site-packages", "lib2to3"} & set(path.parts)]
    spawning = [path for path in paths if SPAWNS.search(path.read_bytes())][:MODULES]
    packages = {path.with_name("__init__.py") for path in spawning} & set(paths)
    found = {f"library/{path.relative_to(LIBRARY).as_posix()}": path.read_bytes() for path in {*spawning, *packages}}
    return {"library/__init__.py": b"", **found}


def fixed(files: Mapping[str, bytes], root: Path) -> Outcome:
    """What all fixes make of these files; nothing is written."""
    policy = Policy(root=str(root), variables=(ENSURED,))

    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        return check(policy, overrides={**files, **contents}).findings

    return fix_project(files.__getitem__, analyse, unsafe=True)


def comments(data: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(BytesIO(data).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return spawning()


@pytest.fixture(scope="module")
def outcome(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return fixed(files, tmp_path_factory.mktemp("library"))


def test_many_files_are_repaired_and_no_refusal_is_without_a_reason(outcome: Outcome) -> None:
    assert len(outcome.files) > 20
    assert all(refused.reason for refused in outcome.refused)


def test_every_repaired_file_parses_and_carries_the_variable(outcome: Outcome) -> None:
    for file in outcome.files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(file.after)
        assert file.after.count(b"STATEFENCE_HOST") > file.before.count(b"STATEFENCE_HOST"), file.path


def test_no_comment_is_lost(outcome: Outcome) -> None:
    for file in outcome.files:
        assert comments(file.after) == comments(file.before), file.path


def test_what_is_not_on_a_repaired_line_stays_as_it_is(outcome: Outcome) -> None:
    """Only lines of the statements repaired may change, and imports may be added."""
    for file in outcome.files:
        before, after = Counter(file.before.splitlines()), Counter(file.after.splitlines())
        gone = (before - after).total()
        assert gone <= 2 * len(file.fixed), file.path


def test_a_second_pass_changes_nothing(files: dict[str, bytes], outcome: Outcome, tmp_path: Path) -> None:
    repaired = {file.path: file.after for file in outcome.files}
    again = fixed({**files, **repaired}, tmp_path)
    assert not again.files
