"""What is remembered of files changes nothing that is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statefence.cache.facts import FactsCache
from statefence.engine import load
from statefence.facts import Reader, extract
from statefence.policy.load import default

WRAPPER = "import subprocess\ndef launch(env):\n    subprocess.run(['a'], env=env)\n"
CALLER = "from wrapper import launch\nlaunch({'A': '1'})\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "wrapper.py").write_text(WRAPPER)
    (root / "caller.py").write_text(CALLER)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def spawns(root: Path, memory: FactsCache | None) -> object:
    return load(default(root), reader=Reader(memory)).project.spawns_by_path


def remembered(root: Path) -> FactsCache:
    """A cache that has seen the project."""
    cache = FactsCache(str(root))
    spawns(root, cache)
    cache.save()
    return FactsCache(str(root))


def test_remembered_files_are_not_parsed_again(project: Path) -> None:
    cache = remembered(project)
    facts = cache.known(WRAPPER.encode())
    assert facts is not None
    assert facts.body == extract(WRAPPER.encode()).body
    assert cache.known(b"x = 1\n") is None
    assert spawns(project, cache) == spawns(project, None)


def test_only_what_a_run_used_is_kept(project: Path) -> None:
    remembered(project)
    (project / "wrapper.py").write_text(WRAPPER.replace("'a'", "'b'"))
    assert remembered(project).known(WRAPPER.encode()) is None


def test_a_changed_file_is_read_anew(project: Path) -> None:
    remembered(project)
    (project / "caller.py").write_text(CALLER.replace("{'A': '1'}", "None"))
    assert spawns(project, FactsCache(str(project))) == spawns(project, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=8))
def test_a_damaged_cache_is_no_cache(project: Path, at: float, noise: bytes) -> None:
    cache = remembered(project)
    assert cache.path is not None
    data = Path(cache.path).read_bytes()
    place = int(at * len(data))
    Path(cache.path).write_bytes(data[:place] + noise + data[place + len(noise) :])
    assert spawns(project, FactsCache(str(project))) == spawns(project, None)
