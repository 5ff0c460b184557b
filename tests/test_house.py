"""The house keeps its own rules: contracts that bite, papers that agree with the code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import tomli

import statefence
from statefence.policy.load import load_text
from statefence.registry import rules

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "linter", ROOT / "rules", ROOT / "pytest_plugin")
PROJECT: dict[str, Any] = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAY_PRINT_AND_EXIT = ("statefence/cli/", "statefence/__main__.py", "statefence/docs.py")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the three packages: its path below its root, and its syntax tree."""
    for root in SOURCES:
        for path in sorted(root.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_bytes())


def imported_at_import_time(tree: ast.Module) -> Iterator[str]:
    """The top-level names of what a module imports when it is itself imported, but for what only type checkers see."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def test_rich_is_imported_only_when_something_is_drawn() -> None:
    assert [path for path, tree in modules() if "rich" in imported_at_import_time(tree)] == []


def test_libcst_is_imported_with_the_fixer_only() -> None:
    importers = {path for path, tree in modules() if "libcst" in imported_at_import_time(tree)}
    assert importers
    assert {path.rpartition("/")[0] for path in importers} == {"statefence/fix"}


def test_only_the_command_line_prints_and_exits() -> None:
    says = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr", "sys.exit", "os._exit"}
    }
    analyzer = {path for path in says if path.startswith(("statefence/", "statefence_rules/"))}
    assert {path for path in analyzer if not path.startswith(MAY_PRINT_AND_EXIT)} == set()


def test_importing_the_plugin_imports_nothing_of_statefence() -> None:
    program = "import sys, pytest_statefence; print(*[name for name in sys.modules if name.startswith('statefence')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_plugin_that_guards_a_run_imports_no_analysis() -> None:
    program = (
        "import sys, pytest_statefence.run, pytest_statefence.fixtures, statefence.policy.load\n"
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('statefence.')})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "policy" in loaded
    assert loaded.isdisjoint({"project", "engine", "cli", "facts", "callees", "sql", "fix", "registry"})


def test_the_version_is_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    assert statefence.__version__ == version
    assert re.search(
        rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize(
    "readme",
    sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("*/README.md")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_the_links_of_a_readme_lead_somewhere(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (readme.parent / link).exists()] == []


def test_a_clean_checkout_is_checked_with_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    ci = ROOT / ".ci" / "run"
    assert re.search(r"^exec make .*\btest$", ci.read_text(encoding="utf-8"), re.MULTILINE)
    assert os.access(ci, os.X_OK)


def test_every_rule_and_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [rule.code for rule in rules() if f"| {rule.code} | {rule.name} |" not in readme] == []
    done = subprocess.run([sys.executable, "-m", "statefence", "--help"], capture_output=True, text=True, check=True)
    commands = re.findall(r"^  (\S+)", done.stdout, re.MULTILINE)
    assert "check" in commands
    assert [command for command in commands if f"statefence {command}" not in readme] == []


def test_the_first_policy_of_the_readme_is_one() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    policy = load_text(blocks[0], root="/acme", source="statefence.toml")
    assert [store.name for store in policy.stores] == ["main"]


def test_the_bounds_that_the_readme_states_are_those_of_the_code() -> None:
    stated = re.findall(r"`(\w+)\.([A-Z_]+)` = ([\d,]+)", (ROOT / "linter" / "README.md").read_text(encoding="utf-8"))
    assert len(stated) > 5
    for module, name, value in stated:
        bound = getattr(import_module(f"statefence.project.{module}"), name)
        assert bound == int(value.replace(",", "")), f"{module}.{name}"
