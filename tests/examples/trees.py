"""The examples as their tests see them: copies of a form, what is found in them, and which of their own tests fail."""

import ast
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

EXAMPLES = Path(__file__).parents[2] / "examples"
SYSTEMS = tuple(sorted(path.parent.name for path in EXAMPLES.glob("*/expected.json")))
KEYS = ("code", "path", "line", "symbol")

Finding = dict[str, Any]


def environment() -> dict[str, str]:
    """This process's environment, without what speaks to pytest or to an example."""
    spoken_to = ("PYTEST_", *(f"{system.upper()}_" for system in SYSTEMS))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(spoken_to)}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def copy(system: str, form: str, target: Path) -> Path:
    """Copy `broken` or `mended`, without what running it left behind, as a repository of its own that tracks it all."""
    shutil.copytree(EXAMPLES / system / form, target, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    for command in (["init", "--quiet", "-b", "main", f"--separate-git-dir={target}.git"], ["add", "--all", "--force"]):
        subprocess.run(["git", *command], cwd=target, check=True)
    return target


def fixed_copy(system: str, target: Path) -> Path:
    """A copy of `broken` to which all fixes were applied."""
    tree = copy(system, "broken", target)
    done = statefence(tree, "check", "--fix", "--unsafe-fixes")
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return tree


def statefence(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run statefence in a tree, with these variables set."""
    command = [sys.executable, "-m", "statefence", *arguments]
    env = environment() | variables
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)


def findings(tree: Path) -> list[Finding]:
    """What `check` finds in a tree."""
    done = statefence(tree, "check", "--output-format", "json", "--exit-zero")
    assert done.returncode == 0, done.stderr
    found: list[Finding] = json.loads(done.stdout)["findings"]
    return found


def listed(system: str) -> list[Finding]:
    """The findings that an example says there are in `broken`."""
    found: list[Finding] = json.loads((EXAMPLES / system / "expected.json").read_text(encoding="utf-8"))
    return found


def failures(tree: Path, *arguments: str) -> set[str]:
    """The names of the tests that fail when the tree's tests are run with these arguments.

    No plugin but statefence's is loaded, since that would take longer than the tests do.
    """
    results = tree.parent / f"{tree.name}.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={results}"]
    plugin = [] if "no:statefence" in arguments else ["-p", "pytest_statefence"]
    alone = environment() | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run([*command, *plugin, *arguments], cwd=tree, env=alone, capture_output=True, check=False)
    assert done.returncode in {0, 1}, (done.stdout + done.stderr).decode(errors="backslashreplace")
    cases = list(ET.parse(results).iter("testcase"))
    assert len(cases) > 20
    return {case.attrib["name"] for case in cases if case.find("failure") is not None or case.find("error") is not None}


def changed_files(system: str, fixed: Path) -> list[tuple[str, str, str]]:
    """Path, text before and text after of every module that the fixes changed; there are some."""
    found = []
    for before in sorted((EXAMPLES / system / "broken").rglob("*.py")):
        name = before.relative_to(EXAMPLES / system / "broken").as_posix()
        old, new = before.read_bytes().decode(), (fixed / name).read_bytes().decode()
        if old != new:
            found.append((name, old, new))
    assert found
    return found


def comments(text: str) -> Counter[str]:
    """The comments of a module."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def places(found: list[Finding]) -> dict[str, set[int]]:
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
