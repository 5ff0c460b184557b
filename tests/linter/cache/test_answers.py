"""The answers of the last run are believed only where they are whole, of this code and under this policy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statefence.cache.answers import AnswersCache
from statefence.engine import load
from statefence.policy import Policy
from statefence.policy.load import default, load_text
from statefence.project import Answers, Latest

APP = "import subprocess\ndef launch(env):\n    subprocess.run(['a'], env=env)\nlaunch({'A': '1'})\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def remembered(policy: Policy) -> tuple[AnswersCache, Answers]:
    """A cache that has seen the project, and what it was told."""
    past = Latest()
    load(policy, past=past)
    assert past.answers is not None
    cache = AnswersCache(policy)
    cache.keep(past.answers)
    return cache, past.answers


def test_what_was_found_out_is_known_to_the_next_run(project: Path) -> None:
    _, answers = remembered(default(project))
    assert AnswersCache(default(project)).known() == answers


def test_another_policy_has_other_answers(project: Path) -> None:
    remembered(default(project))
    other = load_text("[env.APP_HOME]\n", root=str(project), source="statefence.toml")
    assert AnswersCache(other).known() is None


def test_where_another_reader_of_sql_is_installed_there_are_other_answers(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(default(project))
    (project.parent / "installed/sqlglot").mkdir(parents=True)
    (project.parent / "installed/sqlglot/__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(project.parent / "installed"))
    monkeypatch.delitem(sys.modules, "sqlglot", raising=False)
    assert AnswersCache(default(project)).known() is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=8))
def test_damaged_answers_are_none(project: Path, at: float, noise: bytes) -> None:
    cache, answers = remembered(default(project))
    assert cache.path is not None
    data = Path(cache.path).read_bytes()
    place = int(at * len(data))
    Path(cache.path).write_bytes(data[:place] + noise + data[place + len(noise) :])
    assert AnswersCache(default(project)).known() in (None, answers)


def test_answers_that_others_can_write_are_not_believed(project: Path) -> None:
    cache, _ = remembered(default(project))
    assert cache.path is not None
    Path(cache.path).chmod(0o666)
    assert AnswersCache(default(project)).known() is None
