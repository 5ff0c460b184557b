"""The formats of `check`, as pipelines meet them: on standard output alone, and none that a run does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

SPAWN = 'import subprocess\n\nsubprocess.run(["a"], env={"PATH": "/bin"})\n'
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson")
NEW = {"json_lines", "sarif", "gitlab", "junit", "rdjson", "rebase", "replacements", "fingerprint"}
PROGRAM = """
import runpy, sys
try:
    runpy.run_module("statefence", run_name="__main__")
except SystemExit:
    sys.stderr.write("\\n" + "\\n".join(name for name in sys.modules if name.startswith("statefence.")))
"""


def check(directory: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "statefence", "check", "--output-format", name, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text("[env.APP_HOME]\n")
    (tmp_path / "a.py").write_text(SPAWN)
    (tmp_path / "clean.py").write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", FORMATS[2:])
def test_a_format_for_programs_has_standard_output_to_itself(project: Path, name: str) -> None:
    run = check(project, name)
    assert run.returncode == 1
    assert run.stderr.startswith("1 finding ")
    assert "1 finding " not in run.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_well_without_findings(project: Path, name: str) -> None:
    assert check(project, name, "clean.py").returncode == 0


def test_sarif_lists_the_rules_that_ran(project: Path) -> None:
    (run,) = sarif(project, "--select", "SF1")
    assert {rule["id"][:3] for rule in run["tool"]["driver"]["rules"]} == {"SF1"}
    assert [result["ruleId"] for result in run["results"]] == ["SF101"]


def sarif(directory: Path, *arguments: str) -> list[dict[str, Any]]:
    runs = json.loads(check(directory, "sarif", *arguments).stdout)["runs"]
    assert isinstance(runs, list)
    return runs


def test_code_hosts_get_paths_from_the_top_of_the_repository(project: Path) -> None:
    below = project / "services" / "one"
    below.mkdir(parents=True)
    for name in ("statefence.toml", "a.py"):
        (project / name).rename(below / name)
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    (run,) = sarif(below)
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "services/one/a.py"
    assert json.loads(check(below, "gitlab").stdout)[0]["location"]["path"] == "services/one/a.py"
    assert ",file=services/one/a.py," in check(below, "github").stdout
    assert json.loads(check(below, "json").stdout)["findings"][0]["path"] == "a.py"


def test_junit_is_one_xml_document(project: Path) -> None:
    suites = ET.fromstring(check(project, "junit").stdout)
    assert (suites.get("tests"), suites.get("failures")) == ("1", "1")


def test_json_lines_are_one_object_a_finding(project: Path) -> None:
    (project / "b.py").write_text(SPAWN)
    lines = check(project, "json-lines").stdout.splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["a.py", "b.py"]


def test_a_machine_format_after_fixing_shows_what_is_left(project: Path) -> None:
    run = check(project, "gitlab", "--fix")
    assert (run.returncode, json.loads(run.stdout)) == (0, [])
    assert "Fixed 1 finding in 1 file." in run.stderr


def test_statistics_do_not_go_with_a_format_for_programs(project: Path) -> None:
    for name in FORMATS[2:]:
        assert check(project, name, "--statistics").returncode == 2


@pytest.mark.parametrize("name", ["full", "concise", "json"])
def test_the_common_formats_import_none_of_the_others(project: Path, name: str) -> None:
    command = [sys.executable, "-c", PROGRAM, "check", "--output-format", name]
    run = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=True)
    imported = set(run.stderr.splitlines())
    assert f"statefence.report.{name}" in imported
    assert imported.isdisjoint(f"statefence.report.{module}" for module in NEW)
    assert not any(module.startswith(("statefence.fix", "statefence.report.picture")) for module in imported)
