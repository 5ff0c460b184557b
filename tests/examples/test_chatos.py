"""The chatos example: found as listed, fixed without a needless change, and guarded while its tests run."""

import ast
import difflib
import io
import json
import os
import shutil
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

CHATOS = Path(__file__).parents[2] / "examples" / "chatos"
KEYS = ("code", "path", "line", "symbol")
MAKES_THE_STRAY_DATABASE = {
    "test_the_prompt_server_answers_over_stdio",
    "test_subagent_runs",
    "test_a_failing_subagent_says_why",
    "test_a_job_leaves_its_task_done",
    "test_pruning_forgets_only_old_lines",
    "test_the_first_answer_about_a_model_stays",
}
WRITES_FOREIGN_ROWS = {"test_kept_prompts_are_found_again"}


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CHATOS_"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def copy(form: str, target: Path) -> Path:
    return Path(shutil.copytree(CHATOS / form, target, ignore=shutil.ignore_patterns("__pycache__", ".*")))


def statefence(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "statefence", *arguments]
    return subprocess.run(command, cwd=tree, env=environment(), capture_output=True, text=True, check=False)


def findings(tree: Path) -> list[dict[str, Any]]:
    done = statefence(tree, "check", "--output-format", "json", "--exit-zero")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def failures(tree: Path, *arguments: str) -> set[str]:
    """The names of the tests that fail when the tree's tests are run with these arguments."""
    results = tree.parent / f"{tree.name}.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", f"--junitxml={results}"]
    done = subprocess.run([*command, *arguments], cwd=tree, env=environment(), capture_output=True, check=False)
    assert done.returncode in {0, 1}, (done.stdout + done.stderr).decode(errors="backslashreplace")
    cases = list(ET.parse(results).iter("testcase"))
    assert len(cases) > 20
    return {case.attrib["name"] for case in cases if case.find("failure") is not None or case.find("error") is not None}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy("broken", tmp_path_factory.mktemp("chatos") / "broken")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy("mended", tmp_path_factory.mktemp("chatos") / "mended")


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = copy("broken", tmp_path_factory.mktemp("chatos") / "fixed")
    done = statefence(tree, "check", "--fix", "--unsafe-fixes")
    assert done.returncode == 0, done.stdout + done.stderr
    return tree


def test_the_findings_in_broken_are_exactly_those_listed(broken: Path) -> None:
    found = Counter(tuple(finding[key] for key in KEYS) for finding in findings(broken))

    listed = json.loads((CHATOS / "expected.json").read_text(encoding="utf-8"))
    assert found == Counter(tuple(finding[key] for key in KEYS) for finding in listed)
    assert statefence(broken, "check").returncode == 1


def test_nothing_is_found_in_mended(mended: Path) -> None:
    assert findings(mended) == []
    assert statefence(mended, "check").returncode == 0


def test_showing_the_fixes_changes_no_file(broken: Path) -> None:
    before = {path: path.read_bytes() for path in broken.rglob("*.py")}

    done = statefence(broken, "check", "--fix", "--unsafe-fixes", "--diff")

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("--- ")
    assert {path: path.read_bytes() for path in broken.rglob("*.py")} == before


def test_after_the_fixes_nothing_is_found_and_nothing_is_left_to_fix(fixed: Path) -> None:
    before = {path: path.read_bytes() for path in fixed.rglob("*.py")}

    assert findings(fixed) == []
    assert statefence(fixed, "check", "--fix", "--unsafe-fixes").returncode == 0
    assert {path: path.read_bytes() for path in fixed.rglob("*.py")} == before


def test_after_the_fixes_the_tests_pass_under_guard(fixed: Path) -> None:
    assert failures(fixed, "--statefence=fail") == set()


def test_the_fixes_keep_every_comment(fixed: Path) -> None:
    for path, before, after in changed_files(fixed):
        assert comments(before) == comments(after), path


def test_the_fixes_change_only_imports_and_the_functions_on_the_traces(broken: Path, fixed: Path) -> None:
    allowed = places(findings(broken))

    for path, before, after in changed_files(fixed):
        kept = editable(before, allowed.get(path, set()))
        old, new = before.splitlines(), after.splitlines()
        for tag, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag in {"replace", "delete"}:
                assert set(range(start + 1, end + 1)) <= kept, f"{path}:{start + 1}"


def test_the_fixes_touch_no_file_without_a_finding(fixed: Path) -> None:
    listed = {finding["path"] for finding in json.loads((CHATOS / "expected.json").read_text(encoding="utf-8"))}

    assert {path for path, _, _ in changed_files(fixed)} <= listed


def test_the_tests_of_broken_pass_where_nobody_watches(broken: Path) -> None:
    assert failures(broken, "-p", "no:statefence") == set()


def test_the_plugin_fails_exactly_the_tests_of_broken_that_touch_what_they_must_not(broken: Path) -> None:
    assert failures(broken, "--statefence=fail") == MAKES_THE_STRAY_DATABASE | WRITES_FOREIGN_ROWS


def test_the_plugin_fails_no_test_of_mended(mended: Path) -> None:
    assert failures(mended, "--statefence=fail") == set()


def changed_files(fixed: Path) -> list[tuple[str, str, str]]:
    """Path, text before and text after of every file that the fixes changed; there are some."""
    found = []
    for path in sorted(fixed.rglob("*.py")):
        name = path.relative_to(fixed).as_posix()
        before = (CHATOS / "broken" / name).read_bytes().decode()
        after = path.read_bytes().decode()
        if before != after:
            found.append((name, before, after))
    assert found
    return found


def comments(text: str) -> Counter[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def places(found: list[dict[str, Any]]) -> dict[str, set[int]]:
    """The lines of the findings and of their traces, by path."""
    lines: dict[str, set[int]] = {}
    for finding in found:
        for place in (finding, *finding["trace"]):
            lines.setdefault(place["path"], set()).add(place["line"])
    return lines


def editable(text: str, lines: set[int]) -> set[int]:
    """The lines of imports, and of the functions that hold one of `lines`."""
    return {line for start, end in _ranges(ast.parse(text), lines) for line in range(start, end + 1)}


def _ranges(tree: ast.Module, lines: set[int]) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node.lineno, node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            end = node.end_lineno or node.lineno
            if any(node.lineno <= line <= end for line in lines):
                yield node.lineno, end
