"""Start-up is sacred: what a run does not need is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import gc, os, runpy, sys
os._exit = sys.exit
try:
    runpy.run_module("statefence", run_name="__main__")
except SystemExit as exit:
    sys.stderr.write(f"\\n{exit.code} {gc.isenabled()}\\n" + "\\n".join(sorted(sys.modules)))
"""
HEAVY = {"libcst", "rich", "dataclasses", "asyncio", "unittest", "pydoc", "statefence.fix", "statefence.testing"}


def imported(directory: Path, *arguments: str) -> tuple[str, set[str]]:
    """The exit code and collector state that a run ended with, and the modules it had imported."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=directory, capture_output=True, encoding="utf-8", check=True
    )
    ended, *modules = run.stderr.rpartition("\n0 ")[2].splitlines()
    return ended, set(modules)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text("[env.APP_HOME]\n")
    (tmp_path / "a.py").write_text('import subprocess\nsubprocess.run(["a"])\n')
    return tmp_path


def test_the_version_costs_neither_msgspec_nor_argparse(tmp_path: Path) -> None:
    _, modules = imported(tmp_path, "--version")
    assert "statefence.cli.main" in modules
    assert modules.isdisjoint({*HEAVY, "msgspec", "argparse", "typing", "re", "subprocess"})


def test_a_clean_check_imports_no_fixer_and_no_rich(project: Path) -> None:
    _, modules = imported(project, "check")
    assert "statefence.engine.check" in modules
    assert modules.isdisjoint(HEAVY)


def test_fixing_a_clean_project_imports_no_fixer(project: Path) -> None:
    _, modules = imported(project, "check", "--fix")
    assert modules.isdisjoint(HEAVY - {"dataclasses"})


def test_a_map_for_a_program_imports_no_rich_and_no_rules(project: Path) -> None:
    _, modules = imported(project, "map", "--output-format", "json")
    assert modules.isdisjoint(HEAVY)
    assert not any(module.startswith("statefence_rules.") for module in modules)


def test_the_collector_is_off(tmp_path: Path) -> None:
    ended, _ = imported(tmp_path, "--version")
    assert ended == "False"
