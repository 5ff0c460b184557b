"""When the plugin acts, and what it says to those who use it wrongly."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

RunProject = Callable[..., Any]

CREATES = """
import sqlite3

def test(state_dir):
    (state_dir / "x_chat_runtime").mkdir()
    sqlite3.connect(state_dir / "x_chat_runtime" / "x_chat_runtime.db").close()
"""


def test_a_policy_alone_makes_tests_fail(run_project: RunProject) -> None:
    assert run_project({"test_inner.py": CREATES}).tests["test"].result == "failed"


def test_warn_tells_without_failing(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": CREATES}, "--statefence=warn")

    assert ran.status == 0
    assert "test_inner.py::test (call): SF202 a database was created where none may be" in ran.output


def test_off_says_nothing(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": CREATES}, "--statefence=off")

    assert ran.status == 0
    assert "SF202" not in ran.output


def test_without_a_policy_nothing_is_imported_and_the_fixtures_still_work(run_project: RunProject) -> None:
    inner = """
        import sys

        def test(state_dir, statefence):
            assert state_dir.is_dir()
            assert statefence.violations == ()
            assert statefence.writes("anything") == {}
            assert not {"msgspec", "statefence.policy", "pytest_statefence.run"} & sys.modules.keys()
        """
    ran = run_project({"test_inner.py": dedent(inner)}, policy=None)

    assert ran.status == 0, ran.output


def test_a_policy_without_anything_to_guard_is_inert(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": "def test():\n    pass\n"}, policy='[layers]\napp = ["app.**"]\n')

    assert ran.status == 0


def test_fail_without_a_policy_is_wrong_usage(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": "def test():\n    pass\n"}, "--statefence=fail", policy=None)

    assert ran.status == 4
    assert "--statefence=fail: there is no policy at " in ran.output


def test_a_policy_that_cannot_be_read_is_wrong_usage_with_its_line(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": "def test():\n    pass\n"}, policy="[stores.admin]\npaht = 'x.db'\n")

    assert ran.status == 4
    assert "statefence.toml:2" in ran.output


def test_a_wrong_marker_is_wrong_usage_and_names_its_test(run_project: RunProject) -> None:
    inner = "import pytest\n\n@pytest.mark.statefence_allow('*.db')\ndef test():\n    pass\n"

    ran = run_project({"test_inner.py": inner})

    assert ran.status == 4
    assert "test_inner.py::test: statefence_allow: a reason is missing" in ran.output


def test_markers_are_known_without_a_policy(run_project: RunProject) -> None:
    inner = "import pytest\n\n@pytest.mark.statefence_off(reason='x')\ndef test():\n    pass\n"

    assert run_project({"test_inner.py": inner}, "--strict-markers", policy=None).status == 0


def test_the_end_of_the_run_says_everything_once_more(run_project: RunProject) -> None:
    ran = run_project({"test_inner.py": CREATES}, "-q", "--show-capture=no", "--tb=no")

    assert "test_inner.py::test (call): SF202 a database was created where none may be: " in ran.output


NOWHERE = """
[[forbidden]]
path = "{env:APP_STATE}/*.db"

[[forbidden]]
path = "{env:APP_CACHE}/*.db"
"""


def test_a_path_that_is_nowhere_is_told_as_not_judged(run_project: RunProject) -> None:
    inner = "import pytest\n\n@pytest.mark.parametrize('number', range(4))\ndef test(number, %s):\n    pass\n"
    ignorant = inner % "tmp_path"
    told = "not judged: statefence.toml:6 forbidden {env:APP_CACHE}/*.db: it is nowhere in the environments of this run"

    assert told in run_project({"test_inner.py": ignorant}, policy=NOWHERE).output
    assert told in run_project({"test_inner.py": ignorant}, "-n2", policy=NOWHERE).output
    assert "not judged" not in run_project({"test_inner.py": inner % "state_dir"}, policy=NOWHERE).output
