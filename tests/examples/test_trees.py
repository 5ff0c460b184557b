"""Every example: found as listed, and fixed without a needless change."""

import difflib
from collections import Counter
from pathlib import Path

import pytest
from tests.examples.trees import (
    KEYS,
    SYSTEMS,
    changed_files,
    comments,
    copy,
    editable,
    findings,
    fixed_copy,
    listed,
    places,
    statefence,
)


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def broken(system: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(system, "broken", tmp_path_factory.mktemp(system) / "broken")


@pytest.fixture(scope="module")
def fixed(system: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fixed_copy(system, tmp_path_factory.mktemp(system) / "fixed")


def test_the_findings_in_broken_are_exactly_those_listed(system: str, broken: Path) -> None:
    found = Counter(tuple(finding[key] for key in KEYS) for finding in findings(broken))

    assert found == Counter(tuple(finding[key] for key in KEYS) for finding in listed(system))
    assert statefence(broken, "check").returncode == 1


def test_nothing_is_found_in_mended(system: str, tmp_path: Path) -> None:
    done = statefence(copy(system, "mended", tmp_path / "mended"), "check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_showing_the_fixes_changes_no_file(broken: Path) -> None:
    before = {path: path.read_bytes() for path in broken.rglob("*.*")}

    done = statefence(broken, "check", "--fix", "--unsafe-fixes", "--diff")

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("--- ")
    assert {path: path.read_bytes() for path in broken.rglob("*.*")} == before


def test_after_the_fixes_only_that_is_found_which_has_none(broken: Path, fixed: Path) -> None:
    without_fix = Counter(
        (finding["code"], finding["symbol"]) for finding in findings(broken) if finding["fix"] == "none"
    )

    assert Counter((finding["code"], finding["symbol"]) for finding in findings(fixed)) == without_fix


def test_a_second_pass_changes_nothing(fixed: Path) -> None:
    before = {path: path.read_bytes() for path in fixed.rglob("*.*")}

    statefence(fixed, "check", "--fix", "--unsafe-fixes")

    assert {path: path.read_bytes() for path in fixed.rglob("*.*")} == before


def test_the_fixes_keep_every_comment(system: str, fixed: Path) -> None:
    for path, before, after in changed_files(system, fixed):
        assert comments(before) == comments(after), path


def test_the_fixes_change_only_imports_and_the_functions_on_the_traces(system: str, broken: Path, fixed: Path) -> None:
    allowed = places(findings(broken))

    for path, before, after in changed_files(system, fixed):
        kept = editable(before, allowed.get(path, set()))
        old, new = before.splitlines(), after.splitlines()
        for tag, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag in {"replace", "delete"}:
                assert set(range(start + 1, end + 1)) <= kept, f"{path}:{start + 1}"


def test_the_fixes_touch_no_file_without_a_finding(system: str, fixed: Path) -> None:
    assert {path for path, _, _ in changed_files(system, fixed)} <= {finding["path"] for finding in listed(system)}
