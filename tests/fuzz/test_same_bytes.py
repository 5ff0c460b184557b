"""How a run is done decides nothing: cold or remembered, whatever the processes, hashing or listing of files."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = ("subprocess", "asyncio", "concurrent", "email", "idlelib", "sqlite3", "unittest", "venv", "webbrowser")
"""Enough that several processes are worth while."""
POLICY = """
[env.SF_MODE]
ensure = "app"
[stores.main]
path = "{cwd}/**"
owners = ["database"]
tables = ["notes"]
[layers]
database = ["sqlite3.**"]
[[forbidden]]
path = "/**"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    root.mkdir()
    (root / "statefence.toml").write_text(POLICY)
    for path in sorted(STANDARD_LIBRARY.rglob("*.py")):
        relative = path.relative_to(STANDARD_LIBRARY)
        if relative.with_suffix("").parts[0] in MODULES:
            target = root / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return root


@pytest.mark.parametrize("command", ["map", "check"])
def test_every_way_to_run_says_the_same_bytes(command: str, project: Path, tmp_path: Path) -> None:
    def said(seed: str, *options: str) -> tuple[bytes, bytes]:
        arguments = [sys.executable, "-m", "statefence", command, "--output-format", "json", *options]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        run = subprocess.run(arguments, cwd=project, env=environment, capture_output=True, check=False)
        assert run.returncode in {0, 1}, run.stderr
        return run.stdout, run.stderr

    walked = [said("0", "--no-cache", "--jobs", "1"), said("1", "--jobs", "3"), said("2"), said("1", "--jobs", "2")]
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    listed = [said("2", "--no-cache", "--jobs", "2"), said("0")]
    assert len(set(walked)) == 1
    assert len(set(listed)) == 1
    assert walked[0][0].count(b'"path"') > 50
