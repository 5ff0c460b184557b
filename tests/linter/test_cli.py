"""The command line as its users meet it: real processes in real directories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from statefence import __version__

POLICY = "[env.APP_HOME]\n"
SPAWN = 'import subprocess\n\nsubprocess.run(["a"], env={"PATH": "/bin"})\n'


def statefence(
    directory: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        [sys.executable, "-m", "statefence", *arguments],
        cwd=directory,
        env=plain | (environment or {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one finding, in `app/a.py`, which has a safe fix."""
    (tmp_path / "statefence.toml").write_text(POLICY)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "a.py").write_text(SPAWN)
    (tmp_path / "clean.py").write_text("x = 1\n")
    return tmp_path


def test_findings_exit_with_1_and_the_closing_line_comes_last(project: Path) -> None:
    run = statefence(project, "check")
    assert run.returncode == 1
    assert run.stdout.startswith("SF101 partial-spawn-env: [fix] ")
    assert "app/a.py:3:1 in app.a" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("1 finding (1 fixable with --fix): 3 files analysed, 0 skipped; ")
    assert run.stderr == ""


def test_a_clean_project_exits_with_0(project: Path) -> None:
    (project / "app" / "a.py").write_text("")
    run = statefence(project, "check")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("No findings: 3 files analysed")


def test_paths_are_relative_to_the_working_directory_and_filter_the_report(project: Path) -> None:
    assert statefence(project, "check", "clean.py").returncode == 0
    assert statefence(project / "app", "check", "a.py").returncode == 1
    assert statefence(project / "app", "check", "../clean.py").returncode == 0
    assert "3 files analysed" in statefence(project, "check", "clean.py").stdout


def test_the_policy_is_found_above_the_working_directory(project: Path) -> None:
    run = statefence(project / "app", "check", "--output-format", "concise")
    assert run.stdout.startswith("app/a.py:3:1: SF101 ")


def test_a_policy_can_be_chosen(project: Path) -> None:
    other = project / "other.toml"
    other.write_text("")
    assert statefence(project, "check", "--config", "other.toml").returncode == 0
    assert statefence(project / "app", "check", "--config", "../statefence.toml").returncode == 1


def test_exit_zero_reports_and_exits_with_0(project: Path) -> None:
    run = statefence(project, "check", "--exit-zero")
    assert run.returncode == 0
    assert "SF101" in run.stdout


def test_rules_can_be_selected_and_ignored(project: Path) -> None:
    assert statefence(project, "check", "--select", "SF2,SF3").returncode == 0
    assert statefence(project, "check", "--ignore", "SF101", "--ignore", "SF2").returncode == 0
    assert statefence(project, "check", "--select", "SF101").returncode == 1


def test_json_has_standard_output_to_itself(project: Path) -> None:
    run = statefence(project, "check", "--output-format", "json")
    assert json.loads(run.stdout)["summary"]["findings"] == 1
    assert run.stderr.startswith("1 finding ")


def test_github_has_standard_output_to_itself(project: Path) -> None:
    run = statefence(project, "check", "--output-format", "github")
    assert [line[:8] for line in run.stdout.splitlines()] == ["::error "]
    assert run.stderr.startswith("1 finding ")


def test_statistics_replace_the_list(project: Path) -> None:
    lines = statefence(project, "check", "--statistics").stdout.splitlines()
    assert lines[0] == "1  SF101  partial-spawn-env"
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_a_pipe_is_coloured_only_on_demand(project: Path, environment: dict[str, str], coloured: bool) -> None:
    for command in ("check", "map"):
        assert ("\x1b[" in statefence(project, command, environment=environment).stdout) is coloured


def test_output_that_the_encoding_lacks_is_escaped(project: Path) -> None:
    (project / "app" / "a.py").write_text(SPAWN.replace("/bin", "/\u4e2d"), encoding="utf-8")
    run = statefence(project, "check", environment={"PYTHONIOENCODING": "ascii"})
    assert run.returncode == 1
    assert "\\u4e2d" in run.stdout


def test_map_lists_every_site_as_json(project: Path) -> None:
    run = statefence(project, "map", "--output-format", "json", ".")
    found = json.loads(run.stdout)
    assert run.returncode == 0
    assert found["version"] == 1
    assert [(site["path"], site["line"], site["env"]) for site in found["spawns"]] == [("app/a.py", 3, "partial")]
    assert run.stderr.startswith("3 files analysed, 0 skipped; 1 site resolved, 0 unresolved")


def test_map_needs_no_policy_and_takes_the_working_directory_for_the_project(project: Path) -> None:
    (project / "statefence.toml").unlink()
    run = statefence(project / "app", "map", "--output-format", "json")
    assert [site["path"] for site in json.loads(run.stdout)["spawns"]] == ["a.py"]


def test_map_can_be_read_by_people(project: Path) -> None:
    lines = statefence(project, "map", "app").stdout.splitlines()
    assert lines[0] == "app/a.py"
    assert lines[1].startswith("  3:1 spawn subprocess.run partial")


def test_map_of_a_part_lists_only_that(project: Path) -> None:
    run = statefence(project, "map", "--output-format", "json", "clean.py")
    assert json.loads(run.stdout)["spawns"] == []


def test_the_rules_are_listed(tmp_path: Path) -> None:
    table = statefence(tmp_path, "rules").stdout
    rows = json.loads(statefence(tmp_path, "rules", "--output-format", "json").stdout)
    assert {"SF001", "SF002", "SF101"} <= {row["code"] for row in rows}
    assert [line.split()[:2] for line in table.splitlines()] == [[row["code"], row["name"]] for row in rows]


@pytest.mark.parametrize("name", ["SF101", "sf101", "partial-spawn-env"])
def test_a_rule_is_explained_by_its_code_or_name(tmp_path: Path, name: str) -> None:
    run = statefence(tmp_path, "explain", name)
    assert run.returncode == 0
    assert "## Why is this bad?" in run.stdout


def test_the_policy_in_force_is_shown(project: Path) -> None:
    run = statefence(project / "app", "show-config")
    assert run.returncode == 0
    assert "APP_HOME" in run.stdout


def test_the_schema_of_policies_is_shown(tmp_path: Path) -> None:
    run = statefence(tmp_path, "show-config", "--schema")
    assert "layers" in json.loads(run.stdout)["properties"]


def test_the_version_is_shown(tmp_path: Path) -> None:
    assert statefence(tmp_path, "--version").stdout == f"statefence {__version__}\n"


def test_the_help_lists_every_command_and_each_has_its_own(tmp_path: Path) -> None:
    text = statefence(tmp_path, "--help").stdout
    for command in ("check", "map", "rules", "explain", "show-config"):
        assert f"\n  {command} " in text
        own = statefence(tmp_path, command, "--help")
        assert (own.returncode, own.stderr) == (0, "")
        assert own.stdout.startswith(f"usage: statefence {command}")


def test_a_reader_that_leaves_early_is_not_an_error_worth_a_word(project: Path) -> None:
    (project / "app" / "a.py").write_text(SPAWN + 'subprocess.run(["a"], env={"PATH": "/bin"})\n' * 2000)
    command = [sys.executable, "-m", "statefence", "check", "--output-format", "concise"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
