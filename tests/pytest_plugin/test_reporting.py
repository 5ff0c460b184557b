"""What is told of a violation: to people, to JUnit's readers, to programs and to GitHub, with what explains it."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path, PurePath
from textwrap import dedent
from typing import Any

import jsonschema

from pytest_statefence.annotations import annotation
from pytest_statefence.document import SCHEMA, schema
from pytest_statefence.explain import StaticFinding, explanations
from pytest_statefence.records import Explanation, Violation

RunProject = Callable[..., Any]

APP = """
import os
import sqlite3
import subprocess


def leak():
    state = os.environ["APP_STATE"]
    os.makedirs(f"{state}/x_chat_runtime", exist_ok=True)
    sqlite3.connect(f"{state}/x_chat_runtime/x_chat_runtime.db").close()


def launch():
    subprocess.run(
        ["true"],
        env={"PATH": os.environ["PATH"]},
    )
"""

INNER = """
import pytest, subprocess
import app

def test_leaks(state_dir):
    app.leak()

def test_fails_by_itself_too(state_dir):
    app.leak()
    assert "apples" == "pears"

def test_drops(state_dir, monkeypatch):
    monkeypatch.setenv("APP_HOST", "chat")
    app.launch()

def test_leaks_elsewhere(state_dir):
    (state_dir / "y_chat_runtime").mkdir()
    subprocess.run(["sqlite3", state_dir / "y_chat_runtime/y_chat_runtime.db", "create table t (a)"], check=True)
"""


def report_of(project: Path) -> dict[str, Any]:
    """The JSON report, which keeps to its schema."""
    found: dict[str, Any] = json.loads((project / "report.json").read_bytes())
    jsonschema.validate(found, json.loads((files("pytest_statefence") / SCHEMA).read_text()))
    return found


def test_a_violation_is_told_with_the_finding_that_explains_it(run_project: RunProject, tmp_path: Path) -> None:
    ran = run_project({"app.py": APP, "test_inner.py": INNER}, "--statefence-report=out/report.json")

    for name in ("test_leaks", "test_fails_by_itself_too"):
        assert "explained by app.py:10: SF202 " in ran.output
        explained = [p for p in ran.tests[name].properties if p[0] == "statefence-explained-by"]
        assert [value.partition(" this is")[0] for _, value in explained] == ["app.py:10: SF202"], name
    assert ran.output.count("  explained by app.py:10: SF202 ") == 2
    assert "  explained by app.py:14: SF101 the child does not get APP_HOST" in ran.tests["test_drops"].text
    assert "explained by" not in ran.tests["test_leaks_elsewhere"].text


def test_the_report_file_keeps_to_its_schema(run_project: RunProject, tmp_path: Path) -> None:
    run_project({"app.py": APP, "test_inner.py": INNER}, "--statefence-report=report.json")

    found = report_of(tmp_path / "project")
    assert (found["version"], found["mode"], found["policy"]) == (1, "fail", "statefence.toml")
    assert [(test["nodeid"], test["when"], test["outcome"]) for test in found["tests"]] == [
        ("test_inner.py::test_leaks", "call", "failed"),
        ("test_inner.py::test_fails_by_itself_too", "call", "failed"),
        ("test_inner.py::test_drops", "call", "failed"),
        ("test_inner.py::test_leaks_elsewhere", "call", "failed"),
    ]
    [leak], _, [drop], [elsewhere] = [test["violations"] for test in found["tests"]]
    assert [(each["code"], each["path"], each["line"]) for each in leak["explained_by"]] == [("SF202", "app.py", 10)]
    assert {"path": "test_inner.py", "line": 6} in leak["lines"]
    assert [(each["code"], each["line"]) for each in drop["explained_by"]] == [("SF101", 14)]
    assert elsewhere["tables"] == [{"table": "t", "rows_before": None, "rows_after": 0}]
    assert "config tables belong in the admin database" in elsewhere["forbidden_by"]


def test_workers_tell_the_same(run_project: RunProject, tmp_path: Path) -> None:
    ran = run_project({"app.py": APP, "test_inner.py": INNER}, "-n2", "--statefence-report=report.json")

    assert ran.output.count("  explained by app.py:10: SF202 ") == 2
    found = report_of(tmp_path / "project")
    assert sorted(len(test["violations"][0]["explained_by"]) for test in found["tests"]) == [0, 1, 1, 1]


def test_what_is_nobody_s_is_in_the_report_too(run_project: RunProject, tmp_path: Path) -> None:
    conftest = "import os, app\nos.environ['APP_STATE'] = os.path.abspath('state')\napp.leak()\n"
    files_ = {"app.py": APP, "conftest.py": conftest, "test_inner.py": "def test():\n    pass\n"}

    ran = run_project(files_, "--statefence-report=report.json")

    [entry] = report_of(tmp_path / "project")["run"]
    assert entry["moment"] == "while conftest files and plugins were imported"
    assert [each["line"] for each in entry["violation"]["explained_by"]] == [10]
    assert "  explained by app.py:10: SF202 " in ran.output


def test_a_green_run_asks_for_no_analysis(run_project: RunProject, tmp_path: Path) -> None:
    broken = {"broken.py": "def (:\n", "test_inner.py": "def test(state_dir):\n    pass\n"}

    ran = run_project(broken, "--statefence-report=report.json")

    assert ran.status == 0, ran.output
    assert "statefence check" not in ran.output
    assert report_of(tmp_path / "project")["tests"] == []


def test_an_analysis_that_fails_is_said_and_hides_nothing(run_project: RunProject) -> None:
    policy = dedent("""
        [layers]
        app = ["nowhere.**"]
        [[forbidden]]
        path = "{env:APP_STATE|{home}/.app}/*_chat_runtime/*_chat_runtime.db"
        """)

    ran = run_project({"app.py": APP, "test_inner.py": INNER}, "-k", "test_leaks", policy=policy)

    assert ran.tests["test_leaks"].result == "failed"
    assert "not explained, since `statefence check` could not tell: " in ran.output
    assert "nowhere" in ran.output


def test_on_github_each_violation_is_an_annotation(run_project: RunProject) -> None:
    ran = run_project({"app.py": APP, "test_inner.py": INNER}, GITHUB_ACTIONS="true", GITHUB_WORKSPACE="")

    commands = [line.partition("::test_inner")[0] for line in ran.output.splitlines() if line.startswith("::")]
    created = "::error title=SF202 a database was created where none may be,file="
    assert commands == [
        f"{created}app.py,line=10",
        f"{created}app.py,line=10",
        "::error title=SF101 a child was started without APP_HOST,file=app.py,line=14",
        f"{created}test_inner.py,line=18",
    ]


def test_an_annotation_is_one_line_of_the_checkout() -> None:
    violation = Violation("SF202", "/x.db", "made: 50%, at once", "policy", places=(("src/a:b.py", 7),))

    line = annotation(violation, "one\ntwo", "warning", PurePath("/checkout/sub"), PurePath("/checkout"))

    assert line == "::warning title=SF202 made,file=sub/src/a%3Ab.py,line=7::one%0Atwo"


def test_findings_elsewhere_explain_nothing_and_the_same_code_comes_first() -> None:
    violation = Violation("SF202", "/x.db", "made", "policy", places=(("a.py", 5), ("b.py", 9)))
    findings = [
        StaticFinding("SF202", "elsewhere", "a.py", 6, 6),
        StaticFinding("SF101", "the spawn", "a.py", 4, 6),
        StaticFinding("SF202", "the open", "b.py", 9, 9),
    ]

    assert explanations(violation, findings) == (
        Explanation("SF202", "b.py", 9, "the open"),
        Explanation("SF101", "a.py", 4, "the spawn"),
    )


def test_the_schema_in_the_package_is_that_of_the_records() -> None:
    assert json.loads((files("pytest_statefence") / SCHEMA).read_text()) == schema()


def test_an_allow_that_nothing_needed_is_told(run_project: RunProject) -> None:
    inner = """
        import pytest
        import app

        pytestmark = pytest.mark.statefence_allow("*_chat_runtime.db", reason="the module leaks")

        @pytest.mark.statefence_allow("*.sqlite", reason="it was so once")
        @pytest.mark.parametrize("number", [1, 2])
        def test_unused(number):
            pass

        @pytest.mark.statefence_allow("*.skipped", reason="nobody knows")
        def test_skipped():
            pytest.skip("not here")

        def test_used(state_dir):
            app.leak()
        """
    for workers in ((), ("-n2",)):
        ran = run_project({"app.py": APP, "test_inner.py": dedent(inner)}, *workers)

        assert ran.status == 0, ran.output
        told = [line for line in ran.output.splitlines() if line.startswith("nothing needed")]
        assert told == ['nothing needed statefence_allow("*.sqlite") of test_inner.py::test_unused: remove it']
