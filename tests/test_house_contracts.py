"""Every contract of import-linter fails when it is broken; that all are kept is `make contracts`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli

ROOT = Path(__file__).parents[1]
SETTINGS: dict[str, Any] = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]

BREACHES = {
    "roots": ("linter/statefence/engine/check.py", "import statefence_rules.carrying"),
    "layers": ("linter/statefence/policy/model.py", "import statefence.engine"),
    "facts": ("linter/statefence/facts/ir.py", "import statefence.policy"),
    "project": ("linter/statefence/project/values.py", "import statefence.project.targets"),
    "acyclic": ("linter/statefence/template/records.py", "import statefence.template.parse"),
    "rules": ("rules/statefence_rules/env/partial_spawn_env.py", "import statefence_rules.paths.forbidden_path"),
    "api": ("rules/statefence_rules/env/partial_spawn_env.py", "import statefence.project.values"),
    "plugin": ("pytest_plugin/pytest_statefence/run.py", "import statefence.engine"),
    "libcst": ("linter/statefence/cli/main.py", "import libcst"),
    "rich": ("linter/statefence/cli/output.py", "import rich.console"),
    "pytest": ("linter/statefence/testing.py", "import pytest"),
}


def broken(contract: str, directory: Path, path: str, line: str) -> subprocess.CompletedProcess[str]:
    """What import-linter says of one contract when `line` is added to the file at `path`."""
    for root in ("linter", "rules", "pytest_plugin"):
        shutil.copytree(ROOT / root, directory / root, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    shutil.copy(ROOT / "pyproject.toml", directory)
    with (directory / path).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    roots = os.pathsep.join(str(directory / root) for root in ("linter", "rules", "pytest_plugin"))
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--contract", contract]
    environment = {**os.environ, "PYTHONPATH": roots, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def test_every_contract_has_a_breach_to_be_tried() -> None:
    assert {contract["id"] for contract in SETTINGS["contracts"]} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_broken_contract_is_reported(contract: str, tmp_path: Path) -> None:
    path, line = BREACHES[contract]
    done = broken(contract, tmp_path, path, line)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout


def test_a_new_module_has_to_be_given_its_place(tmp_path: Path) -> None:
    done = broken("layers", tmp_path, "linter/statefence/somewhere.py", '"""New."""')
    assert done.returncode == 1, done.stdout + done.stderr
    assert "statefence.somewhere" in done.stdout


def test_an_unbroken_contract_is_kept(tmp_path: Path) -> None:
    done = broken("rules", tmp_path, "rules/statefence_rules/codemods.py", "import statefence_rules.opening")
    assert "1 kept, 0 broken" in done.stdout, done.stdout + done.stderr
