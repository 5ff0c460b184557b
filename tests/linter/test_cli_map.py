"""`statefence map` as a picture, as its users meet it: real processes in real directories."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """
[layers]
admin = ["app.admin"]
[stores.main]
path = "/var/lib/main.db"
owners = ["admin"]
"""
ADMIN = (
    'import sqlite3, subprocess\n\nsqlite3.connect("/var/lib/main.db")\nsubprocess.run(["a"], env={"\u4e2d": "1"})\n'
)


def drawn(directory: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "statefence", "map", "--output-format", name, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text(POLICY)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "admin.py").write_text(ADMIN, encoding="utf-8")
    (tmp_path / "clean.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", ["mermaid", "dot", "html"])
def test_a_picture_has_standard_output_to_itself(project: Path, name: str) -> None:
    run = drawn(project, name)
    assert run.returncode == 0
    assert run.stderr == "3 files analysed, 0 skipped; 2 sites resolved, 0 unresolved.\n"
    assert "analysed" not in run.stdout or name == "html"


def test_mermaid_draws_layers_stores_and_environments(project: Path) -> None:
    lines = drawn(project, "mermaid").stdout.splitlines()
    assert lines[0] == "flowchart LR"
    assert '    layer0("admin")' in lines
    assert '    store0[("main<br>/var/lib/main.db")]' in lines
    assert '    environment0["partial<br>only named variables"]' in lines
    assert [line for line in lines if "==>" in line or "-->" in line] == [
        '  layer0 ==>|"write 1"| store0',
        '  layer0 -->|"1"| environment0',
    ]


def test_dot_draws_the_same(project: Path) -> None:
    lines = drawn(project, "dot").stdout.splitlines()
    assert lines[0] == "digraph statefence {"
    assert '  layer0 -> store0 [label="write 1" penwidth=2];' in lines
    assert '  layer0 -> environment0 [label="1"];' in lines


def test_html_is_one_page_with_the_picture_and_every_site(project: Path) -> None:
    page = drawn(project, "html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg viewBox") == 1
    assert page.count('<td class="place"') == 2
    assert "app/admin.py:3" in page
    assert "&#20013;" in page


def test_the_same_project_gives_the_same_bytes(project: Path) -> None:
    for name in ("mermaid", "dot", "html"):
        assert drawn(project, name).stdout == drawn(project, name).stdout


def test_a_picture_needs_no_policy(project: Path) -> None:
    (project / "statefence.toml").unlink()
    lines = drawn(project, "mermaid").stdout.splitlines()
    assert '    layer0("app")' in lines
    assert '    store0["main.db<br>/var/lib/main.db"]' in lines


def test_paths_choose_what_is_drawn(project: Path) -> None:
    assert "layer0 " not in drawn(project, "mermaid", "clean.py").stdout
    assert drawn(project, "html", "missing.py").returncode == 2
